// What the bytes of a package are of: the wasm by crate and by function, the JavaScript by what it is for.
import { brotliCompressSync, constants } from "node:zlib";

/** `symbols`: lines of a function's index, a colon and its name, as wasm-opt writes them. */
export function wasmParts(wasm, symbols) {
  const { functions, sections } = read(wasm, namesOf(symbols));
  const crates = grouped(functions, (it) => ownerOf(it.name)).map(([name, all]) => part(wasm, name, all)).sort((a, b) => b.raw - a.raw);
  const data = sections.filter((it) => it.id === DATA);
  const others = { name: "imports, exports, types, tables", raw: wasm.length - sum(functions) - sum(data) };
  return { crates: [...crates, part(wasm, "data: sentences, words, tables", data), others], functions: functions.sort((a, b) => b.bytes - a.bytes) };
}

/** `modules`: bytes by module's name, as esbuild tells them. */
export function scriptParts(modules, raw) {
  const all = Object.entries(modules).map(([name, bytes]) => ({ name, bytes }));
  const kind = ({ name }) => SCRIPTS.find(([pattern]) => pattern.test(name))?.[1] ?? "code";
  const parts = grouped(all, kind).map(([name, some]) => ({ name, raw: sum(some) }));
  return [...parts.sort((a, b) => b.raw - a.raw), { name: "around the modules", raw: raw - sum(all) }];
}

/**
 * Whose a function is: the first crate in its name that is not the standard library's, for whose types that was written out;
 * of ours, with the room.
 */
export function ownerOf(name) {
  const paths = [...name.matchAll(/(?<![\w:])[a-z_]\w*(?:::[a-z_]\w*)*(?=::)/g)].map((it) => it[0].split("::"));
  const [crate, room] = paths.find(([crate]) => !STANDARD.includes(crate)) ?? [];
  if (crate === "malipo") return room ? `malipo::${room}` : crate;
  return crate ?? (paths.length > 0 || /^<.*>::/.test(name) ? "the standard library" : "exports, adapters");
}

/** A function's name as it is read: without the hashes of crates. */
function namesOf(symbols) {
  const lines = symbols.trim().split("\n").map((it) => /^(\d+):(.*)$/.exec(it));
  return new Map(lines.map(([, index, name]) => [Number(index), name.replace(/\[[0-9a-f]{16}\]/g, "")]));
}

/** The places of a module's sections and functions: `WebAssembly Core Specification`, 5. */
function read(wasm, names) {
  const [functions, sections] = [[], []];
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  const imported = WebAssembly.Module.imports(new WebAssembly.Module(wasm)).filter((it) => it.kind === "function").length;
  while (at < wasm.length) {
    const from = at;
    const id = wasm[at++];
    const length = number();
    const end = at + length;
    sections.push({ id, from, bytes: end - from });
    for (let count = id === CODE ? number() : 0; count > 0; count -= 1) {
      const [from, index] = [at, imported + functions.length];
      const length = number();
      at += length;
      functions.push({ name: names.get(index) ?? `function ${index}`, from, bytes: at - from });
    }
    at = end;
  }
  return { functions, sections };
}

/** `br`: by how much the file would be smaller without. */
function part(wasm, name, pieces) {
  const without = pieces.toSorted((a, b) => b.from - a.from).reduce((all, it) => Buffer.concat([all.subarray(0, it.from), all.subarray(it.from + it.bytes)]), wasm);
  return { name, raw: sum(pieces), br: brotli(wasm) - brotli(without) };
}

function brotli(bytes) {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
}

/** As `Map.groupBy`, which Node has since 21. */
function grouped(all, key) {
  const groups = new Map();
  for (const it of all) groups.set(key(it), [...(groups.get(key(it)) ?? []), it]);
  return [...groups];
}

function sum(pieces) {
  return pieces.reduce((sum, it) => sum + it.bytes, 0);
}

const [CODE, DATA] = [10, 11];
const STANDARD = ["core", "alloc", "std"];
const SCRIPTS = [[/^core\.js$/, "glue"], [/style\.js$/, "css"], [/^texts/, "texts"]];

// Puts the package together: node pkg-template/build.mjs <wasm-pack's output> <package folder>
//
// In: core.js, core_bg.wasm and names.json (what tools/pkg.sh leaves), and the files beside this one.
// Out: the npm package, which is also what a backend serves as the script embed. Glue and wasm have their content's hash in
// their names, so they may be cached for ever; malipo.js is the one name that stays. What is served lies there compressed
// as well, so that no server compresses at run time.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const template = dirname(fileURLToPath(import.meta.url));
const root = dirname(template);
const esbuild = createRequire(join(root, ".tools/npm/package.json"))("esbuild");

// Copied as they are, to be read by people as well as by bundlers: the modules, and what goes with them.
const MODULES = readdirSync(template).filter((it) => it.endsWith(".js") && it !== "malipo.js");
const PLAIN = [...MODULES, "index.d.ts", "README.md"];
const LICENCES = ["LICENSE-MIT", "LICENSE-APACHE"];
// Class fields and private methods stay as they are; lowering them costs more bytes than the engines before them are worth.
const LANGUAGE = "es2022";

const [built, target] = process.argv.slice(2).map((it) => resolve(it));
if (!target) fail("usage: node pkg-template/build.mjs <wasm-pack's output> <package folder>");

// Made aside and moved at the end: a failed build leaves the last good package.
const out = `${target}.new`;
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const wasm = readFileSync(join(built, "core_bg.wasm"));
const wasmName = `core-${hash(wasm)}.wasm`;
const glue = minify(replace(shortenNames(read(join(built, "core.js"))), "core_bg.wasm", wasmName));
const glueName = `core-${hash(glue)}.js`;
const named = (text, where) => replace(replace(text, "./core_bg.wasm", `./${wasmName}`, where), "./core.js", `./${glueName}`, where);

write(wasmName, wasm);
write(glueName, glue);
for (const name of PLAIN) {
  const text = read(join(template, name));
  write(name, name === "load.js" ? named(text, name) : text);
}
for (const name of LICENCES) cpSync(join(root, name), join(out, name));
write("malipo.js", named(bundle(join(template, "malipo.js")), "malipo.js"));
write("package.json", `${JSON.stringify(manifest(), null, 2)}\n`);

for (const name of ["malipo.js", glueName, wasmName, ...MODULES]) compress(name);

rmSync(target, { recursive: true, force: true });
renameSync(out, target);

/** The script embed: one module that leaves the glue to be loaded later. */
function bundle(entry) {
  const { outputFiles } = esbuild.buildSync({
    entryPoints: [entry],
    bundle: true,
    external: ["./core.js"],
    format: "esm",
    target: LANGUAGE,
    minify: true,
    legalComments: "none",
    write: false,
  });
  return outputFiles[0].text;
}

function minify(text) {
  return esbuild.transformSync(text, { format: "esm", target: LANGUAGE, minify: true, legalComments: "none" }).code;
}

/** Gives the glue the short names that wasm-opt gave the wasm's imports and exports. */
function shortenNames(text) {
  const { imports, exports } = JSON.parse(read(join(built, "names.json")));
  for (const [from, name, short] of imports) {
    text = replace(text, `"${from}": import`, `"${moduleName()}": import`, "core.js", true);
    text = swap(text, new RegExp(`(?<=[\\s{])${escape(name)}(?=: )`, "g"), short, name);
  }
  for (const [name, short] of exports) {
    // Some exports are for the start of the module only: not every one is called by the glue.
    text = text.replace(new RegExp(`(?<=\\bwasm\\.)${escape(name)}\\b`, "g"), () => short);
  }
  return text;
}

/** What wasm-opt calls the one module that the wasm imports from. */
function moduleName() {
  const names = new Set(WebAssembly.Module.imports(new WebAssembly.Module(wasm)).map((it) => it.module));
  if (names.size !== 1) fail(`the wasm imports from ${names.size} modules, not from its glue alone: ${[...names]}`);
  return [...names][0];
}

function manifest() {
  const it = JSON.parse(read(join(template, "package.json")));
  const version = /^\[workspace\.package\][^[]*?^version = "([^"]+)"/ms.exec(read(join(root, "Cargo.toml")))?.[1];
  if (!version) fail("Cargo.toml names no version under [workspace.package]");
  return { ...it, version, files: [...PLAIN, ...LICENCES, "malipo.js", glueName, wasmName].sort() };
}

function compress(name) {
  const bytes = readFileSync(join(out, name));
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  write(`${name}.br`, brotliCompressSync(bytes, options));
  write(`${name}.gz`, gzipSync(bytes, { level: 9 }));
}

/** Replaces text that must be there: a name that changed must stop the build, not break the page. */
function replace(text, from, to, where = "core.js", optional = false) {
  if (!optional && !text.includes(from)) fail(`${where} does not mention ${from}`);
  return text.replaceAll(from, () => to);
}

function swap(text, pattern, to, name) {
  if (text.search(pattern) < 0) fail(`core.js does not provide ${name}, which the wasm imports`);
  return text.replace(pattern, () => to);
}

function escape(name) {
  return name.replace(/[$.*+?^{}()|[\]\\]/g, "\\$&");
}

function hash(content) {
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}

function read(path) {
  if (!existsSync(path)) fail(`${path} is missing`);
  return readFileSync(path, "utf8");
}

function write(name, content) {
  writeFileSync(join(out, name), content);
}

function fail(sentence) {
  console.error(`build.mjs: ${sentence}`);
  process.exit(1);
}

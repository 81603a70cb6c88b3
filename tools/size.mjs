// node tools/size.mjs [--record]: the bytes of pkg/ that a page loads, file by file and part by part, beside the record in
// size.json, which is the last commit's; fails over a limit.
//
// --record writes the new values, to be committed with the change that caused them.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { scriptParts, wasmParts } from "./parts.mjs";

// Bytes, brotli 11; 1 KB is 1000 bytes. The idle face is what stands between a shopper and a pressable button, so it has
// a limit of its own. The whole is what a 400-line prototype of the same crates and flags needed (38 KB), rounded up.
const LIMITS = { "malipo.js": 8_000, total: 40_000 };

// The largest functions, as many as are read.
const FUNCTIONS = 25;

const pkg = new URL("../pkg/", import.meta.url);
// What tools/pkg.sh made of it.
const built = join(process.env.CARGO_TARGET_DIR ?? "target", "pkg/out");
const record = new URL("size.json", import.meta.url);

const names = readdirSync(pkg);
const rows = { "malipo.js": "malipo.js", rest: find(/^rest-[0-9a-f]+\.js$/), wasm: find(/^core-[0-9a-f]+\.wasm$/) };
const sizes = {};
for (const [row, name] of Object.entries(rows)) {
  sizes[row] = { raw: bytes(name), gz: bytes(`${name}.gz`), br: bytes(`${name}.br`) };
}
sizes.total = Object.values(sizes).reduce((sum, it) => ({ raw: sum.raw + it.raw, gz: sum.gz + it.gz, br: sum.br + it.br }));

const last = readRecord();
console.log("bytes           raw       gz       br   change    limit");
for (const [row, { raw, gz, br }] of Object.entries(sizes)) {
  const change = last[row] ? br - last[row].br : undefined;
  const cells = [raw, gz, br, change === undefined ? "new" : signed(change), LIMITS[row] ?? ""];
  console.log(row.padEnd(10) + cells.map((it) => String(it).padStart(9)).join(""));
}

// In the files' own bytes, which add up; `br` says how much smaller the file would be without.
const wasm = readFileSync(new URL(rows.wasm, pkg));
if (!wasm.equals(made("core_bg.wasm"))) throw new Error(`${built} holds another wasm than pkg/: run make pkg`);
const { crates, functions } = wasmParts(wasm, made("symbols.txt").toString());
const modules = JSON.parse(made("modules.json"));
const scripts = ["malipo.js", "rest"].flatMap((file) => scriptParts(modules[file], sizes[file].raw).map((it) => [file, it]));
const parts = {};
console.log("\nparts" + ["raw", "br", "change"].map((it) => it.padStart(9)).join("").padStart(75));
for (const [file, { name, raw, br = "" }] of [...scripts, ...crates.map((it) => ["wasm", it])]) {
  const key = `${file}: ${name}`;
  parts[key] = raw;
  console.log(key.padEnd(53) + [raw, br, signed(raw - (last.parts?.[key] ?? 0))].map((it) => String(it).padStart(9)).join(""));
}
console.log(`\n${FUNCTIONS} of ${functions.length} functions  raw`);
for (const { name, bytes } of functions.slice(0, FUNCTIONS)) console.log(`${String(bytes).padStart(23)}  ${name}`);

if (process.argv.includes("--record")) writeFileSync(record, `${JSON.stringify({ ...sizes, parts }, null, 2)}\n`);
const over = Object.entries(LIMITS).filter(([row, limit]) => sizes[row].br > limit);
for (const [row, limit] of over) console.error(`${row} is ${sizes[row].br - limit} bytes over its limit of ${limit} (brotli)`);
process.exitCode = over.length === 0 ? 0 : 1;

function find(pattern) {
  const name = names.find((it) => pattern.test(it));
  if (!name) throw new Error(`pkg/ holds no file like ${pattern}: run make pkg`);
  return name;
}

function bytes(name) {
  return statSync(new URL(name, pkg)).size;
}

function made(name) {
  const path = join(built, name);
  if (!existsSync(path)) throw new Error(`${path} is missing: run make pkg`);
  return readFileSync(path);
}

function readRecord() {
  try {
    return JSON.parse(readFileSync(record, "utf8"));
  } catch {
    return {}; // the first time
  }
}

function signed(number) {
  return number > 0 ? `+${number}` : String(number);
}

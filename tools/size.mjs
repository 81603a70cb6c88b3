// node tools/size.mjs [--record]: the bytes of pkg/ that a page loads, beside the record in size.json; fails over a limit.
//
// --record writes the new values, to be committed with the change that caused them.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";

// Bytes, brotli 11; 1 KB is 1000 bytes. The idle face is what stands between a shopper and a pressable button, so it has
// a limit of its own. The whole is what a 400-line prototype of the same crates and flags needed (38 KB), rounded up.
const LIMITS = { "malipo.js": 8_000, total: 40_000 };

const pkg = new URL("../pkg/", import.meta.url);
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

if (process.argv.includes("--record")) writeFileSync(record, `${JSON.stringify(sizes, null, 2)}\n`);
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

// The table of set-ups, from what the tests wrote down: node tests/consumers/table.mjs [--write]
//
// --write puts it into docs/consumers.md, if every set-up was tried.
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";

import { SETUPS, versions } from "./setups.mjs";

const results = new URL("../../target/consumers/results/", import.meta.url);
const docs = new URL("../../docs/consumers.md", import.meta.url);

const rows = SETUPS.map((setup) => ({ setup, result: resultOf(setup.name) }));
const tried = rows.filter(({ result }) => result);
if (tried.length === 0) {
  console.error("table.mjs: no set-up was tried: run make consumers");
  process.exit(1);
}
print(tried.map(({ setup, result }) => [plain(setup.title), versions(setup), ...cells(setup, result)]));
if (process.argv.includes("--write")) write();

function resultOf(name) {
  const file = new URL(`${name}.json`, results);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** builds, runs, pays. A dash: there is no such thing there. */
function cells({ build, run }, { builds, runs, pays }) {
  const word = (it) => (it ? "yes" : "NO");
  return [build ? word(builds) : "–", word(runs), run ? "–" : word(pays)];
}

function print(lines) {
  const all = [["set-up", "versions", "builds", "runs", "pays"], ...lines];
  const widths = all[0].map((_, column) => Math.max(...all.map((it) => it[column].length)));
  for (const line of all) console.log(line.map((it, column) => it.padEnd(widths[column])).join("  ").trimEnd());
}

function write() {
  const missing = rows.filter(({ result }) => !result).map(({ setup }) => setup.name);
  if (missing.length > 0) {
    console.error(`table.mjs: docs/consumers.md stays as it is: ${missing.join(", ")} not tried`);
    process.exit(1);
  }
  const lines = rows.map(({ setup, result }) => [setup.title, versions(setup), ...cells(setup, result), setup.step ?? ""]);
  const table = [["set-up", "versions", "builds", "runs", "pays", "what you must do"], ["---", "---", "---", "---", "---", "---"], ...lines];
  const text = readFileSync(docs, "utf8");
  const [before, , after] = text.split(/(<!-- table -->[^]*<!-- end of table -->)/);
  const inner = `Tried on ${date()}.\n\n${table.map((line) => `| ${line.join(" | ").replace(/ {2,}/g, " ")} |`).join("\n")}`;
  writeFileSync(docs, `${before}<!-- table -->\n\n${inner}\n\n<!-- end of table -->${after}`);
}

/** The day of the newest result. */
function date() {
  const newest = Math.max(...readdirSync(results).map((it) => statSync(new URL(it, results)).mtimeMs));
  return new Date(newest).toISOString().slice(0, 10);
}

function plain(title) {
  return title.replaceAll("`", "");
}

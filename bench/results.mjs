// node bench/results.mjs: makes bench/RESULTS.md and bench/plots/ of every target/bench/*.json.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { document } from "./results/document.mjs";
import { thisMachine } from "./results/machine.mjs";
import { EXPECTED } from "./results/parts.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const measured = join(root, "target/bench");
const plots = join(root, "bench/plots");

const names = existsSync(measured) ? readdirSync(measured).filter((it) => it.endsWith(".json")) : [];
const parts = names.sort().map((it) => JSON.parse(readFileSync(join(measured, it), "utf8")));
const made = document({ parts, expected: EXPECTED, machine: thisMachine(), date: new Date().toISOString().slice(0, 16).replace("T", " "), ...version() });

rmSync(plots, { recursive: true, force: true });
mkdirSync(plots, { recursive: true });
for (const [name, svg] of Object.entries(made.plots)) writeFileSync(join(plots, name), svg);
writeFileSync(join(root, "bench/RESULTS.md"), made.markdown);
console.log(`bench/RESULTS.md: ${made.verdict}`);

/** What is checked out, and whether anything but the results themselves has been changed since. */
function version() {
  const git = (...all) => execFileSync("git", all, { cwd: root, encoding: "utf8" }).trim();
  return { commit: git("rev-parse", "HEAD"), isChanged: git("status", "--porcelain", "--", ".", ":!bench/RESULTS.md", ":!bench/plots") !== "" };
}

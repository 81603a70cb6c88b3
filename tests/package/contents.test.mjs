// What is published, file by file, and what a server gets that imports it: node --test tests/package/*.test.mjs
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { REACT_18, consumer } from "./consumer.mjs";

const pkg = fileURLToPath(new URL("../../pkg", import.meta.url));

const LANGUAGES = ["am", "ar", "en", "es", "fr", "lg", "pt", "rw", "sw"];
// Hashes of contents are written as <hash>.
const FILES = [
  ...["LICENSE-APACHE", "LICENSE-MIT", "README.md", "custom-elements.json", "integrity.json", "package.json"],
  ...["attributes", "define", "events", "index", "react", "types-preact", "types-react", "types-solid", "types-svelte", "types-vue", "words"].map((it) => `${it}.d.ts`),
  ...["amount", "back", "bytes", "compat", "console", "core", "define", "error", "face", "index", "javascript", "languages", "load", "malipo", "nodes", "options", "panel"].map((it) => `${it}.js`),
  ...["panel-style", "pay-button", "places", "promises", "react", "register", "requests", "rest", "return", "seen", "source", "style", "subject"].map((it) => `${it}.js`),
  ...["tab", "texts", "types", "wakes", "way", "web", "widget"].map((it) => `${it}.js`),
  ...LANGUAGES.map((it) => `texts/${it}.js`),
  ...LANGUAGES.filter((it) => it !== "en").map((it) => `texts-${it}-<hash>.js`),
  ...["compat-<hash>.js", "core-<hash>.wasm", "malipo-<hash>.js", "rest-<hash>.js"],
];

const [{ files }] = JSON.parse(execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: pkg, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
const paths = files.map(({ path }) => path);

test("these files are published, and no others", () => {
  const published = paths.map((it) => it.replace(/-[0-9a-f]{16}(?=\.)/, "-<hash>"));
  assert.deepEqual(published.toSorted(), FILES.toSorted());
});

test("what a page runs at its start is compiled beside it, all at once", () => {
  const scripts = paths.filter((it) => /^(malipo|malipo-\w{16}|rest-\w{16})\.js$/.test(it));
  assert.equal(scripts.length, 3);
  // Chromium looks for these words at the very beginning.
  for (const it of scripts) assert.match(readFileSync(join(pkg, it), "utf8"), /^\/\/# allFunctionsCalledOnLoad\n/, it);
});

// Run in a process of its own, so that what it leaves behind is its own too. What a module could do on being imported, other
// than to define something, is made to fail; what it could leave, is looked for.
const importer = `
const names = Object.keys(JSON.parse(await (await import("node:fs/promises")).readFile("node_modules/malipo/package.json")).exports);
const entries = names.filter((it) => !/\\.(json|wasm)$/.test(it)).map((it) => it.replace(".", "malipo"));
await import("react");
// Node makes these when they are first asked for.
void [TextEncoder, TextDecoder];
const { getActiveResourcesInfo } = process;
const running = () => getActiveResourcesInfo.call(process).toSorted().join();
const state = () => Reflect.ownKeys(globalThis).map((it) => [it, Object.getOwnPropertyDescriptor(globalThis, it)]);
for (const name of ["fetch", "setTimeout", "setInterval", "setImmediate", "queueMicrotask", "requestIdleCallback", "BroadcastChannel", "atob"]) {
  globalThis[name] = () => { throw new Error(name + " was called by an import"); };
}
for (const name of ["compile", "instantiate", "Module", "Instance", "Memory"]) WebAssembly[name] = globalThis.atob;
console.log = console.warn = console.error = () => { throw new Error("an import wrote to the console"); };
for (const entry of entries) {
  const [before, ran] = [state(), running()];
  await import(entry);
  const after = state();
  const same = ([a, was], [b, is] = []) => a === b && ["value", "get", "set"].every((key) => Object.is(was[key], is[key]));
  const at = after.findIndex((it, at) => !same(it, before[at]));
  if (before.length !== after.length || at >= 0) throw new Error(entry + " changed a global: " + String(after[at]?.[0]));
  if (ran !== running()) throw new Error(entry + " left something running: " + running());
}
process.stdout.write(entries.join(" "));
`;

test("importing any entry on a server changes no global, runs nothing and says nothing", () => {
  const folder = consumer({ react: REACT_18, "loose-envify": REACT_18, "js-tokens": REACT_18 });
  writeFileSync(join(folder, "importer.mjs"), importer);
  const { stdout, stderr, status } = spawnSync(process.execPath, ["importer.mjs"], { cwd: folder, encoding: "utf8", timeout: 30_000 });
  assert.deepEqual([status, stderr], [0, ""], stderr);
  const entries = ["malipo", "malipo/define", "malipo/pay-button", "malipo/react", "malipo/web"];
  assert.ok(!stdout.includes("malipo/malipo.js"), "the script embed leads bundlers nowhere");
  assert.deepEqual(entries.filter((it) => !stdout.split(" ").includes(it)), []);
});

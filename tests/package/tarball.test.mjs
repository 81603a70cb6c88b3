// The tarball, as tools for package authors see it: node --test tests/package/*.test.mjs
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { consumer, pack, run } from "./consumer.mjs";

test("publint finds nothing to say", () => {
  assert.equal(run("publint/src/cli.js", ["--strict", pack()]), "");
});

test("every entry has types that fit it, for every module resolution that knows ESM", () => {
  // No module is to be imported from these.
  const files = ["malipo.wasm", "custom-elements.json", "package.json"];
  assert.equal(run("@arethetypeswrong/cli/dist/index.js", ["--profile", "esm-only", "--exclude-entrypoints", ...files, "--", pack()]), "");
});

test("every entry is there, and nothing is installed with it", () => {
  const folder = join(consumer(), "node_modules/malipo");
  const it = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const named = Object.values(it.exports).flatMap((entry) => (typeof entry === "string" ? entry : Object.values(entry)));
  const files = new Set(readdirSync(folder).map((name) => `./${name}`));
  assert.deepEqual(named.filter((name) => !files.has(name)), []);
  assert.deepEqual([it.dependencies, it.optionalDependencies, it.scripts], [undefined, undefined, undefined]);
  assert.deepEqual(it.peerDependenciesMeta, Object.fromEntries(Object.keys(it.peerDependencies).map((name) => [name, { optional: true }])));
});

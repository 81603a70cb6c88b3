// docs/consumers.md tells what was tried: node --test tests/*.test.mjs
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { SETUPS, versions } from "./consumers/setups.mjs";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");

const rows = read("../docs/consumers.md").split("\n").filter((it) => it.startsWith("| ")).slice(2);
const table = rows.map((it) => it.split("|").slice(1, -1).map((cell) => cell.trim()));

test("the table has each set-up, with what has to be done for it", () => {
  const expected = SETUPS.map(({ title, step }) => [title, step ?? ""]);
  assert.deepEqual(table.map((it) => [it[0], it.at(-1)]), expected);
});

test("it was tried with the versions that are pinned: make consumers", () => {
  for (const [at, setup] of SETUPS.entries()) {
    // Node is whichever runs the tests.
    if (setup.run) continue;
    assert.equal(table[at][1], versions(setup), setup.name);
  }
});

test("each of them builds, runs and pays", () => {
  for (const [title, , ...cells] of table) {
    const said = cells.slice(0, -1);
    assert.deepEqual([...new Set(said)].filter((it) => it !== "yes" && it !== "–"), [], title);
    assert.ok(said.includes("yes"), title);
  }
});

test("each of them has a test, and each app a set-up", () => {
  const tests = read("e2e/tests/consumers/main.rs");
  const tried = [...tests.matchAll(/(?:pays|runs_in_node)\(\s*"([\w-]+)"/g)].map(([, name]) => name);
  assert.deepEqual(tried.toSorted(), SETUPS.map(({ name }) => name).toSorted());
  const apps = readdirSync(new URL("consumers/apps", import.meta.url));
  assert.deepEqual(apps.toSorted(), [...new Set(SETUPS.map(({ app }) => app))].toSorted());
});

test("every version of a tool is exact", () => {
  for (const app of readdirSync(new URL("consumers/apps", import.meta.url))) {
    const { devDependencies } = JSON.parse(read(`consumers/apps/${app}/package.json`));
    for (const [name, version] of Object.entries(devDependencies)) assert.match(version, /^\d+\.\d+\.\d+$/, `${app}: ${name}`);
  }
});

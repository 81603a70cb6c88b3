// Whether a browser runs the widget's WebAssembly is tried with a module of a few bytes (pkg-template/load.js). It has to need
// what the real one may need, or a browser that lacks it loads what it cannot run: node --test tests/package/*.test.mjs
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { TOOLS } from "./consumer.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const here = mkdtempSync(join(tmpdir(), "malipo-probe-"));
after(() => rmSync(here, { recursive: true }));

/** The module, as the package compiles it. */
async function probe() {
  const { runsWasm } = await import("../../pkg/load.js");
  const { Module } = WebAssembly;
  let bytes;
  WebAssembly.Module = function (given) {
    bytes = given;
    return new Module(given);
  };
  const runs = runsWasm();
  WebAssembly.Module = Module;
  assert.equal(runs, true, "in Node");
  return bytes;
}

/** Whether wasm-opt takes a module for one that an engine with these features runs. */
function isValid(path, features) {
  return spawnSync(join(TOOLS, ".bin/wasm-opt"), ["--mvp-features", "--enable-mutable-globals", ...features, path]).status === 0;
}

test("the module that is tried needs each feature that the widget's WebAssembly is built with", async () => {
  const [, line] = /^readonly MORE_FEATURES=\((.*)\)$/m.exec(readFileSync(join(root, "tools/pkg.sh"), "utf8"));
  const features = line.split(" ");
  // One that goes under a longer name as well is one with that.
  const families = features.filter((it) => !features.some((other) => it !== other && it.startsWith(other)));
  assert.ok(families.length > 1, line);
  const [path] = [join(here, "probe.wasm"), await probe()].map((it, at, [path]) => (at ? writeFileSync(path, it) : it));
  const { exports } = JSON.parse(readFileSync(join(root, "pkg/package.json"), "utf8"));
  const wasm = join(root, "pkg", exports["./malipo.wasm"]);
  for (const it of [path, wasm]) assert.ok(isValid(it, features), it);
  for (const family of families) {
    const others = features.filter((it) => !it.startsWith(family));
    assert.ok(!isValid(path, others), `runs without ${family}`);
  }
});

// The types, as projects see them that have installed the package: node --test tests/package/*.test.mjs
//
// What must compile and what must not stands in types/; an @ts-expect-error that is not needed fails as well.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { REACT_18, TOOLS, consumer, copy, run } from "./consumer.mjs";

// The oldest TypeScript that the types promise to work with, and the newest.
const OLDEST = "typescript-5/bin/tsc";
const NEWEST = "typescript-7/bin/tsc";

/** A project with the files of types/`name` and these options beside the strictest. */
function project(name, packages, options = {}, more = {}) {
  const folder = consumer(packages, { "package.json": `{ "type": "module" }` });
  copy(`types/${name}`, folder);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    target: "es2022",
    lib: ["es2022", "dom", "dom.iterable"],
    types: [],
    module: "esnext",
    moduleResolution: "bundler",
    // The compiler's own files alone are not looked through: ours are.
    skipDefaultLibCheck: true,
    ...options,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, ...more }));
  return folder;
}

for (const [compiler, resolution] of [[OLDEST, "node16"], [OLDEST, "bundler"], [NEWEST, "node16"], [NEWEST, "bundler"]]) {
  test(`what is right compiles and each misuse is refused: ${compiler}, ${resolution}`, () => {
    const module = resolution === "node16" ? "node16" : "esnext";
    assert.equal(run(compiler, ["-p", "."], project("core", {}, { module, moduleResolution: resolution })), "");
  });
}

// The frameworks' own declarations are theirs to check.
const SKIP = { skipLibCheck: true };
const jsx = (source) => ({ jsx: "react-jsx", jsxImportSource: source, ...SKIP });

for (const [version, types] of [[18, REACT_18], [19, TOOLS]]) {
  test(`React ${version}: the tags in JSX, and the components`, () => {
    const packages = { "@types/react": types, csstype: TOOLS, ...(version === 18 && { "@types/prop-types": types }) };
    for (const options of [jsx("react"), { jsx: "react", allowSyntheticDefaultImports: true, ...SKIP, types: ["react", "malipo/types/react"] }]) {
      if (options.jsx === "react") options.allowUmdGlobalAccess = true;
      assert.equal(run(NEWEST, ["-p", "."], project("react", packages, options)), "", options.jsx);
    }
  });
}

test("Preact: the tags in JSX", () => {
  assert.equal(run(NEWEST, ["-p", "."], project("preact", { preact: TOOLS }, jsx("preact"))), "");
});

test("Solid: the tags in JSX", () => {
  const options = { ...jsx("solid-js"), jsx: "preserve" };
  assert.equal(run(NEWEST, ["-p", "."], project("solid", { "solid-js": TOOLS }, options)), "");
});

test("Vue: the tags in templates", () => {
  const folder = project("vue", { vue: TOOLS }, SKIP, { vueCompilerOptions: { strictTemplates: true } });
  assert.equal(run("vue-tsc/bin/vue-tsc.js", ["-p", "."], folder), "");
});

test("Svelte: the tags in templates", () => {
  const folder = project("svelte", { svelte: TOOLS }, SKIP);
  const output = run("svelte-check/bin/svelte-check", ["--output", "machine", "--tsconfig", "tsconfig.json"], folder);
  const found = [...output.matchAll(/(?:ERROR|WARNING) "(\w+\.svelte)" (\d+):/g)].map(([, file, line]) => `${file}:${line}`);
  // It knows no directive for what is to be refused: every tag of Wrong.svelte is.
  const lines = readFileSync(join(folder, "Wrong.svelte"), "utf8").split("\n");
  const wrong = lines.flatMap((text, index) => (text.startsWith("<pay-") ? `Wrong.svelte:${index + 1}` : []));
  assert.equal(wrong.length, 15);
  assert.deepEqual(found.toSorted(), wrong.toSorted(), output);
});

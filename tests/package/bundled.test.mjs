// What a bundler makes of the package's other shape: node --test tests/package/*.test.mjs
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import { TOOLS, consumer } from "./consumer.mjs";

const esbuild = createRequire(join(TOOLS, "esbuild/package.json"))("esbuild");

/** The files that a bundler with code splitting makes of one import, by their names. */
function bundled(name) {
  const folder = consumer();
  const { outputFiles } = esbuild.buildSync({
    absWorkingDir: folder,
    stdin: { contents: `import ${JSON.stringify(name)};`, resolveDir: folder },
    bundle: true,
    splitting: true,
    format: "esm",
    outdir: "out",
    write: false,
    logLevel: "silent",
  });
  return outputFiles.map(({ path, text }) => [path.split("/").at(-1), text]);
}

for (const name of ["malipo", "malipo/web"]) {
  test(`${name} is found whole by a bundler: languages, and the form without WebAssembly`, () => {
    const files = bundled(name);
    const names = files.map(([file]) => file.replace(/-[0-9A-Z]{8}(?=\.js$)/, ""));
    for (const chunk of ["am.js", "ar.js", "es.js", "fr.js", "lg.js", "pt.js", "rw.js", "sw.js", "compat.js"]) assert.ok(names.includes(chunk), `${chunk}: ${names}`);
    // What a press needs and an import() would bring, some browsers never ask for again once it has failed; the fetched file they do.
    assert.equal(names.includes("rest.js"), name === "malipo", `${names}`);
    for (const [file, text] of files) {
      // Bundlers follow an import() and copy a new URL() whose file is written out; any other they leave, and it leads nowhere.
      const imports = [...text.matchAll(/\bimport\(\s*([^)]*)\)/g)].filter(([, it]) => !/^"\.[^"]*"$/.test(it.trim()));
      assert.deepEqual(imports.map(([it]) => it), [], file);
      const urls = [...text.matchAll(/new URL\(([^)]*import\.meta\.url)\)/g)].map(([, it]) => it.replace(/[0-9a-f]{16}/, "<hash>"));
      assert.deepEqual(urls, name === "malipo/web" && file === "stdin.js" ? ['"./core-<hash>.wasm", import.meta.url'] : [], file);
      if (name === "malipo") assert.ok(!text.includes("import.meta"), `import.meta in ${file}`);
    }
  });
}

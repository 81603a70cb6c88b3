// The package in Chromium: loaded twice, and in React's pages: node --test tests/package/*.test.mjs
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { report } from "./browser.mjs";
import { REACT_18, TOOLS, consumer, copy, unpack } from "./consumer.mjs";

const esbuild = createRequire(join(TOOLS, "esbuild/package.json"))("esbuild");

test("a page that loads the package twice keeps the first, and nothing goes wrong", async () => {
  const folder = consumer();
  copy("pages", folder);
  for (const name of ["first", "second"]) unpack(join(folder, name));
  // Another version.
  const newer = join(folder, "second/malipo.js");
  writeFileSync(newer, `${readFileSync(newer, "utf8")}\nexport const version = "newer";`);
  const found = await report(folder, "twice.html");
  assert.deepEqual(found, { copies: 4, isFirst: [true, true], buttons: [1, 1], drawn: [1, 1, 1, 1], errors: [] });
});

test("a class that has a name of the page's already gets ours as well", async () => {
  const folder = consumer();
  copy("pages", folder);
  unpack(join(folder, "first"));
  assert.deepEqual(await report(folder, "named.html"), { classes: [true, true], status: true, buttons: [1, 1], errors: [] });
});

test("the task that defines the elements makes the button, in its size; what is read on it comes in the next, and moves nothing", async () => {
  const folder = consumer();
  copy("pages", folder);
  unpack(join(folder, "first"));
  assert.deepEqual(await report(folder, "early.html"), { first: ["", false], then: ["Pay UGX 25,000", true], moved: [], errors: [] });
});

for (const [major, packages] of [["18", REACT_18], ["19", TOOLS]]) {
  test(`React ${major}: a page of the server is taken over in StrictMode, and no event is lost or doubled`, async () => {
    const initial = { sku: "tea", pollInterval: "often", className: "wide", disabled: true, hidden: false, style: { width: "100%" }, "aria-busy": false, "data-shop": "a" };
    const { version, errors, ...found } = await report(await page(packages, initial), "index.html");
    assert.equal(version?.split(".")[0], major, JSON.stringify({ ...found, errors }));
    const [badOption, ...others] = errors;
    assert.match(badOption, /an option is not accepted: poll-interval/);
    assert.deepEqual(others, []);
    assert.deepEqual(found, {
      isEarly: false,
      hydrated: true,
      toldAtFirst: ["first pay-error"],
      form: 1,
      buttons: 1,
      each: 12,
      shown: { disabled: true, lang: "sw", headers: { a: "1" }, label: "Lipa" },
      taken: { disabled: false, lang: null, headers: null, texts: null },
      press: "aborted",
      heard: ["third"],
      ref: null,
      deaf: [],
      again: 1,
    });
  });
}

/** A page that was rendered with these props, and the script that takes it over with the same. */
async function page(packages, initial) {
  const folder = consumer({ react: packages, "react-dom": packages, scheduler: packages }, { "package.json": `{ "type": "module" }` });
  copy("pages", folder);
  const require = createRequire(join(folder, "shop.js"));
  const { Shop } = await import(pathToFileURL(join(folder, "shop.js")));
  const html = require("react-dom/server").renderToString(require("react").createElement(Shop, initial));
  writeFileSync(
    join(folder, "index.html"),
    `<!doctype html><meta charset="utf-8"><div id="root">${html}</div><script type="module" src="bundle.js"></script>`,
  );
  // React's warnings are in its development build only.
  const define = { "process.env.NODE_ENV": `"development"`, INITIAL: JSON.stringify(initial) };
  esbuild.buildSync({ absWorkingDir: folder, entryPoints: ["react-client.js"], bundle: true, format: "esm", outfile: "bundle.js", define, logLevel: "error" });
  return folder;
}

// Nothing leads nowhere, and nothing is fetched from anywhere else: node --test tests/docs/*.test.mjs, after make docs.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";

import { PAGES, REPOSITORY } from "../../www/docs/site.mjs";
import { attribute, pages, root, site } from "./pages.mjs";

const anchors = new Map(pages.map(({ name, elements }) => [name, new Set(elements.map((it) => attribute(it, "id")).filter(Boolean))]));

test("every page of the list is built, and no other", () => {
  assert.deepEqual(pages.map(({ name }) => name).toSorted(), PAGES.map(({ name }) => `${name}.html`).toSorted());
});

for (const { name, elements, text } of pages) {
  test(`${name}: every link leads to a page and an anchor that are there`, () => {
    for (const href of elements.filter(({ tagName }) => tagName === "a").map((it) => attribute(it, "href"))) {
      const [path, anchor] = href.split("#");
      if (path.startsWith(REPOSITORY)) assert.ok(existsSync(`${root}${path.slice(REPOSITORY.length)}`), `${href}: no such file`);
      if (/^[a-z]+:/.test(path)) continue;
      const page = path || name;
      assert.ok(anchors.has(page), `${href}: no such page`);
      if (anchor) assert.ok(anchors.get(page).has(anchor), `${href}: no such anchor`);
    }
  });

  test(`${name}: what it loads lies beside it`, () => {
    const loaded = elements.flatMap((it) => (["script", "link", "img"].includes(it.tagName) ? [attribute(it, "src") ?? attribute(it, "href")] : []));
    assert.ok(loaded.length > 3);
    for (const path of loaded) assert.ok(!/^([a-z]+:|\/)/.test(path) && existsSync(`${site}${path}`), path);
  });

  test(`${name}: nothing inline that a strict policy refuses`, () => {
    for (const it of elements) {
      assert.ok(it.tagName !== "style" && attribute(it, "style") === undefined, `<${it.tagName}> has a style`);
      assert.ok(it.tagName !== "script" || attribute(it, "src"), "an inline script");
      assert.deepEqual(it.attrs.filter(({ name }) => /^on/.test(name)), []);
    }
    assert.match(text, /script-src 'self' 'wasm-unsafe-eval'; style-src 'self'/);
  });
}

for (const name of ["README.md", "ARCHITECTURE.md", "pkg-template/README.md", "docs/tried-as-a-stranger.md", ...PAGES.map(({ file }) => file)]) {
  test(`${name}: every relative link leads to a file of the project`, () => {
    const text = readFileSync(`${root}${name}`, "utf8").replaceAll(/^```[^]*?^```$/gm, "").replaceAll(/`[^`\n]*`/g, "");
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      const [path, anchor] = target.split("#");
      if (/^[a-z]+:/.test(target) || path === "") continue;
      const file = posix.join(posix.dirname(name), path);
      assert.ok(existsSync(`${root}${file}`), `${target}: no such file`);
      const page = PAGES.find((it) => it.file === file);
      if (anchor && page) assert.ok(anchors.get(`${page.name}.html`).has(anchor), `${target}: no such anchor`);
    }
  });
}

test("every error code has its section under troubleshooting", () => {
  const [, codes] = /type PayErrorCode =([^]*?);/.exec(readFileSync(`${root}pkg-template/events.d.ts`, "utf8").replaceAll(/\/\*\*.*?\*\//g, ""));
  const all = [...codes.matchAll(/"([a-z-]+)"/g)].map(([, it]) => it);
  assert.ok(all.length > 10);
  for (const code of all) assert.ok(anchors.get("troubleshooting.html").has(code), code);
});

test("what the scripts of the pages import lies beside them", () => {
  for (const name of ["search.js", "page.js", "live.js", "search-settings.js", "example-bundlers.js"]) {
    const script = readFileSync(`${site}${name}`, "utf8");
    for (const [, path] of script.matchAll(/^import .*?"(.*?)";/gm)) assert.ok(existsSync(`${site}${path}`), `${name}: ${path}`);
  }
});

test("the search finds a page by what it is about", async () => {
  const { require } = await import("./pages.mjs");
  const { SETTINGS } = await import("../../www/docs/theme/search-settings.js");
  const index = require("minisearch").loadJSON(readFileSync(`${site}search.json`, "utf8"), SETTINGS);
  for (const [asked, found] of [["amount-mismatch", "troubleshooting.html#amount-mismatch"], ["accent", "styling.html"], ["php", "backend.html"], ["popup blocked", "troubleshooting.html"]]) {
    const best = index.search(asked).slice(0, 8).map(({ id }) => id);
    assert.ok(best.some((it) => it.startsWith(found)), `${asked}: ${best.join(", ")}`);
  }
});

// The documentation, from the Markdown that site.mjs lists: `make docs`. Eleventy makes pages of it; what is special here
// stands in markdown.mjs (links, included files, live examples) and search.mjs.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { included } from "./include.mjs";
import { contents, extend, live } from "./markdown.mjs";
import { index } from "./search.mjs";
import { PAGES, REPOSITORY, SITE } from "./site.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const require = createRequire(new URL("../../.tools/docs/package.json", import.meta.url));
const load = async (name) => (await import(pathToFileURL(require.resolve(name)))).default;
const highlight = await load("@11ty/eleventy-plugin-syntaxhighlight");
const anchor = await load("markdown-it-anchor");

export default function (eleventy) {
  // pkg/ and the output are in .gitignore, and are read and written here.
  eleventy.setUseGitIgnore(false);
  eleventy.addPlugin(highlight);
  eleventy.amendLibrary("md", (markdown) => extend(markdown, anchor, { root }));
  eleventy.addGlobalData("site", SITE);
  eleventy.addGlobalData("repository", REPOSITORY);
  eleventy.addFilter("contents", contents);
  const examples = {};
  for (const [at, page] of PAGES.entries()) {
    const content = included(readFileSync(join(root, page.file), "utf8"), root);
    const [, title] = /^# (.+)$/m.exec(content) ?? fail(`${page.file} has no title`);
    page.title = title;
    const [css, js] = ["css", "js"].map((it) => live(content, it));
    examples[`example-${page.name}.css`] = css;
    examples[`example-${page.name}.js`] = js;
    eleventy.addTemplate(`${page.name}.md`, content, {
      ...page,
      css,
      js,
      live: js || live(content, "html"),
      layout: "page.njk",
      permalink: `${page.name}.html`,
      previous: PAGES[at - 1],
      next: PAGES[at + 1],
    });
  }
  eleventy.addPassthroughCopy({
    "www/docs/theme/*.{css,js,svg,json}": "/",
    "docs/screenshots/states": "screenshots/states",
    ".tools/docs/node_modules/minisearch/dist/es/index.js": "minisearch.js",
    "pkg/malipo.js": "malipo/malipo.js",
    "pkg/{core,rest,compat,malipo,texts}-*": "malipo",
  });
  eleventy.on("eleventy.after", ({ results }) => {
    writeFileSync(join(root, OUTPUT, "search.json"), index(results, require));
    for (const [name, text] of Object.entries(examples)) text && writeFileSync(join(root, OUTPUT, name), text);
  });
  return {
    dir: { input: "www/docs/theme", output: OUTPUT },
    templateFormats: ["md"],
    // Braces in an example of Vue or Svelte are no template.
    markdownTemplateEngine: false,
  };
}

const OUTPUT = "www/docs/_site";

function fail(sentence) {
  throw new Error(sentence);
}

// The built pages, and the fences of the Markdown that they are made of: for the tests beside this file.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { PAGES } from "../../www/docs/site.mjs";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const site = `${root}www/docs/_site/`;
/** What tools/docs/package-lock.json names. */
export const require = createRequire(`${root}.tools/docs/package.json`);
const { parse } = require("parse5");

/** Every page: its file name, its text, and its elements in the order of the text. */
export const pages = readdirSync(site)
  .filter((it) => it.endsWith(".html"))
  .map((name) => {
    const text = readFileSync(`${site}${name}`, "utf8");
    return { name, text, elements: elements(parse(text)) };
  });

/** Every fence of the Markdown: where it stands, its language, what else is said beside that, and its text. */
export const fences = PAGES.flatMap(({ file }) => {
  const markdown = readFileSync(`${root}${file}`, "utf8");
  return [...markdown.matchAll(/^( *)```(\w*)([^\n]*)\n([^]*?)^ *```$/gm)].map(([all, indent, language, said, text]) => ({
    place: `${file}:${markdown.slice(0, markdown.indexOf(all)).split("\n").length}`,
    language,
    said: said.trim(),
    text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
});

/** An element's attribute; undefined where it has none. */
export function attribute(element, name) {
  return element.attrs.find((it) => it.name === name)?.value;
}

function elements(node) {
  const inside = [...(node.childNodes ?? []), ...(node.content?.childNodes ?? [])].flatMap(elements);
  return node.tagName ? [node, ...inside] : inside;
}

// The index of the search, made with the pages: one entry a section. The page's script (theme/search.js) reads it.
import { SETTINGS } from "./theme/search-settings.js";

/** The index as text, of what Eleventy has written. */
export function index(results, require) {
  const MiniSearch = require("minisearch");
  const { parse } = require("parse5");
  const made = new MiniSearch(SETTINGS);
  for (const { url, content } of results.filter((it) => it.url.endsWith(".html"))) {
    const main = find(parse(content), (it) => it.tagName === "main");
    made.addAll(sections(main, url.slice(1)));
  }
  return JSON.stringify(made);
}

/** What stands between two headings with an anchor. */
function sections(main, page) {
  const found = [];
  let current;
  const walk = (node) => {
    const anchor = /^h[1-3]$/.test(node.tagName) && attribute(node, "id");
    if (anchor) {
      const top = node.tagName === "h1";
      current = { id: top ? page : `${page}#${anchor}`, page: found[0]?.title ?? text(node), title: text(node), text: "" };
      found.push(current);
    } else if (node.nodeName === "#text" && current) current.text += `${node.value} `;
    else if (attribute(node, "class") !== "toc") node.childNodes?.forEach(walk);
  };
  walk(main);
  return found.map((it) => ({ ...it, text: it.text.replace(/\s+/g, " ").trim() }));
}

function find(node, is) {
  return is(node) ? node : node.childNodes?.map((it) => find(it, is)).find(Boolean);
}

function attribute(node, name) {
  return node.attrs?.find((it) => it.name === name)?.value;
}

function text(node) {
  return node.nodeName === "#text" ? node.value : (node.childNodes ?? []).map(text).join("");
}

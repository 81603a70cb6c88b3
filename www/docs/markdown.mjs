// What these pages add to Markdown:
// - links between files of the project lead to the page that is made of a file, else to the file in the repository;
// - a fence "html live" is shown as it runs, above its text; "css live" and "js live" run on the page that they stand on;
// - a fence with file=PATH (and region=NAME) shows that file, so that what is shown is what is tested;
// - tables scroll by themselves, and on a phone each row becomes a block, whose cells know the heads of their columns.
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

import { PAGES, REPOSITORY } from "./site.mjs";

/** Teaches a markdown-it what stands above. */
export function extend(markdown, anchor, { root }) {
  markdown.set({ html: true });
  // On GitHub, where the Markdown is read as well, headings have the same anchors.
  markdown.use(anchor, { slugify: slug, tabIndex: false, permalink: anchor.permalink.headerLink({ safariReaderFix: true }) });
  markdown.core.ruler.push("links", (state) => {
    const tokens = state.tokens.flatMap((it) => it.children ?? []);
    for (const token of tokens) {
      const name = token.type === "image" ? "src" : "href";
      const target = token.attrGet(name);
      if (target) token.attrSet(name, token.type === "image" ? picture(target, state.env, root) : link(target, state.env, root));
    }
  });
  markdown.core.ruler.push("labels", ({ tokens }) => label(tokens));
  markdown.renderer.rules.table_open = () => '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>\n';
  markdown.renderer.rules.table_close = () => "</table></div>\n";
  const fence = markdown.renderer.rules.fence;
  markdown.renderer.rules.fence = (tokens, at, options, env, self) => {
    const token = tokens[at];
    const [language, ...words] = token.info.trim().split(/\s+/);
    const { file, region } = Object.fromEntries(words.map((it) => it.split("=")));
    if (file) token.content = shown(file, region, root);
    token.info = HIGHLIGHTED[language] ?? language;
    const code = fence(tokens, at, options, env, self).replace(/ class="language-[\w-]+"/, ` class="language-${token.info}" tabindex="0"`);
    const figure = `<figure class="code"><figcaption>${file ?? language}</figcaption>${code}</figure>\n`;
    if (!words.includes("live") || language !== "html") return figure;
    return `<div class="live"><div class="stage">${token.content}</div><p class="said" role="status"></p></div>\n${figure}`;
  };
}

/** Tells each cell of a table the head of its column, and which one is a name that should not be broken. */
function label(tokens) {
  let heads = [];
  let column = 0;
  for (const [at, { type }] of tokens.entries()) {
    if (type === "table_open") heads = [];
    if (type === "tr_open") column = 0;
    if (type === "th_open") heads.push(tokens[at + 1].content.replaceAll("`", ""));
    if (type === "td_open") {
      const head = heads[column++];
      if (head && column > 1) tokens[at].attrSet("data-head", head);
      const codes = [...tokens[at + 1].content.matchAll(/`[^`]*`/g)];
      if (column === 1 && codes.every(([it]) => it.length < 28)) tokens[at].attrSet("class", "name");
    }
  }
}

/** What a page runs: the fences "css live" or "js live" of its Markdown, one after the other. */
export function live(markdown, language) {
  const fences = markdown.matchAll(/^```(\w+) live\n([^]*?)^```$/gm);
  return [...fences].filter(([, it]) => it === language).map(([, , code]) => code).join("\n");
}

/** What stands on a page, as a list of links; nothing where it is short. */
export function contents(html) {
  const headings = [...html.matchAll(/<h2 id="([^"]+)"[^>]*>(.*?)<\/h2>/g)];
  if (headings.length < 3) return "";
  const links = headings.map(([, id, text]) => `<li><a href="#${id}">${text.replace(/<\/?a\b[^>]*>/g, "")}</a></li>`);
  return `<nav class="toc" aria-label="On this page"><p>On this page</p><ul>${links.join("")}</ul></nav>`;
}

/** As GitHub names the anchors of headings. */
export function slug(heading) {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
}

/** The path of a link's target from the root of the project, and its anchor. */
function resolved(target, env) {
  const [path, hash = ""] = target.split("#");
  return [posix.join(posix.dirname(env.file), path), hash && `#${hash}`];
}

function link(target, env, root) {
  if (/^([a-z]+:|#)/.test(target) || env.file === undefined) return target;
  const [path, hash] = resolved(target, env);
  const page = PAGES.find(({ file }) => file === path);
  if (page) return `${page.name}.html${hash}`;
  if (!existsSync(join(root, path))) throw new Error(`${env.file}: ${target} leads nowhere`);
  return `${REPOSITORY}${path}${hash}`;
}

function picture(target, env, root) {
  const [path] = resolved(target, env);
  if (!path.startsWith("docs/screenshots/") || !existsSync(join(root, path))) throw new Error(`${env.file}: no picture ${target}`);
  return path.replace("docs/", "");
}

/** A file of the project, or what stands between `region NAME` and `endregion` in it. */
function shown(file, region, root) {
  const text = readFileSync(join(root, file), "utf8");
  if (!region) return text;
  const [, part] = new RegExp(`^[^\\n]*\\bregion ${region}\\b[^\\n]*\\n([^]*?)^[^\\n]*\\bendregion\\b`, "m").exec(text) ?? [];
  if (part === undefined) throw new Error(`${file} has no region ${region}`);
  const indent = Math.min(...part.split("\n").filter((it) => it.trim()).map((it) => /^ */.exec(it)[0].length));
  return part.split("\n").map((it) => it.slice(indent)).join("\n");
}

// Prism's names for what it knows under others, or not at all.
const HIGHLIGHTED = { vue: "html", svelte: "html", astro: "html", text: "plain", csv: "plain", http: "plain", nginx: "plain", "": "plain" };

// What is shown can be copied: each snippet is parsed as what it says it is, and names only what there is.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import { NAMES } from "../../pkg-template/options.js";
import { attribute, fences, require, root } from "./pages.mjs";

const esbuild = createRequire(`${root}.tools/npm/package.json`)("esbuild");
const { parseFragment } = require("parse5");
const toml = require("smol-toml");
const read = (name) => readFileSync(`${root}${name}`, "utf8");
const makefile = read("Makefile");
const example = read("server/malipo.example.toml");
const { exports } = JSON.parse(read("pkg-template/package.json"));
const events = [...read("pkg-template/events.d.ts").matchAll(/"(pay-\w+)":/g)].map(([, it]) => it);

const SCRIPTS = ["js", "jsx", "ts", "tsx"];
const CHECKS = {
  html: isHtml,
  vue: isHtml,
  svelte: (text) => isHtml(text, true),
  astro: (text) => isHtml(text, true),
  toml: isConfiguration,
  json: (text) => JSON.parse(text),
  sh: isShell,
  ...Object.fromEntries(SCRIPTS.map((it) => [it, (text) => isScript(text, it)])),
};
// Shown and not parsed here: PHP and Python come from files that are run by their own tests.
const LEFT = ["", "text", "css", "http", "nginx", "ini", "yaml", "csv", "php", "python", "rust", "promql"];

test("there are snippets of every kind", () => {
  for (const language of ["html", "js", "toml", "sh", "json", "jsx"]) assert.ok(fences.some((it) => it.language === language), language);
});

test("every live example names an article of the demo at its price, and each of a page another one", () => {
  const { catalogue } = toml.parse(read("www/malipo.toml"));
  const seen = new Set();
  for (const { place, said, text, language } of fences) {
    if (said !== "live" || language !== "html") continue;
    walk(parseFragment(text), (element) => {
      if (element.tagName !== "pay-button") return;
      const [sku, amount, currency, quantity = "1"] = ["sku", "amount", "currency", "quantity"].map((it) => attribute(element, it));
      assert.equal(currency, catalogue[sku]?.currency, `${place}: ${sku}`);
      assert.equal(amount, String(Number(catalogue[sku].amount) * Number(quantity)), `${place}: ${sku}`);
      const payment = `${place.split(":")[0]}: ${quantity} of ${sku}`;
      assert.ok(!seen.has(payment), `${payment} stands there twice, and would be one payment`);
      seen.add(payment);
    });
  }
  assert.ok(seen.size > 5);
});

for (const { place, language, said, text } of fences) {
  test(`${place} is what it says: ${language || "text"}`, () => {
    const [, file] = /file=(\S+)/.exec(said) ?? [];
    if (file) return assert.ok(existsSync(`${root}${file}`), `${file} is not there`);
    const check = CHECKS[language];
    assert.ok(check || LEFT.includes(language), `nobody knows how to check "${language}"`);
    check?.(text);
    for (const [name] of text.matchAll(/(?<![\w-])pay-(?!button|status|\*)[a-z]+(?=["'`=])/g)) assert.ok(events.includes(name), `no event ${name}`);
  });
}

function isScript(text, loader) {
  esbuild.transformSync(text, { loader });
  for (const [, name] of text.matchAll(/(?:from|import)\s*\(?"malipo([^"]*)"/g)) {
    assert.ok(exports[`.${name}`], `the package has no malipo${name}`);
  }
}

/** Without a mistake (but for the braces of a framework), and every attribute of ours is one of ours. */
function isHtml(text, hasBraces = false) {
  const errors = [];
  const html = text.replace(/^---\n[^]*?^---\n/m, (it) => (isScript(it.replaceAll(/^---$/gm, ""), "ts"), ""));
  const document = /^\s*<!doctype/i.test(html);
  const tree = (document ? require("parse5").parse : parseFragment)(html, { sourceCodeLocationInfo: true, onParseError: (it) => errors.push(it) });
  if (!hasBraces) assert.deepEqual(errors.map(({ code, startLine }) => `${startLine}: ${code}`), []);
  walk(tree, (element) => {
    const { tagName } = element;
    if (tagName === "script" && attribute(element, "type") !== "importmap") isScript(element.childNodes.map(({ value }) => value).join(""), "ts");
    if (tagName === "script" && attribute(element, "type") === "importmap") JSON.parse(element.childNodes[0].value);
    if (tagName !== "pay-button" && tagName !== "pay-status") return;
    const names = element.attrs.map(({ name }) => name.replace(/^:/, ""));
    for (const name of names) {
      // What parse5 makes of `{({ detail }) => (order = detail)}`.
      if (hasBraces && !name.includes("-")) continue;
      const known = NAMES.includes(name) || ["id", "class", "ref", "style"].includes(name) || /^(@|on:?|\()pay-|^on-?pay|^data-|^aria-|^\[|^client:/.test(name);
      assert.ok(known, `<${tagName}> has no ${name}`);
    }
  });
}

function walk(node, visit) {
  if (node.tagName) visit(node);
  for (const it of [...(node.childNodes ?? []), ...(node.content?.childNodes ?? [])]) walk(it, visit);
}

/** Parsed, and every key of it is explained in the example of the server's configuration. */
function isConfiguration(text) {
  for (const path of keys(toml.parse(text))) {
    const [table, key] = path.includes(".") ? [path.split(".")[0], path.split(".").at(-1)] : [undefined, path];
    const section = table ? new RegExp(`^#? ?\\[${table}[\\].][^]*?(?=^#? ?\\[(?!${table})|$(?![^]))`, "m").exec(example)?.[0] : example.split(/^\[/m)[0];
    assert.ok(section && new RegExp(`^#? ?${key} = `, "m").test(section), `server/malipo.example.toml does not explain ${path}`);
  }
}

function keys(table, before = "") {
  return Object.entries(table).flatMap(([key, value]) => {
    const isTable = typeof value === "object" && !Array.isArray(value);
    return isTable ? keys(value, `${before}${key}.`) : [`${before}${key}`];
  });
}

/** The shell can parse it, and what it runs of ours is there. */
function isShell(text) {
  execFileSync("bash", ["-n"], { input: text });
  for (const [, target] of text.matchAll(/^make ([a-z0-9-]+)/gm)) assert.match(makefile, new RegExp(`^${target}:`, "m"), `no target ${target}`);
  for (const [, crate] of text.matchAll(/ -p (malipo[\w-]*)/g)) assert.ok(read("Cargo.toml").includes(crate.replace("malipo-", "")), crate);
}

// node tools/reference.mjs: writes www/docs/reference.md, of custom-elements.json (which tools/manifest.mjs makes of the same
// declarations), the declarations themselves, and the English words.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { members, source, template, words } from "./declarations.mjs";

/** The page, as Markdown. */
export async function reference() {
  const manifest = JSON.parse(readFileSync(new URL("custom-elements.json", template), "utf8"));
  const [button] = manifest.modules[0].declarations.filter(({ tagName }) => tagName === "pay-button");
  const [attributes, events, index] = ["attributes.d.ts", "events.d.ts", "index.d.ts"].map(source);
  const { default: english } = await import(new URL("texts/en.js", template));
  const onlyOptions = [
    ...members(attributes, "CommonOptions").filter(({ name }) => ["headers", "texts"].includes(name)),
    ...members(attributes, "PayButtonOptions"),
  ];
  const all = members(index, "PayMembers");
  return `${[
    OPENING,
    "## Attributes",
    "Of `<pay-button>`, and but for `initiate-url` of `<pay-status>`. Each is also a property in camelCase, and an option of `new PayButton(target, options)`.",
    table(["attribute", "meaning"], sorted(button.attributes).map((it) => [code(it.name), `${it.description}${oneOf(it)}`])),
    "## Options of JavaScript alone",
    "`headers` and `texts` are properties of the elements as well.",
    table(["option", "type", "meaning"], onlyOptions.map((it) => [code(it.name), code(it.type), it.description])),
    "An option, attribute or header that is named like a provider's secret (`secretKey`, `consumerSecret`, `clientSecret`, `privateKey`, `apiKey`) is refused, and nothing is sent.",
    "## Methods",
    table(["method", "what it does"], all.filter(({ isMethod }) => isMethod).map((it) => [code(signature(it)), it.description])),
    "## Properties to read",
    table(["property", "type", "meaning"], all.filter(({ isMethod }) => !isMethod).map(row)),
    "## The outcome",
    "What the promises of `start()`, `resume()` and `cancel()` give.",
    table(["field", "type", "meaning"], members(events, "Outcome").map(row)),
    "## Events",
    "Dispatched on the element, or on the target of `new PayButton(target, options)`. They bubble and leave shadow roots, so one listener on `document` hears them all. Each event of an attempt that was taken up again, after a reload say, has `resumed: true` in its `detail`.",
    ...button.events.map((it) => [`### ${code(it.name)}`, it.description, fence(detail(it.type.text))].join("\n\n")),
    `\`PayFailure\`, why the provider said no, is one of ${list(words(events, "PayFailure"))}.`,
    "## States",
    "`element.state`, and for CSS `pay-button:state(waiting)`.",
    table(["state", "when"], words(events, "PayState").map(named)),
    "## Error codes",
    "`code` of `pay-error`, and of the `PayError` with which promises are rejected. The same words stand in the answers of `malipo-server`. What to do about each: [Troubleshooting](troubleshooting.md#error-codes).",
    table(["code", "meaning"], words(events, "PayErrorCode").map(named)),
    "A `PayError` has:",
    table(["field", "type", "meaning"], members(index, "PayError").map(row)),
    "## Parts",
    "For `pay-button::part(button)`; see [Styling](styling.md).",
    table(["part", "what it is"], button.cssParts.map(named)),
    "## Slots",
    "What stands in the tag with `slot=\"logo\"`, say.",
    table(["slot", "what goes there"], button.slots.map((it) => [it.name ? code(it.name) : "without a name", it.description])),
    "## Custom properties",
    table(["property", "default", "meaning"], button.cssProperties.map((it) => [code(it.name), it.default ? code(it.default) : "", it.description])),
    "## Words",
    "What `texts` may replace, by name; `{}` stands for a value. Here in English; the other languages: [Languages](../../docs/languages.md).",
    table(["name", "English"], Object.entries(english).map(([name, text]) => [code(name), text])),
  ].join("\n\n")}\n`;
}

function row({ name, type, description }) {
  return [code(name), code(type), description];
}

function named({ name, description }) {
  return [code(name), description];
}

/** What is required first. */
function sorted(attributes) {
  const required = ["initiate-url", "verify-url"];
  return attributes.toSorted((one, two) => required.includes(two.name) - required.includes(one.name) || (required.includes(one.name) && one.name < two.name ? -1 : 0));
}

/** The words that an attribute may be. */
function oneOf({ type: { text } }) {
  return text.startsWith('"') ? ` One of ${text.split(" | ").map((it) => code(it.replaceAll('"', ""))).join(", ")}.` : "";
}

function signature({ name, parameters }) {
  return `${name}(${parameters.map((it) => `${it.name}${it.optional ? "?" : ""}`).join(", ")})`;
}

/** `CustomEvent<{ ... } & Resumed>` as `{ ... }`. */
function detail(type) {
  return type.replace(/^CustomEvent<\s*/, "").replace(/\s*>$/, "").replace(/ & Resumed$/, "").replace("Record<string, never>", "{}");
}

/** A type as a block of code, each of its fields on a line. */
function fence(type) {
  if (type === "{}") return "`detail` is empty.";
  let depth = 0;
  const text = [...type.slice(2, -2)].map((it) => {
    depth += it === "{" ? 1 : it === "}" ? -1 : 0;
    return it === ";" && depth === 0 ? ";\n " : it;
  });
  return `\`\`\`ts\nevent.detail as {\n  ${text.join("").replace(/;?\s*$/, ";")}\n}\n\`\`\``;
}

function list(all) {
  return all.map(({ name }) => code(name)).join(", ");
}

function code(text) {
  return `\`${text}\``;
}

function table(heads, rows) {
  const line = (cells) => `| ${cells.map((it) => (it ?? "").replaceAll("|", "\\|").replace(/\{@link (\w+)\}/g, "`$1`")).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

const OPENING = `# Reference

Every attribute, option, method, event, state, code, part and word. This page is made of the package's types (\`node tools/reference.mjs\`), from which \`custom-elements.json\` is made as well, and a test holds all three to the code.

\`<pay-button>\` begins payments; \`<pay-status>\` shows on a thank-you page how a payment stands. \`PayButton\` is the same without a tag: [Without a tag](bundlers.md#without-a-tag). For TypeScript: [the types](../../pkg-template/index.d.ts).`;

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(new URL("../www/docs/reference.md", import.meta.url), await reference());

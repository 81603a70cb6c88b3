// node tools/manifest.mjs: writes pkg-template/custom-elements.json, which editors and documentation tools read.
//
// @custom-elements-manifest/analyzer reads the classes and the tags above them (parts, custom properties, states). Whatever
// has a type is read from the declarations, where it is documented: attributes, properties, members and events.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { create, members, source, template, text, ts } from "./declarations.mjs";

/** The manifest, as text. */
export function manifest() {
  const made = create({ modules: [source("pay-button.js")], plugins: [declared()] });
  return `${JSON.stringify(made, null, 2)}\n`;
}

/** What the declarations say, put into what the analyzer found. */
function declared() {
  const attributes = source("attributes.d.ts");
  const options = [...members(attributes, "CommonOptions"), ...members(attributes, "PayElementOptions")];
  const properties = options.map((it) => ({ ...it, type: plain(it.type, attributes) }));
  const unattributed = ({ name }) => ["headers", "texts"].includes(name);
  const documented = [...members(source("index.d.ts"), "PayMembers"), ...options.filter(unattributed)];
  const events = members(source("events.d.ts"), "PayEventMap");
  return {
    name: "MALIPO - DECLARATIONS",
    moduleLinkPhase({ moduleDoc }) {
      const base = moduleDoc.declarations.find(({ name }) => name === "PayElement") ?? fail("pay-button.js has no PayElement");
      base.members = base.members.filter(({ privacy }) => privacy !== "private").map((it) => document(it, documented));
      const attributed = properties.filter((it) => !unattributed(it));
      base.members.push(...attributed.filter(({ name }) => name !== "lang").map(field));
      base.attributes = attributed.map(attribute);
      base.events = events.map(({ name, type, description }) => ({ name, type: { text: type }, description }));
    },
    packageLinkPhase({ customElementsManifest: { modules } }) {
      const named = modules[0].declarations.filter(({ tagName }) => tagName);
      for (const it of named.filter(({ tagName }) => tagName === "pay-status")) withoutPress(it);
      const exports = named.map(({ name, tagName }) => ({
        kind: "custom-element-definition",
        name: tagName,
        declaration: { name, module: "pay-button.js" },
      }));
      modules.push({ kind: "javascript-module", path: "define.js", declarations: [], exports });
    },
  };
}

/** A status page begins no payment. */
function withoutPress(element) {
  element.attributes = element.attributes.filter(({ name }) => name !== "initiate-url");
  element.members = element.members.filter(({ name }) => name !== "initiateUrl");
  element.events = element.events.filter(({ name }) => name !== "pay-start");
}

function document(member, documented) {
  const found = documented.find(({ name }) => name === member.name);
  if (!found) return member;
  const { type, description, parameters } = found;
  if (member.kind !== "method") return { ...member, type: { text: type }, description };
  return { ...member, ...(parameters.length && { parameters }), return: { type: { text: type } }, description };
}

function field({ name, type, description }) {
  const text = type === "boolean" ? type : "string";
  return { kind: "field", name, type: { text }, description, attribute: kebab(name), reflects: true };
}

function attribute({ name, type, description, byDefault }) {
  return { name: kebab(name), type: { text: type }, description, ...byDefault, ...(name !== "lang" && { fieldName: name }) };
}

/** An option's type as an attribute's: the words that a union is made of, else text or boolean. */
function plain(type, file) {
  const alias = file.statements.find((it) => ts.isTypeAliasDeclaration(it) && it.name.text === type);
  const written = alias ? text(alias.type) : type;
  return written === "boolean" || written.startsWith('"') ? written : "string";
}

function kebab(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function fail(sentence) {
  throw new Error(`manifest.mjs: ${sentence}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(new URL("custom-elements.json", template), manifest());

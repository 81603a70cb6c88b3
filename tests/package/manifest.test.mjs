// custom-elements.json says what the code knows, and nothing else: node --test tests/package/*.test.mjs
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { manifest } from "../../tools/manifest.mjs";
import { reference } from "../../tools/reference.mjs";

const root = new URL("../../", import.meta.url);
const read = (name) => readFileSync(new URL(name, root), "utf8");
const all = (text, pattern) => [...text.matchAll(pattern)].map(([, found]) => found);

const { NAMES, camel } = await import("../../pkg-template/options.js");
const { PayButtonElement, PayStatusElement } = await import("../../pkg-template/pay-button.js");
const { modules } = JSON.parse(read("pkg-template/custom-elements.json"));
const classes = { PayButtonElement, PayStatusElement };
const elements = modules.flatMap(({ declarations }) => declarations).filter(({ customElement }) => customElement);

const STYLE = ["style", "panel-style"].map((it) => read(`pkg-template/${it}.js`)).join("\n");

/** The same words, whatever their order; each once. */
function same(described, known) {
  const names = described.map(({ name }) => name);
  assert.deepEqual(names.toSorted(), [...new Set(known)].toSorted());
  for (const { name, description } of described) assert.ok(description, `${name} has no description`);
}

/** All but what begins a payment, for the element that begins none. */
const of = ({ tagName }, names) => names.filter((name) => tagName === "pay-button" || !["initiate-url", "initiateUrl", "pay-start"].includes(name));

function* everyElement(claim) {
  for (const element of elements) yield [`<${element.tagName}>: ${claim}`, element];
}

test("it is the one that the tool makes: node tools/manifest.mjs writes it", () => {
  assert.equal(read("pkg-template/custom-elements.json"), manifest());
});

test("the page of the documentation is made of the same: node tools/reference.mjs writes it", async () => {
  assert.equal(read("www/docs/reference.md"), await reference());
});

test("the elements, the files that they are in, and that register them", () => {
  assert.deepEqual(elements.map(({ tagName, name }) => [tagName, name]), [["pay-button", "PayButtonElement"], ["pay-status", "PayStatusElement"]]);
  assert.deepEqual(modules.map(({ path }) => path), ["pay-button.js", "define.js"]);
  const defined = modules[1].exports.map(({ kind, name, declaration }) => [kind, name, declaration.name]);
  assert.deepEqual(defined, elements.map(({ tagName, name }) => ["custom-element-definition", tagName, name]));
  for (const { tagName, name } of elements) assert.ok(read("pkg-template/register.js").includes(`["${tagName}", ${name}]`));
  assert.equal(JSON.parse(read("pkg-template/package.json")).customElements, "custom-elements.json");
});

for (const [name, element] of everyElement("every attribute")) {
  test(name, () => {
    same(element.attributes, of(element, NAMES));
    for (const { name, fieldName } of element.attributes) assert.equal(fieldName, name === "lang" ? undefined : camel(name));
  });
}

for (const [name, element] of everyElement("every property and method")) {
  test(name, () => {
    const members = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(classes[element.name].prototype));
    const isPublic = (name) => name !== "constructor" && !name.endsWith("Callback");
    const known = Object.entries(members).filter(([name]) => isPublic(name));
    const fields = element.members.filter(({ kind, static: isStatic }) => kind === "field" && !isStatic);
    same(fields, of(element, known.filter(([, it]) => it.get).map(([name]) => name)));
    for (const { name, readonly = false } of fields) assert.equal(readonly, !members[name].set, name);
    same(element.members.filter(({ kind }) => kind === "method"), known.filter(([, it]) => it.value).map(([name]) => name));
  });
}

for (const [name, element] of everyElement("every event")) {
  test(name, () => {
    const emitted = ["src/checkout/effect.rs", "src/browser/driver/commands.rs", "pkg-template/widget.js"].map(read).join("\n");
    same(element.events, of(element, all(emitted, /"(pay-[a-z]+)"(?!-)/g)));
  });
}

for (const [name, element] of everyElement("every part")) {
  test(name, () => {
    const face = ["face", "panel"].map((it) => read(`pkg-template/${it}.js`)).join("\n");
    const made = all(face, /make\("\w+", "([\w-]+)"\)/g);
    const [, offered] = /offers = \[(.*)\]\.map\(\(\[name, flag\]\) => \[make\("button", name\.split\("-"\)\[0\]\)/.exec(face);
    const buttons = all(offered, /\["([a-z]+)/g);
    const renamed = all(face, /"(panel \w+)"/g).flatMap((it) => it.split(" "));
    assert.ok(made.length && buttons.length && renamed.length);
    same(element.cssParts, [...made, ...buttons, ...renamed]);
    const styled = all(STYLE, /\[part~?=([\w-]+)\]/g);
    for (const part of styled) assert.ok(element.cssParts.some(({ name }) => name === part), `${part} is styled, and not there`);
  });
}

for (const [name, element] of everyElement("every custom property, with its default")) {
  test(name, () => {
    same(element.cssProperties, all(STYLE, /var\((--pay-[\w-]+)/g));
    for (const { name, default: byDefault } of element.cssProperties) {
      if (byDefault) assert.ok(STYLE.includes(`var(${name},${byDefault})`), name);
    }
  });
}

for (const [name, element] of everyElement("every state")) {
  test(name, () => {
    const [, words] = /fn as_str\(self\)(.*?)\n {4}\}/s.exec(read("src/checkout/state.rs"));
    same(element.cssStates, all(words, /=> "(\w+)"/g));
  });
}

for (const [name, element] of everyElement("every slot, the form's without a name among them")) {
  test(name, () => {
    const face = read("pkg-template/face.js");
    const forms = all(face, /createElement\("(slot)"\) : undefined/g).map(() => "");
    const [, named] = /\[(.*)\]\.map\(\(name\) => Object\.assign\(document\.createElement\("slot"\)/.exec(face);
    const isButton = element.tagName === "pay-button";
    assert.equal(forms.length, 1);
    same(element.slots ?? [], isButton ? [...forms, ...all(named, /"(\w+)"/g)] : []);
  });
}

test("every text has a type, and every type a text", async () => {
  const { NAMES: texts } = await import("../../pkg-template/console.js");
  const [, union] = /type TextName =(.*?);/s.exec(read("pkg-template/words.d.ts"));
  assert.deepEqual(all(union, /"([a-z-]+)"/g), texts);
});

test("what the documentation lists is the same", () => {
  const [button] = elements;
  const readme = read("pkg-template/README.md");
  const names = (list, quote = (it) => `\`${it}\``) => list.filter(({ name }) => !readme.includes(quote(name))).map(({ name }) => name);
  for (const list of [button.attributes, button.events, button.cssParts, button.cssProperties, button.cssStates]) {
    assert.deepEqual(names(list), []);
  }
});

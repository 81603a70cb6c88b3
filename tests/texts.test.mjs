// The words in every language: node --test tests/
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const template = new URL("../pkg-template/", import.meta.url);
const codes = readdirSync(new URL("texts/", template)).map((it) => it.replace(".js", ""));
const texts = Object.fromEntries(await Promise.all(codes.map(async (it) => [it, (await import(new URL(`texts/${it}.js`, template))).default])));
const { LANGUAGES } = await import(new URL("languages.js", template));
const { NAMES, judgeWords } = await import(new URL("console.js", template));
const { FIRST, Words, learn } = await import(new URL("texts.js", template));
const read = (path) => readFileSync(new URL(path, template), "utf8");
/** What the server's own pages say: `name: "text",` in a file of each language. */
const pages = Object.fromEntries(codes.map((code) => {
  const said = read(`../server/src/texts/${code}.rs`).matchAll(/^    (\w+):\s+"(.*)",$/gm);
  return [code, Object.fromEntries([...said].map((it) => it.slice(1)).filter(([name]) => name !== "code"))];
}));
const EVERYTHING = [["the button", texts], ["the server's pages", pages]];

test("every language has every text, each with its value, and none is left in English", () => {
  assert.deepEqual(Object.keys(LANGUAGES).sort(), codes.filter((it) => it !== "en"));
  for (const [where, texts] of EVERYTHING) {
    assert.ok(Object.keys(texts.en).length > 30, `the texts of ${where} are found`);
    for (const [code, words] of Object.entries(texts)) {
      assert.deepEqual(Object.keys(words), Object.keys(texts.en), `${where}, ${code}`);
      for (const [name, text] of Object.entries(words)) {
        assert.ok(text.trim(), `${where}, ${code} ${name}`);
        assert.equal(text.split("{}").length, texts.en[name].split("{}").length, `${where}, ${code} ${name} has another number of {}`);
        assert.ok(code === "en" || text !== texts.en[name], `${where}, ${code} ${name} is English`);
      }
    }
  }
});

test("what the entry knows of English is what English says", () => {
  assert.deepEqual(NAMES, Object.keys(texts.en));
  for (const [name, text] of Object.entries(FIRST)) assert.equal(text, texts.en[name], name);
});

test("own words that stand for no text are told to the developer, once", (t) => {
  const warned = t.mock.method(console, "warn", () => {}).mock;
  const wrong = { paid: "Got it!", payed: "Got it!" };
  for (const texts of [undefined, null, "paid", {}, { paid: "Got it!" }, wrong, wrong]) judgeWords(texts, "the button");
  assert.equal(warned.callCount(), 1);
  const [said, target] = warned.calls[0].arguments;
  assert.match(said, /none is called payed; accepted: pay, starting, /);
  assert.equal(target, "the button");
});

test("every name that the machine and the page's half say is a text, and no text is for nobody", () => {
  const machine = [...read("../src/checkout/text.rs").matchAll(/= "([a-z-]+)";/g)].map((it) => it[1]);
  const page = ["face.js", "panel.js", "widget.js", "tab.js", "way.js"].map(read).join("\n");
  assert.ok(machine.length > 20, "the machine's texts are found");
  const isSaid = (name) => machine.includes(name) || new RegExp(`["\`][a-z-]*(?: [^"\`]*)?\\b${name}\\b`).test(page);
  for (const name of machine) assert.ok(name in texts.en, `${name} has no words`);
  for (const name of Object.keys(texts.en)) assert.ok(isSaid(name), `${name} is said by nobody`);
});

test("every text says what the glossary of docs/languages.md calls it", () => {
  const lines = /## Glossary[^]*?\n((?:\|.*\n)+)/.exec(read("../docs/languages.md"))[1].trim().split("\n");
  const [[, ...languages], , ...rows] = lines.map((it) => it.split("|").slice(1, -1).map((cell) => cell.trim()));
  assert.deepEqual(languages.toSorted(), codes.filter((it) => it !== "en"));
  const wrong = [];
  for (const [english, ...cells] of rows) {
    const meant = new RegExp(`\\b(${english.replaceAll(", ", "|")})\\b`, "i");
    const said = EVERYTHING.flatMap(([, texts]) => Object.keys(texts.en).filter((it) => meant.test(texts.en[it])).map((it) => [texts, it]));
    assert.ok(said.length, `${english} stands in no text`);
    for (const [index, cell] of cells.entries()) {
      const code = languages[index];
      const isSaid = ([texts, name]) => cell.split(", ").some((it) => texts[code][name].toLowerCase().includes(it));
      wrong.push(...said.filter((it) => !isSaid(it)).map(([texts, name]) => `${code} ${name}: "${texts[code][name]}" has none of ${cell}`));
    }
  }
  assert.deepEqual(wrong, []);
});

test("an end that is not known is never called a failure", () => {
  const unknown = ["unknown", "if-paid-wait", "cancelled", "if-paid-dont", "in-review", "trouble", "offline"];
  for (const [code, words] of Object.entries(texts)) {
    for (const name of unknown) assert.notEqual(words[name], words["not-paid"], `${code} ${name}`);
  }
  for (const name of unknown) assert.doesNotMatch(texts.en[name], /fail|error|declin|did not/i, name);
});

// Fetched once, so that every later import() of theirs is a matter of the same turn of the event loop.
await Promise.all(Object.values(LANGUAGES).map((load) => load()));

/** Whatever language was asked for has come. */
async function arrived() {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((done) => setImmediate(done));
}

learn(texts.en);

/** What a widget says in a language, once it has come. */
async function spoken(lang, own, name = "pay") {
  const words = new Words(() => {});
  words.speak(lang, own);
  await arrived();
  return [words.lang, words.dir, words.say(name, "...123")];
}

test("the page's language is taken where it is ours, with or without its region", async () => {
  for (const [lang, expected] of [
    ["sw", ["sw", "ltr", "Lipa"]],
    ["sw-KE", ["sw", "ltr", "Lipa"]],
    ["FR-ca", ["fr", "ltr", "Payer"]],
    ["ar", ["ar", "rtl", "ادفع"]],
    ["en-UG", ["en", "ltr", "Pay"]],
    ["de", ["en", "ltr", "Pay"]],
    ["constructor", ["en", "ltr", "Pay"]],
    ["", ["en", "ltr", "Pay"]],
    [undefined, ["en", "ltr", "Pay"]],
  ]) {
    assert.deepEqual(await spoken(lang), expected, lang);
  }
});

test("the shop's own words win, value included, and what they leave out stays", async () => {
  const own = { pay: "Chukua", "sent-to": "$& {} $1" };
  assert.deepEqual(await spoken("sw", own), ["sw", "ltr", "Chukua"]);
  assert.equal((await spoken("sw", own, "sent-to"))[2], "$& ...123 $1");
  assert.equal((await spoken("sw", own, "paid"))[2], texts.sw.paid);
  assert.equal((await spoken("en", { toString: 1 }, "nothing of the kind"))[2], "");
});

test("a language that comes after another one was wanted is not taken, and one that does not come is tried again", async () => {
  let changes = 0;
  const words = new Words(() => (changes += 1));
  words.speak("fr");
  words.speak("es");
  await arrived();
  assert.deepEqual([words.lang, changes], ["es", 1]);
  const { fr } = LANGUAGES;
  LANGUAGES.fr = () => Promise.reject(new TypeError("offline"));
  words.speak("fr");
  await arrived();
  assert.equal(words.lang, "es");
  LANGUAGES.fr = fr;
  words.speak("fr");
  await arrived();
  assert.equal(words.lang, "fr");
});

// Amounts that the button shows, against the browser's own Intl: every currency of ISO 4217, amounts drawn by a seed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { format } from "../pkg-template/amount.js";

const LANGUAGES = ["en", "sw", "lg", "am", "fr", "ar", undefined];
const AMOUNTS_EACH = 3;

/** Every currency that the machine takes, with its decimals, from the list that the machine itself uses. */
function currencies() {
  const source = readFileSync(new URL("../wire/src/currency.rs", import.meta.url), "utf8").replaceAll(/\\\n/g, "");
  const all = new Map();
  for (const [name, decimals] of [["NO", 0], ["TWO", 2], ["THREE", 3], ["FOUR", 4]]) {
    const [, codes] = new RegExp(`const ${name}_DECIMALS: &str = "([A-Z]+)"`).exec(source);
    for (const code of codes.match(/.{3}/g)) all.set(code, decimals);
  }
  return all;
}

/** Numbers that look random and are the same each time (mulberry32). */
function numbers(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let it = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    it = (it + Math.imul(it ^ (it >>> 7), 61 | it)) ^ it;
    return (it ^ (it >>> 14)) >>> 0;
  };
}

/** A decimal of up to 2^53 - 1 minor units, of any length, with as many decimals as there may be or fewer. */
function amount(next, decimals) {
  const digits = 1 + (next() % 16);
  const minor = (((BigInt(next()) << 32n) | BigInt(next())) % 9007199254740991n) % 10n ** BigInt(digits);
  const padded = String(minor).padStart(decimals + 1, "0");
  const [whole, fraction] = [padded.slice(0, padded.length - decimals), padded.slice(padded.length - decimals)];
  const kept = fraction.slice(0, next() % (decimals + 1));
  return kept && Number(fraction.slice(kept.length)) === 0 ? `${whole}.${kept}` : decimals ? `${whole}.${fraction}` : whole;
}

/** The number in a text, as a decimal without needless zeros: the last separator before the end is the point. */
function number(text, lang, currency) {
  const point = new Intl.NumberFormat(lang, { style: "currency", currency, numberingSystem: "latn" })
    .formatToParts(1.5)
    .concat(new Intl.NumberFormat(lang, { numberingSystem: "latn", minimumFractionDigits: 1 }).formatToParts(1.5))
    .find((it) => it.type === "decimal").value;
  const digits = text.slice(text.search(/\d/), text.length).match(new RegExp(`[\\d\\${point}]`, "g")).join("");
  return plain(digits.replace(point, "."));
}

function plain(decimal) {
  const [whole, fraction = ""] = decimal.split(".");
  const rest = fraction.replace(/0+$/, "");
  return `${BigInt(whole)}${rest && `.${rest}`}`;
}

test("no digit of an amount is lost or added, in any currency and language", () => {
  const next = numbers(20261121);
  let tried = 0;
  for (const [currency, decimals] of currencies()) {
    for (const lang of LANGUAGES) {
      for (let nth = 0; nth < AMOUNTS_EACH; nth += 1) {
        const text = amount(next, decimals);
        const shown = format(text, currency, lang);
        assert.equal(number(shown, { lg: "en-UG", rw: "en-RW" }[lang] ?? lang, currency), plain(text), `${text} ${currency} in ${lang}: ${shown}`);
        assert.ok(shown.includes(currency), shown);
        tried += 1;
      }
    }
  }
  assert.ok(3_000 < tried, tried);
});

test("an amount is written as Intl writes its exact decimal", () => {
  const next = numbers(7);
  for (const [currency, decimals] of currencies()) {
    for (const lang of ["en", "sw", "fr"]) {
      const options = { style: "currency", currency, currencyDisplay: "code", numberingSystem: "latn" };
      const digits = new Intl.NumberFormat(lang, options).resolvedOptions().maximumFractionDigits;
      for (let nth = 0; nth < AMOUNTS_EACH; nth += 1) {
        const text = amount(next, decimals);
        const fraction = text.split(".")[1] ?? "";
        // Where Intl knows fewer decimals than ISO 4217 (SOS, MGA), it is told how many there are.
        const isMore = digits < fraction.replace(/0+$/, "").length;
        const formatter = new Intl.NumberFormat(lang, isMore ? { ...options, minimumFractionDigits: decimals } : options);
        // A decimal as text is taken exactly, not as a float (Intl.NumberFormat v3).
        assert.equal(format(text, currency, lang), formatter.format(text), `${text} ${currency} in ${lang}`);
      }
    }
  }
});

test("where Intl is not asked, what is written is what it says", (t) => {
  const next = numbers(6);
  const { languages, currencies: known } = unasked();
  const cases = [];
  for (const lang of languages) {
    const locale = /^(lg|rw)/.test(lang) ? "en-UG" : lang;
    for (const [currency, decimals] of known) {
      const formatter = new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: "code", numberingSystem: "latn" });
      for (let nth = 0; nth < AMOUNTS_EACH; nth += 1) {
        const text = amount(next, decimals);
        cases.push([text, currency, lang, formatter.format(text)]);
      }
      for (const text of ["0", "007", "999", "1000", "9999", "10000", "1234567"]) cases.push([text, currency, lang, formatter.format(text)]);
    }
  }
  assert.ok(10_000 < cases.length, cases.length);
  t.mock.method(Intl, "NumberFormat", () => assert.fail("Intl is asked"));
  for (const [text, currency, lang, expected] of cases) assert.equal(format(text, currency, lang), expected, `${text} ${currency} in ${lang}`);
});

/** Languages and currencies of which amount.js says that it knows what Intl says. */
function unasked() {
  const source = readFileSync(new URL("../pkg-template/amount.js", import.meta.url), "utf8");
  const lists = [.../^const KNOWN = (.*);$/m.exec(source)[1].matchAll(/[A-Za-z]{2,3}(?:\|[A-Za-z]{2,3})+/g)].map(([it]) => it.split("|"));
  const [bare, countries, none, two] = lists;
  assert.equal(lists.length, 4);
  const languages = bare.flatMap((it) => [it, ...countries.map((country) => `${it}-${country}`)]).filter((it) => it !== "sw-CD");
  return { languages, currencies: [...none.map((it) => [it, 0]), ...two.map((it) => [it, 2])] };
}

test("a fraction has the currency's decimals by ISO 4217, however many of its zeros are written", () => {
  for (const [currency, decimals] of currencies()) {
    for (const text of ["10.5", "10.50", "10.500", "10.5000"]) {
      const expected = decimals ? `10.${"5".padEnd(decimals, "0")}` : "10.50";
      assert.equal(format(text, currency, "en"), `${currency}\u00a0${expected}`, text);
    }
    const whole = format("10", currency, "en");
    for (const text of ["10.0", "10.000"]) assert.equal(format(text, currency, "en"), whole, `${currency} ${text}`);
  }
  assert.equal(format("10.505", "KES", "en"), "KES\u00a010.505", "what is no amount loses no digit either");
  assert.equal(format("10.500", undefined, "en"), "10.500");
});

test("what is far too long for an amount is shown as it is written", () => {
  for (const text of [`${"0".repeat(200_000)}1`, `1.${"0".repeat(200_000)}1`]) assert.equal(format(text, "KES", "en"), `KES ${text}`);
});

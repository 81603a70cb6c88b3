// Amounts as Chromium writes them, in docs/languages.md: every currency that shops here ask for, in every language.
import assert from "node:assert/strict";
import { test } from "node:test";
import { recorded } from "./record.mjs";
import { LANGUAGES, staged } from "./stage.mjs";

const { open, origin } = staged();

test("amounts are written as docs/languages.md says, in every language", async () => {
  const page = await open();
  await page.goto(`${origin()}/states.html?only=idle`);
  const rows = await page.evaluate(async (languages, amounts) => {
    const { format } = await import("/malipo/amount.js");
    // The marks that turn the direction are not to be seen.
    const shown = (amount, currency, lang) => format(amount, currency, lang).replace(/[\u200e\u200f]/g, "").replace(/\s/g, " ");
    return languages.map((lang) => [lang, ...amounts.map(([currency, amount]) => shown(amount, currency, lang))]);
  }, LANGUAGES, AMOUNTS);
  await page.close();
  const table = [["", ...AMOUNTS.map(([currency]) => currency)], Array(AMOUNTS.length + 1).fill("---"), ...rows];
  recorded("docs/languages.md", "amounts", table.map((it) => `| ${it.join(" | ")} |`).join("\n"));
});

test("what is written without asking Intl is what Chromium's says, in every language and country", async () => {
  const page = await open();
  await page.goto(`${origin()}/states.html?only=idle`);
  const wrong = await page.evaluate(async () => {
    const { format } = await import("/malipo/amount.js");
    const source = await (await fetch("/malipo/amount.js")).text();
    const lists = [.../^const KNOWN = (.*);$/m.exec(source)[1].matchAll(/[A-Za-z]{2,3}(?:\|[A-Za-z]{2,3})+/g)].map(([it]) => it.split("|"));
    const [bare, countries, none, two] = lists;
    const languages = bare.flatMap((it) => [it, ...countries.map((country) => `${it}-${country}`)]);
    const said = (text, currency, lang) => {
      const locale = /^(lg|rw)/.test(lang) ? "en-UG" : lang;
      return new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: "code", numberingSystem: "latn" }).format(text);
    };
    const all = languages.flatMap((lang) => [...none, ...two].flatMap((currency) => ["0", "999", "1000", "25000", "1234567", ...(two.includes(currency) ? ["12.5", "1250.50"] : [])].map((text) => [text, currency, lang])));
    const differ = all.filter((it) => format(...it) !== said(...it));
    return [lists.length, all.length, ...differ.map((it) => `${it}: ${format(...it)}, not ${said(...it)}`)];
  });
  await page.close();
  assert.equal(wrong[0], 4);
  assert.ok(10_000 < wrong[1], `${wrong[1]} were compared`);
  assert.deepEqual(wrong.slice(2), []);
});

const AMOUNTS = [["UGX", "10000"], ["KES", "1250.50"], ["RWF", "25000"], ["USD", "12.50"], ["JPY", "1500"], ["BHD", "1234.567"]];

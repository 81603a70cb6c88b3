// Amounts as Chromium writes them, in docs/languages.md: every currency that shops here ask for, in every language.
import { test } from "node:test";
import { recorded } from "./record.mjs";
import { LANGUAGES, staged } from "./stage.mjs";

const { open, origin } = staged();

test("amounts are written as docs/languages.md says, in every language", async () => {
  const page = await open();
  await page.goto(`${origin()}/states.html?only=idle`);
  const rows = await page.evaluate(async (languages, amounts) => {
    const { format } = await import("/malipo/face.js");
    // The marks that turn the direction are not to be seen.
    const shown = (amount, currency, lang) => format(amount, currency, lang).replace(/[\u200e\u200f]/g, "").replace(/\s/g, " ");
    return languages.map((lang) => [lang, ...amounts.map(([currency, amount]) => shown(amount, currency, lang))]);
  }, LANGUAGES, AMOUNTS);
  await page.close();
  const table = [["", ...AMOUNTS.map(([currency]) => currency)], Array(AMOUNTS.length + 1).fill("---"), ...rows];
  recorded("docs/languages.md", "amounts", table.map((it) => `| ${it.join(" | ")} |`).join("\n"));
});

const AMOUNTS = [["UGX", "10000"], ["KES", "1250.50"], ["RWF", "25000"], ["USD", "12.50"], ["JPY", "1500"], ["BHD", "1234.567"]];

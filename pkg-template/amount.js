// An amount as the page's language writes it.

// Intl's first answer takes a slow phone 0.2 s, for which the button would wait. So it is not asked in these languages (and
// countries) for these currencies, the first of them without decimals: tests/money.test.mjs and tests/look/languages.test.mjs
// hold what is written here against it.
const KNOWN = /^(?!sw-CD)(am|en|fr|lg|pt|rw|sw)(?:-(?:BI|BR|CD|ET|FR|GB|GH|KE|NG|RW|TZ|UG|US|ZM))? (?:(BIF|RWF|UGX|XAF|XOF)|CDF|ETB|EUR|GBP|GHS|KES|NGN|TZS|USD|ZAR|ZMW)$/;
// What stands between groups, before the decimals, and before the number and after it; `$` is the currency.
const ENGLISH = [",", ".", "$\u00a0", ""];
const OTHERS = { fr: ["\u202f", ",", "", "\u00a0$"], pt: [".", ",", "$\u00a0", ""] };

/** From its exact digits: none passes through a float. */
export function format(amount, currency, lang) {
  if (!amount) return "";
  const plain = `${currency ?? ""} ${amount}`.trim();
  const [, whole, fraction = ""] = /^(\d{1,40})(?:\.(\d{1,40}))?$/.exec(amount) ?? [];
  if (!whole) return plain;
  const number = BigInt(whole);
  const [, language, isWhole] = KNOWN.exec(`${lang} ${currency}`) ?? [];
  const decimals = isWhole ? 0 : 2;
  if (language && fraction.length <= decimals) {
    const [group, point, before, after] = OTHERS[language] ?? ENGLISH;
    const groups = String(number).replace(/\B(?=(...)+$)/g, group);
    return (before + groups + (decimals ? point + fraction.padEnd(2, "0") : "") + after).replace("$", currency);
  }
  try {
    // CLDR has no good data for these two in all browsers; their countries write amounts as English does there.
    const locale = /^(lg|rw)\b/.test(lang) ? "en-UG" : lang || undefined;
    const options = { numberingSystem: "latn" };
    if (currency) Object.assign(options, { style: "currency", currency, currencyDisplay: "code" });
    // Intl knows fewer decimals than ISO 4217 for some currencies (SOS, MGA): none that is written is left out.
    const known = currency ? new Intl.NumberFormat(locale, options).resolvedOptions().maximumFractionDigits : 0;
    const needed = (currency ? fraction.replace(/0+$/, "") : fraction).length;
    // Those have two by ISO 4217, but for the dinar of Iraq.
    if (known < needed) options.minimumFractionDigits = currency ? Math.max(needed, currency === "IQD" ? 3 : 2) : needed;
    const part = ({ type, value }) => (type === "fraction" ? fraction.slice(0, value.length).padEnd(value.length, "0") : value);
    return new Intl.NumberFormat(locale, options).formatToParts(number).map(part).join("");
  } catch {
    return plain; // no such currency or language: the machine reports the one, the other is the page's
  }
}

// What the shopper reads: the words of the page's language, and over them the shop's own.
import { LANGUAGES } from "./languages.js";

/** What can be said before the rest of the widget has come: out of texts/en.js, which comes with it. */
export const FIRST = {
  pay: "Pay",
  starting: "Starting your payment…",
  cancelled: "You stopped this payment.",
  "could-not-start": "The payment could not be started.",
  "tell-the-shop": "Nothing was paid. Please tell the shop.",
  "check-connection": "Nothing was paid. Check your connection and press again.",
  "opening-tab": "Opening the payment page…",
  "not-loaded": "The result could not be loaded.",
};

let english = FIRST;

/** All of English has come. */
export function learn(texts) {
  english = texts;
}

const RIGHT_TO_LEFT = ["ar"];

/** The words of one widget. */
export class Words {
  /** The language that is spoken now: one of ours. */
  lang = "en";
  #texts;
  #own = {};
  #wanted = "en";
  #changed;

  /** `changed` is called when a language has come. */
  constructor(changed) {
    this.#changed = changed;
  }

  get dir() {
    return RIGHT_TO_LEFT.includes(this.lang) ? "rtl" : "ltr";
  }

  /** Takes the page's language (BCP 47), where it is one of ours, and the shop's own words. */
  speak(lang, own) {
    this.#own = own ?? {};
    const wanted = ours(lang);
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    if (wanted === "en") return this.#take(wanted);
    LANGUAGES[wanted]().then(
      (texts) => this.#wanted === wanted && this.#take(wanted, texts.default),
      // It stays as it is, and the next change of an option tries again.
      () => this.#wanted === wanted && (this.#wanted = this.lang),
    );
  }

  /** A text by its name, with `value` in place of `{}`. */
  say(name, value = "") {
    const own = Object.hasOwn(this.#own, name) ? this.#own[name] : undefined;
    const text = String(own ?? this.#texts?.[name] ?? english[name] ?? "");
    // A number, an address or a host keeps its own direction.
    return text.replace("{}", () => (value && this.dir === "rtl" ? `\u2068${value}\u2069` : value));
  }

  #take(lang, texts) {
    this.lang = lang;
    this.#texts = texts;
    this.#changed();
  }
}

function ours(lang) {
  const [language] = String(lang ?? "").toLowerCase().split("-");
  return Object.hasOwn(LANGUAGES, language) ? language : "en";
}

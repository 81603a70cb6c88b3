// What the shop's developer reads on the console.
import english from "./texts/en.js";

/** The names of all texts: what a shop may give its own words for. */
export const NAMES = Object.keys(english);

// Where the panel says it in the shopper's words, and the developer's are for the console.
const UNSAID = ["network", "timeout", "busy"];

/** What an event's `detail` says that the panel does not. */
export function report({ code, errors, message, terminal }) {
  if (errors?.length) console.error(message, errors);
  else if (terminal && UNSAID.includes(code)) console.warn(message);
}

const judged = new WeakSet();

/** The shop's own words of `target`, once, where some of them stand for no text of ours. */
export function judgeWords(texts, target) {
  if (texts !== Object(texts) || judged.has(texts)) return;
  judged.add(texts);
  const unknown = Object.keys(texts).filter((it) => !NAMES.includes(it));
  if (unknown.length) console.warn(`texts: none is called ${unknown.join(", ")}; accepted: ${NAMES.join(", ")}`, target);
}

// The options: their names, and what can be seen of them without wasm. Values are judged by the machine.
import { PayError } from "./error.js";

/** Attributes of the elements; options of the constructor in camelCase. */
export const NAMES = `initiate-url verify-url cancel-url events-url order-id amount currency description customer-name customer-email
customer-phone quote sku quantity mode poll-interval timeout checkout-origins credentials lang theme label disabled`.split(/\s/);

/** What names a secret, without `-`, `_` and capitals. */
const SECRET = /^((consumer|client)secret|(secret|private|api)key)$/;

export const camel = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The constructor's arguments, judged as far as they can be now. Throws one PayError with everything that is wrong. */
export function judge(target, options) {
  const errors = [];
  const bad = (name, expected) => errors.push({ name, value: "", expected });
  if (!globalThis.Element || !(target instanceof Element)) bad("target", "an Element of the page");
  const isObject = typeof options === "object" && options !== null;
  if (!isObject) bad("options", "an object");
  const known = [...NAMES.map(camel), "headers", "headless", "texts"];
  let secret = false;
  for (const name of isObject ? Object.keys(options) : []) {
    if (SECRET.test(name.replace(/[-_]/g, "").toLowerCase())) {
      secret = true;
      bad(name, "no provider secret in the page: secrets stay on the server");
    } else if (!known.includes(name)) {
      // What is long, has other signs than names have, or what keys begin with, may be one, and is not repeated.
      bad(/^(?!.*jo_|.*whsec)[a-z_-]{1,24}\d?$/i.test(name) ? name : "(not repeated)", `one of ${known.join(", ")}`);
    }
  }
  if (errors.length === 0) return;
  // On a server every target is wrong, and that is the only thing to say of it.
  if (!globalThis.Element && errors.length === 1) throw new PayError({ code: "unsupported", message: "PayButton needs a page, and there is none here: make it in the browser, as in useEffect or onMounted" });
  const code = secret ? "secret-in-browser" : "bad-option";
  const names = errors.map((it) => it.name).join(", ");
  throw new PayError({ code, message: `PayButton cannot be made with these arguments: ${names}`, errors });
}

/** Options as pairs of names in kebab-case and texts. */
export function pairs(options) {
  const isGiven = ([name, value]) => !["headers", "headless", "texts"].includes(name) && value !== undefined && value !== null && value !== false;
  return Object.entries(options)
    .filter(isGiven)
    .map(([name, value]) => [kebab(name), text(value)]);
}

/** Headers, of a plain object or a Headers, as names and texts in turn. */
export function flattenHeaders(headers) {
  if (!headers) return [];
  const list = typeof headers.entries === "function" ? [...headers.entries()] : Object.entries(headers);
  return list.flatMap(([name, value]) => [name, text(value)]);
}

function text(value) {
  try {
    return Array.isArray(value) ? value.join(" ") : String(value);
  } catch {
    return "?"; // an object without a text: judged as a bad value
  }
}

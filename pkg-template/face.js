// The idle face: a button of its final size, and the panel's frame, there before wasm is.
import { style } from "./style.js";

// CLDR has no good data for these two in all browsers; their countries write amounts as English does there.
const LOCALES = { lg: "en-UG", rw: "en-RW" };

/** What is drawn in one shadow root. */
export class Face {
  constructor(root, { button, press }) {
    this.button = make("button", "button");
    this.label = make("span", "label");
    this.amount = make("span", "amount");
    this.button.type = "button";
    this.button.append(this.label, " ", this.amount);
    // Only the shopper's own press: a script has start().
    this.button.addEventListener("click", (event) => event.isTrusted && press());
    this.button.hidden = !button;
    this.panel = make("div", "panel");
    this.panel.tabIndex = -1;
    this.panel.lang = "en";
    this.status = make("p", "status");
    this.status.setAttribute("role", "status");
    this.panel.append(this.status);
    // The browser takes the focus from what is hidden, as soon as it is.
    this.panel.addEventListener("focusin", ({ target }) => (this.focused = target));
    this.panel.addEventListener("focusout", ({ target }) => target.closest("[hidden]") || (this.focused = undefined));
    this.root = root;
    this.withButton = button;
    root.replaceChildren(this.button, this.panel);
    style(root);
  }

  /** Label, amount and whether it can be pressed, as the options say. `barred`: it cannot, whatever they say. */
  show({ label, amount, currency, disabled, lang, theme }, target, barred) {
    this.label.textContent = label || "Pay";
    this.amount.textContent = format(amount, currency, lang || target.closest("[lang]")?.lang);
    this.button.disabled = barred || disabled !== undefined;
    if (this.root.host !== target) this.root.host.setAttribute("theme", theme ?? "auto");
  }

  /** Something is going on or not; the button is there or not. A vanished node hands its focus on. */
  set(busy, shown) {
    this.button.setAttribute("aria-busy", busy);
    this.button.hidden = !(shown && this.withButton);
    if (!this.focused?.closest("[hidden]")) return;
    this.focused = undefined;
    (this.button.hidden ? this.panel : this.button).focus();
  }

  /** A sentence of the page's half: wasm is on its way, or did not come. */
  note(state, text) {
    this.panel.dataset.state = state;
    this.status.textContent = text;
  }

  clear() {
    this.root.replaceChildren();
  }
}

function make(tag, part) {
  const element = document.createElement(tag);
  element.setAttribute("part", part);
  return element;
}

/** An amount as the page's language writes it, from its exact digits. */
export function format(amount, currency, lang) {
  if (!amount) return "";
  const plain = `${currency ?? ""} ${amount}`.trim();
  const [, whole, fraction = ""] = /^(\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  if (!whole) return plain;
  try {
    const money = currency ? { style: "currency", currency, currencyDisplay: "code" } : {};
    const options = { ...money, numberingSystem: "latn", minimumFractionDigits: fraction && !currency ? fraction.length : undefined };
    const formatter = new Intl.NumberFormat(LOCALES[lang] ?? (lang || undefined), options);
    // The whole part as a BigInt, the decimals as written: no digit passes through a float.
    const part = ({ type, value }) => (type === "fraction" ? fraction.padEnd(value.length, "0") : value);
    return formatter.formatToParts(BigInt(whole)).map(part).join("");
  } catch {
    return plain; // no such currency or language: the machine reports the one, the other is the page's
  }
}

// The idle face: a button of its final size, and the panel with its headline, there before wasm is.
import { format } from "./amount.js";
import { fill, make } from "./nodes.js";
import { CSS, style } from "./style.js";

// What is offered, a bit each: src/browser/host.rs.
const [BUSY, BUTTON] = [1, 2];

/** What is drawn in one shadow root. */
export class Face {
  #words;
  // Amount and currency: of the options now, and of the attempt.
  #asked = [];
  #held;
  #lang;
  #rest;
  #drawn = ["idle", ["-"], "", "", "", BUTTON, 0];

  /** `words`: what is read; `press()`: the button. */
  constructor(root, { button, words, press }) {
    this.#words = words;
    this.root = root;
    this.withButton = button;
    // It has its size, and can be pressed, before anything is written on it.
    this.button = make("button", "button");
    // Only the shopper's own press: a script has start().
    this.button.addEventListener("click", (event) => event.isTrusted && press());
    this.button.hidden = !button;
    // As high in its line as the words that take its place.
    this.button.append("\u00a0");
    root.replaceChildren(this.button);
    style(root, CSS);
  }

  /** The rest of the panel has come: what panel.js has. `act(part)`: `check`, `reopen`, `cancel` or `link` in it. */
  furnish(Panel, act) {
    this.#complete();
    this.#rest ??= new Panel(this, act);
    style(this.root, Panel.css);
    this.#redraw();
  }

  /** Label, amount and whether it can be pressed, as the options say. `barred`: it cannot, whatever they say. */
  show({ label, amount, currency, disabled, lang, theme }, target, barred) {
    this.#complete();
    this.labelSlot.textContent = label || this.#words.say("pay");
    // The shop's own label is in the page's language, whichever that is.
    if (label) this.label.removeAttribute("lang");
    else this.label.lang = this.#words.lang;
    this.#asked = [amount, currency];
    this.#lang = lang;
    this.button.disabled = barred || disabled !== undefined;
    if (this.root.host !== target) this.root.host.setAttribute("theme", theme ?? "auto");
    this.#redraw();
  }

  /** The amount of the attempt: shown from its press on. */
  hold(amount, currency = this.#asked[1]) {
    this.#held = [amount, currency];
    this.#redraw();
  }

  /**
   * What the machine shows: `texts` are names, the headline's first (`-`: none) and the hints' after it; `page` is the checkout
   * page's address. A vanished node hands its focus on.
   */
  draw(state, texts, value, page, detail, flags, minutes) {
    this.#drawn = [state, texts.split(" "), value, page, detail, flags, minutes];
    this.#redraw();
    this.button.setAttribute("aria-busy", Boolean(flags & BUSY));
    this.button.hidden = !(flags & BUTTON && this.withButton);
    if (!this.focused?.closest("[hidden]")) return;
    this.focused = undefined;
    (this.button.hidden ? this.panel : this.button).focus();
  }

  /** What the page's half shows by itself: wasm is on its way, or did not come. */
  note(state, texts, busy = false) {
    this.draw(state, texts, "", "", "", BUTTON | (busy && BUSY), 0);
  }

  /**
   * The page's own form below the button, where there is one: it pays without the rest of the widget. `sent`: a request may have
   * arrived, so only a form whose quote names the order is sure to begin no second one.
   */
  standIn(wanted, sent) {
    this.form?.remove();
    const form = wanted && this.withButton && this.root.host.querySelector("form");
    this.form = form && (form.elements.quote || !sent) ? document.createElement("slot") : undefined;
    if (this.form) this.panel.after(this.form);
  }

  clear() {
    this.root.replaceChildren();
  }

  /** What is in the button, and the panel: once something is to be read there. */
  #complete() {
    if (this.panel) return;
    this.label = make("span", "label");
    this.amount = make("span", "amount");
    // What the page puts into the tag with slot="logo" and slot="label".
    const [logo, label] = ["logo", "label"].map((name) => Object.assign(document.createElement("slot"), { name }));
    this.labelSlot = label;
    this.label.append(label);
    this.button.replaceChildren(logo, this.label, " ", this.amount);
    this.panel = make("div", "panel");
    this.panel.tabIndex = -1;
    // The live region: its text changes once per headline, and is said once.
    this.status = make("p", "status");
    this.status.setAttribute("role", "status");
    this.hints = make("div", "hints");
    this.panel.append(this.status, this.hints);
    this.button.after(this.panel);
  }

  #redraw() {
    this.#complete();
    const [state, [headline, ...hints], value, page, detail, flags, minutes] = this.#drawn;
    const words = this.#words;
    this.panel.lang = words.lang;
    this.panel.dir = words.dir;
    this.panel.dataset.state = this.button.dataset.state = state;
    const isOver = !(flags & BUSY) && state !== "idle";
    this.panel.setAttribute("part", isOver ? "panel outcome" : "panel");
    const said = headline === "-" ? "" : words.say(headline, value.replace(/([^,]) /g, "$1\u00a0"));
    // (What is one number stays on one line.) Said again only where it differs: a live region speaks whenever it is written.
    if (this.status.textContent !== said) this.status.textContent = said;
    const lines = hints.map((it) => words.say(it));
    const amount = (of) => format(...of, this.#lang);
    this.paid = amount(this.#held ?? this.#asked);
    this.amount.textContent = flags & BUSY ? this.paid : amount(this.#asked);
    this.#rest?.draw(words, state, headline, lines, page, detail, flags, minutes);
    // One paragraph a hint, by the style's `pre-line`.
    fill(this.hints, lines.join("\n").trim());
  }
}

// The classes. Importing this file does nothing to the page, and works where there is none (Node).
import { PayError } from "./error.js";
import { NAMES, camel, flattenHeaders, judge, pairs } from "./options.js";
import { Widget } from "./widget.js";

export { PayError };

/** A pay button drawn into an element of the page. */
export class PayButton {
  #widget;
  #host;

  constructor(target, options) {
    judge(target, options);
    const { headless, headers, texts, ...values } = options;
    if (!headless) this.#host = target.appendChild(document.createElement("div"));
    const page = { target, values: () => pairs(values), headers: () => flattenHeaders(headers), texts: () => texts, camelCase: true, statusOnly: false };
    this.#widget = new Widget(page, this.#host?.attachShadow({ mode: "open" }), true);
    this.#widget.changed();
  }

  get state() {
    return this.#widget.state;
  }

  get ready() {
    return this.#widget.ready;
  }

  get error() {
    return this.#widget.error;
  }

  start() {
    return this.#widget.start();
  }

  check() {
    return this.#widget.check();
  }

  resume(orderId) {
    return this.#widget.resume(orderId);
  }

  reopen() {
    return this.#widget.reopen();
  }

  cancel() {
    return this.#widget.cancel();
  }

  destroy() {
    this.#widget.destroy();
    this.#host?.remove();
  }
}

// No elements outside a browser, but the classes can be imported there.
const Base = globalThis.HTMLElement ? HTMLElement : class {};

/**
 * What both elements share: the widget of the time in which the element is in the page.
 *
 * Attributes, properties, members and events are documented where their types are (*.d.ts); tools/manifest.mjs puts all of it
 * into custom-elements.json.
 *
 * @csspart button - The pay button.
 * @csspart label - Its words.
 * @csspart amount - The amount on it.
 * @csspart panel - What is below the button while something is going on, and at the end.
 * @csspart outcome - The panel at the end of an attempt.
 * @csspart steps - The way of a payment: sent, open, confirming, paid.
 * @csspart step - One of them.
 * @csspart status - The headline in the panel, with its sign; a live region.
 * @csspart hints - What to do, or what comes next.
 * @csspart facts - The payment page's host, and how long the button still waits.
 * @csspart link - The link to the checkout page.
 * @csspart actions - What can be done meanwhile: the three buttons below.
 * @csspart check - "Check now".
 * @csspart reopen - "Open the payment page again".
 * @csspart cancel - "Cancel".
 * @csspart detail - The backend's own words about an error.
 * @csspart badge - Shown where no money moves.
 * @cssprop {<color>} --pay-accent - The button, the link and the signs.
 * @cssprop {<color>} --pay-on-accent - What is written on them.
 * @cssprop {<color>} --pay-ink - Text.
 * @cssprop {<color>} --pay-soft - Text beside it.
 * @cssprop {<color>} --pay-line - Borders.
 * @cssprop {<color>} --pay-ground - The panel.
 * @cssprop {<length>} [--pay-radius=10px] - Corners.
 * @cssprop {<family-name>} [--pay-font=inherit] - The font family.
 * @cssState idle - Nothing has been pressed.
 * @cssState initiating - The backend is asked to begin.
 * @cssState opening - The checkout page waits behind a link.
 * @cssState waiting - The shopper is paying, or may be.
 * @cssState success - Paid.
 * @cssState failed - The provider's final no.
 * @cssState expired - Our own deadline: not known.
 * @cssState cancelled - The shopper gave up here.
 * @cssState error - The attempt could not begin.
 */
class PayElement extends Base {
  static observedAttributes = NAMES;

  #widget;
  #texts;
  #headers;
  #internals;
  #leaving;
  #isDestroyed = false;

  constructor() {
    super();
    this.attachShadow({ mode: "open" });
    try {
      this.#internals = this.attachInternals();
    } catch {
      // Older browsers: no :state().
    }
  }

  // What no attribute can say; read with the next press. On the prototype, so that frameworks find it there.
  get headers() {
    return this.#headers;
  }

  set headers(value) {
    this.#headers = value;
  }

  get state() {
    return this.#widget?.state ?? "idle";
  }

  get ready() {
    return this.#live().ready;
  }

  get error() {
    return this.#widget?.error ?? null;
  }

  get texts() {
    return this.#texts;
  }

  set texts(texts) {
    this.#texts = texts;
    this.#widget?.changed();
  }

  start() {
    return this.#live().start();
  }

  check() {
    return this.#live().check();
  }

  resume(orderId) {
    return this.#live().resume(orderId);
  }

  reopen() {
    return this.#live().reopen();
  }

  cancel() {
    return this.#live().cancel();
  }

  destroy() {
    this.#isDestroyed = true;
    this.#live().destroy();
    this.#mark();
  }

  connectedCallback() {
    clearTimeout(this.#leaving);
    this.#adopt();
    this.#live();
  }

  disconnectedCallback() {
    // Moving it is a removal and an insertion in one task.
    this.#leaving = setTimeout(() => {
      if (this.isConnected || this.#isDestroyed) return;
      this.#widget?.destroy();
      this.#widget = undefined;
      this.#mark();
    });
  }

  attributeChangedCallback() {
    this.#widget?.changed();
  }

  #live() {
    if (this.#widget) return this.#widget;
    const statusOnly = this instanceof PayStatusElement;
    const page = {
      target: this,
      values: () => [...this.attributes].map(({ name, value }) => [name, value]),
      headers: () => flattenHeaders(this.headers),
      texts: () => this.#texts,
      camelCase: false,
      statusOnly,
      resumes: true,
      changed: (state) => this.#mark(state),
    };
    this.#widget = new Widget(page, this.shadowRoot, !statusOnly);
    this.#mark(this.#widget.state);
    return this.#widget;
  }

  // What the page set before this class was there is in the way of the accessors.
  #adopt() {
    for (const name of [...NAMES.map(camel), "headers", "texts"]) {
      if (name === "lang" || !Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
  }

  #mark(state) {
    const states = this.#internals?.states;
    try {
      states?.clear();
      if (state) states?.add(state);
    } catch {
      // Browsers that only took names with dashes.
      states.add(`--${state}`);
    }
  }
}

/**
 * The pay button. A form inside the tag is what shows, and pays, where no script comes through. It is slotted, below the
 * button, only where a press got no request out of the page.
 *
 * @tag pay-button
 * @slot - A form that pays without script.
 * @slot logo - A picture before the words of the button, 1.5 lines high at most.
 * @slot label - The words of the button, in place of `label`.
 */
export class PayButtonElement extends PayElement {}

/**
 * How the payment stands from which the shopper comes back: for thank-you pages. It begins none.
 *
 * @tag pay-status
 */
export class PayStatusElement extends PayElement {}

// The attributes are the truth: each property stands for one.
for (const name of NAMES) {
  // `lang` is every element's own.
  if (name === "lang") continue;
  const accessors =
    name === "disabled"
      ? {
          get() {
            return this.hasAttribute(name);
          },
          set(value) {
            this.toggleAttribute(name, Boolean(value));
          },
        }
      : {
          get() {
            return this.getAttribute(name) ?? "";
          },
          set(value) {
            if (value === null || value === undefined) this.removeAttribute(name);
            else this.setAttribute(name, Array.isArray(value) ? value.join(" ") : value);
          },
        };
  Object.defineProperty(PayElement.prototype, camel(name), { ...accessors, configurable: true, enumerable: true });
}

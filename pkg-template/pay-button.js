// The classes. Importing this file does nothing to the page, and works where there is none (Node).
import { PayError } from "./error.js";
import { NAMES, camel, flattenHeaders, judge, pairs } from "./options.js";
import { NAMES as TEXTS } from "./texts.js";
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
const Base = globalThis.HTMLElement ?? class {};

/** What both elements share: the widget of the time in which the element is in the page. */
class PayElement extends Base {
  static observedAttributes = NAMES;

  // `headers` is a plain property of the page's: a field here would wipe what was set before this class was there.
  #widget;
  #texts;
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
    const unknown = Object.keys(texts ?? {}).filter((it) => !TEXTS.includes(it));
    if (unknown.length) console.warn(`<pay-button>: no text is called ${unknown.join(", ")}; accepted: ${TEXTS.join(", ")}`);
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
    return (this.#widget = new Widget(page, this.shadowRoot, !statusOnly));
  }

  // What the page set before this class was there is in the way of the accessors.
  #adopt() {
    for (const name of [...NAMES.map(camel), "texts"]) {
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

/** `<pay-button>` */
export class PayButtonElement extends PayElement {}

/** `<pay-status>`: the same machine, which begins at resume. */
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
            else this.setAttribute(name, value);
          },
        };
  Object.defineProperty(PayElement.prototype, camel(name), { ...accessors, configurable: true, enumerable: true });
}

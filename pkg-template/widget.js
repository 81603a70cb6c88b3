// One widget: what PayButton and the elements share. Promises, events and the press before wasm live here; everything
// about a payment is decided by the machine behind the handle.
import { PayError } from "./error.js";
import { Face } from "./face.js";
import { load, runsWasm } from "./load.js";
import { takePlace } from "./places.js";
import { returnUrl, takeReturn } from "./return.js";
import { announce, follow, openTab, opensTab, settleMode } from "./tab.js";
import { Words } from "./texts.js";

export class Widget {
  state = "idle";
  #page;
  #face;
  #words = new Words(() => this.#show());
  #handle;
  #ready;
  #attempt;
  #checks = [];
  #early;
  #tab;
  #back;
  #error = null;
  // The tab from which the shopper set out goes on; this one has nothing to do.
  #isSeen = false;
  #isPressing = false;
  #isDestroyed = false;
  #judging;
  // A page that goes away before wasm came sends its blank tab nowhere.
  #leave = () => {
    this.#early.tab?.close();
    this.#early.tab = undefined;
  };

  /**
   * `page`: target (of events), values() (pairs of names and texts), headers() (names and texts in turn), texts() (the shop's
   * own words), camelCase, statusOnly, resumes (by itself), changed(state, previous). `root`: where it is drawn, if anywhere;
   * `button`: with a button.
   */
  constructor(page, root, button) {
    this.#page = page;
    this.#face = root && new Face(root, { button, words: this.#words, press: () => this.start(), act: (...all) => this.#act(...all) });
    // The address is cleaned at once, whenever wasm comes.
    void takeReturn();
    if (page.resumes) resuming += 1;
    this.changed();
    whenIdle(() => this.#isDestroyed || this.ready);
  }

  get ready() {
    if (this.#isDestroyed) return rejected(destroyed());
    return (this.#ready ??= handled(this.#mount()));
  }

  get error() {
    if (!this.#handle) return this.#error;
    const error = this.#handle.error();
    return error ? new PayError(error) : null;
  }

  start() {
    if (this.#isDestroyed) return rejected(destroyed());
    if (this.#page.statusOnly) return rejected(aborted("<pay-status> begins no payment: resume() takes one up"));
    if (Object.fromEntries(this.#page.values()).disabled !== undefined) return rejected(aborted("the button is disabled"));
    const before = this.#attempt;
    const attempt = before ?? this.#promise();
    // A listener of pay-start that presses again.
    if (this.#isPressing) return attempt.promise;
    this.#isPressing = true;
    let begun = false;
    try {
      begun = this.#handle ? this.#handle.press() : this.#pressEarly();
    } finally {
      this.#isPressing = false;
    }
    if (begun) return attempt.promise;
    const error = aborted("a listener of pay-start prevented it");
    if (before) return rejected(error);
    this.settle(false, error);
    return attempt.promise;
  }

  check() {
    return this.#later(() => {
      const check = defer();
      this.#checks.push(check);
      this.#handle.check();
      return check.promise;
    });
  }

  resume(orderId) {
    return this.#later(async () => {
      const back = await takeReturn();
      if (this.#isDestroyed) throw destroyed();
      const wanted = String(orderId ?? back?.orderId ?? "");
      const attempt = this.#attempt ?? this.#promise();
      this.#handle.resume(wanted || undefined, wanted === back?.orderId ? back.token : undefined, false);
      return attempt.promise;
    });
  }

  reopen() {
    return !this.#isDestroyed && Boolean(this.#handle?.reopen());
  }

  cancel() {
    if (this.#early && !this.#handle) return this.#cancelEarly();
    return this.#later(() => {
      const attempt = this.#attempt ?? this.#promise();
      this.#handle.cancel();
      return attempt.promise;
    });
  }

  destroy() {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    if (this.#page.resumes) resuming -= 1;
    clearTimeout(this.#judging);
    this.#endEarly()?.tab?.close();
    const handle = this.#handle;
    this.#handle = undefined;
    handle?.destroy();
    // Not now: this may run inside one of the handle's own calls.
    queueMicrotask(() => handle?.free());
    this.settle(false, destroyed());
    this.checked(false, destroyed());
    this.#face?.clear();
  }

  /** The options have changed, or are there for the first time: judged in the next task, all together. */
  changed() {
    if (this.#isDestroyed) return;
    this.#show();
    clearTimeout(this.#judging);
    this.#judging = setTimeout(() => {
      this.#handle?.judge();
      this.#show();
      // Options that came late may name a payment begun before.
      if (this.state === "idle" && !this.#back?.seen) this.#takeUp();
    });
  }

  /** For the handle: see src/browser/host.rs. */
  options() {
    const values = this.#page.values();
    const rest = values.filter(([name]) => name !== "mode");
    const mode = settleMode(Object.fromEntries(values).mode?.trim());
    return [["mode", mode, ...rest.flat()], this.#page.headers(), document.baseURI, returnUrl()];
  }

  emit(name, detail) {
    if (this.#isDestroyed) return true;
    if (name === "pay-change") {
      // What was said before wasm came counts: each change is told once.
      if (detail.state === this.state) return true;
      detail.previous = this.state;
      this.state = detail.state;
      this.#page.changed?.(detail.state, detail.previous);
      this.#face?.standIn(false);
    }
    // It may be that nothing can be begun here by script: what needs none still can.
    if (name === "pay-error" && detail.terminal) this.#face?.standIn(FORM_HELPS.includes(detail.code), this.#handle);
    if (detail.state === "idle" || detail.code) this.#show();
    if (detail.redirectUrl) announce(this.#tab, detail.redirectUrl, this.#words);
    if (detail.errors?.length) console.error(detail.message, detail.errors);
    const event = new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: name === "pay-start" });
    return this.#page.target.dispatchEvent(event);
  }

  settle(succeeded, value) {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    if (succeeded) attempt?.resolve(value);
    else attempt?.reject(asError(value));
  }

  checked(succeeded, value) {
    for (const check of this.#checks.splice(0)) {
      if (succeeded) check.resolve(value);
      else check.reject(asError(value));
    }
  }

  open(popup) {
    return (this.#tab = openTab(popup, this.#words));
  }

  place(signal) {
    return takePlace(signal);
  }

  draw(state, ...all) {
    if (state === "idle" && this.#isSeen) this.#face?.note("seen", "go-back");
    else this.#face?.draw(state, ...all);
  }

  warn(text) {
    console.warn(text);
  }

  #show() {
    if (this.#isDestroyed) return;
    const values = Object.fromEntries(this.#page.values());
    values.lang ||= this.#page.target.closest?.("[lang]")?.lang;
    this.#words.speak(values.lang, this.#page.texts?.());
    this.#face?.show(values, this.#page.target, this.error?.code === "secret-in-browser");
  }

  /** The shopper's click in the panel. */
  #act(part, event) {
    const link = () => {
      follow(event, this.#words);
      this.#handle?.followed();
    };
    const acts = { check: () => this.#handle?.check(), reopen: () => this.#handle?.reopen(), cancel: () => this.cancel(), link };
    acts[part]?.();
  }

  async #mount() {
    try {
      const [core, back] = await Promise.all([load(), takeReturn()]);
      if (this.#isDestroyed) throw destroyed();
      this.#handle = new core.Handle(this, this.#page.camelCase, this.#page.statusOnly);
      this.#arrived(back);
    } catch (error) {
      throw this.#isDestroyed ? destroyed() : this.#failed(error);
    }
  }

  #arrived(back) {
    this.#back = back;
    if (this.state === "cancelled") {
      this.#face?.note(this.state, "cancelled");
    } else if (back?.seen && this.#page.resumes && !this.#early) {
      this.#isSeen = true;
      this.draw("idle");
    } else {
      // Before an early press: what a reload interrupted goes on, and is not begun a second time.
      this.#takeUp();
    }
    const early = this.#endEarly();
    if (early) this.#handle.press(early.options, early.tab);
    this.changed();
  }

  #takeUp() {
    const back = this.#back;
    if (!this.#page.resumes) return;
    this.#handle?.resume(back?.orderId, back?.token, !(back && this.#isAbout(back.orderId)));
    // Once is enough.
    if (this.state !== "idle") this.#back = undefined;
  }

  /**
   * The shopper came back, in another tab than that of the press, from an order that may be this button's: the quote names
   * it, or there is no other button whose it could be. A status page without an order of its own shows any. A verify with
   * the token decides all the same.
   */
  #isAbout(orderId) {
    const { quote, "order-id": own } = Object.fromEntries(this.#page.values());
    if (own) return false;
    if (quote) return quotedOrder(quote) === orderId;
    return this.#page.statusOnly || resuming === 1;
  }

  #failed(error) {
    this.#ready = undefined;
    // What cannot be loaded is a TypeError, of fetch as of import.
    const failure = (this.#error = runsWasm() || error instanceof TypeError
      ? new PayError({ code: "network", message: "the widget's files could not be loaded", retryable: true })
      : new PayError({ code: "unsupported", message: "this browser is too old for the widget" }));
    failure.cause = error;
    const { code, message, retryable } = failure;
    const waits = this.#early || this.#page.statusOnly;
    this.#endEarly()?.tab?.close();
    if (!waits) return failure;
    const advice = retryable ? "check-connection" : "tell-the-shop";
    this.#face?.note("error", this.#page.statusOnly ? "not-loaded" : `could-not-start ${advice}`);
    // Before its events: a listener may press again, and that promise is another one.
    this.settle(false, failure);
    this.emit("pay-change", { state: "error" });
    this.emit("pay-error", { code, message, retryable, terminal: true });
    return failure;
  }

  /** A press before wasm is there: the tab must open now, the rest can wait. */
  #pressEarly() {
    if (this.#early) {
      this.#early.tab?.focus();
      return true;
    }
    if (!this.emit("pay-start", {})) return false;
    if (this.#isDestroyed) return true;
    const options = this.options();
    const [[, mode]] = options;
    const tab = opensTab(mode) ? this.open(mode === "popup") : undefined;
    // Firefox goes on with the page while it opens a tab: wasm may have come meanwhile, or the widget be gone.
    if (this.#isDestroyed) tab?.close();
    if (this.#isDestroyed) return true;
    if (this.#handle) return this.#handle.press(options, tab);
    this.#early = { options, tab };
    addEventListener("pagehide", this.#leave);
    this.#error = null;
    this.#face?.note("initiating", "starting", true);
    this.emit("pay-change", { state: "initiating" });
    void this.ready;
    return true;
  }

  #endEarly() {
    removeEventListener("pagehide", this.#leave);
    const early = this.#early;
    this.#early = undefined;
    return early;
  }

  #cancelEarly() {
    const { promise } = this.#attempt ?? this.#promise();
    this.#endEarly().tab?.close();
    this.#face?.note("cancelled", "cancelled");
    this.settle(true, { status: "cancelled", late: false, resumed: false });
    this.emit("pay-change", { state: "cancelled" });
    this.emit("pay-cancelled", { status: "cancelled" });
    return promise;
  }

  #later(act) {
    if (this.#isDestroyed) return rejected(destroyed());
    if (this.#handle) return handled(Promise.resolve(act()));
    // A listener may have removed the widget as soon as it was ready.
    return handled(this.ready.then(() => this.#later(act)));
  }

  #promise() {
    return (this.#attempt = defer());
  }
}

// The widgets of this page that take up a payment by themselves.
let resuming = 0;

// What a page's policy, a filter or an old browser makes of the widget's requests; a form is sent by the browser itself.
const FORM_HELPS = ["network", "unsupported"];

// Read without its signature, which is the backend's to check: it only tells whose order this is.
function quotedOrder(quote) {
  try {
    return JSON.parse(atob(quote.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).order_id;
  } catch {
    return undefined;
  }
}

// The page's own work comes first; a press does not wait for this.
function whenIdle(act) {
  if (globalThis.requestIdleCallback) requestIdleCallback(act, { timeout: 500 });
  else setTimeout(act);
}

function defer() {
  const deferred = {};
  deferred.promise = handled(new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject })));
  return deferred;
}

// A page that does not look at the promise gets no unhandled rejection; one that does gets the error all the same.
function handled(promise) {
  promise.catch(() => {});
  return promise;
}

const rejected = (error) => handled(Promise.reject(error));
const asError = (value) => (value instanceof PayError ? value : new PayError(value));
const aborted = (message) => new PayError({ code: "aborted", message });
const destroyed = () => new PayError({ code: "destroyed", message: "the widget was removed" });

// One widget: what PayButton and the elements share. Promises, events and the press before wasm live here; everything
// about a payment is decided by the machine behind the handle.
import { PayError } from "./error.js";
import { Face } from "./face.js";
import { load, runsWasm } from "./load.js";
import { aborted, asError, defer, destroyed, handled, nextTask, rejected } from "./promises.js";
import { returnUrl, takeReturn } from "./return.js";
import { mayNotOpen, openTab, opensTab, settleMode } from "./tab.js";
import { Words, learn } from "./texts.js";

export class Widget {
  state = "idle";
  #page;
  #face;
  #words = new Words(() => this.#show());
  #handle;
  // The modules of rest.js.
  #rest;
  #ready;
  #attempt;
  #checks = [];
  #early;
  #tab;
  // back.js, once the machine is there.
  #back;
  #error = null;
  #isPressing = false;
  #isDestroyed = false;
  #opening = 0;
  #gone;
  #judging;
  // A page that goes away before wasm came sends its blank tab nowhere.
  #leave = () => {
    this.#early.tab?.close();
    // As one that was refused: where the page comes back after all, it shows the link.
    this.#early.tab = null;
  };

  /**
   * `page`: target (of events), values() (pairs of names and texts), headers() (names and texts in turn), texts() (the shop's
   * own words), camelCase, statusOnly, resumes (by itself), changed(state, previous). `root`: where it is drawn, if anywhere;
   * `button`: with a button.
   */
  constructor(page, root, button) {
    this.#page = page;
    this.#face = root && new Face(root, { button, words: this.#words, press: () => this.start() });
    // The address is cleaned at once, whenever wasm comes.
    const isBack = takeReturn();
    widgets += 1;
    // What is written on the button, in a task of its own: to define the elements takes a slow phone nearly as long as one may.
    nextTask().then(() => this.changed());
    // The tab from which the shopper set out waits to be told.
    if (isBack) void this.ready;
    else whenIdle(() => this.#isDestroyed || this.ready);
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
    if (this.#values().disabled !== undefined) return rejected(aborted("the button is disabled"));
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
    return this.#later(() => {
      const attempt = this.#attempt ?? this.#promise();
      this.#handle.resume(...this.#back.wanted(orderId), false);
      return attempt.promise;
    });
  }

  reopen() {
    return Boolean(this.#handle?.reopen());
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
    widgets -= 1;
    clearTimeout(this.#judging);
    this.#endEarly()?.tab?.close();
    this.#gone = this.#handle;
    this.#handle = undefined;
    this.#gone?.destroy();
    this.#free();
    this.settle(false, destroyed());
    this.checked(false, destroyed());
    this.#face?.clear();
  }

  /** The options have changed, or are there for the first time: judged in the next task, all together. */
  changed() {
    if (this.#isDestroyed) return;
    this.#show();
    clearTimeout(this.#judging);
    // Once there is somebody who judges.
    if (!this.#handle) return;
    this.#judging = setTimeout(() => {
      this.#rest.judgeWords(this.#page.texts?.(), this.#page.target);
      this.#back.turn();
      this.#handle.judge();
      this.#show();
      // Options that came late may name a payment begun before.
      if (this.state === "idle" && !this.#back.isSeen) this.#takeUp();
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
      // From the press on it is the attempt's amount that is shown, whatever becomes of the attributes.
      const { amount, currency } = this.#values();
      if (BUSY.includes(detail.state) && !BUSY.includes(this.state)) this.#face?.hold(amount, currency);
      detail.previous = this.state;
      this.state = detail.state;
      this.#page.changed?.(detail.state, detail.previous);
      this.#face?.standIn(false);
    }
    // It may be that nothing can be begun here by script: what needs none still can.
    if (name === "pay-error" && detail.terminal) this.#face?.standIn(FORM_HELPS.includes(detail.code), this.#handle);
    if (name === "pay-success" && detail.amount) this.#face?.hold(detail.amount, detail.currency);
    if (detail.state === "idle" || detail.code) this.#show();
    if (detail.redirectUrl) this.#rest.announce(this.#tab, detail.redirectUrl, this.#words);
    this.#rest?.report(detail);
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
    this.#opening += 1;
    const tab = openTab(popup, this.#words);
    this.#opening -= 1;
    if (!this.#isDestroyed) return (this.#tab = tab);
    // Firefox goes on with the page while it opens a tab.
    tab?.close();
    this.#free();
    return null;
  }

  get rest() {
    return this.#rest;
  }

  draw(state, ...all) {
    if (state === "idle" && this.#back?.isSeen) this.#face?.note("seen", "go-back");
    // The machine knows nothing of what was said before it came: those words stay.
    else if (state !== "idle" || this.state === "idle") this.#face?.draw(state, ...all);
  }

  warn(said) {
    console.warn(said);
  }

  #values() {
    return Object.fromEntries(this.#page.values());
  }

  #show() {
    if (this.#isDestroyed) return;
    const values = this.#values();
    values.lang ||= this.#page.target.closest?.("[lang]")?.lang;
    this.#words.speak(values.lang, this.#page.texts?.());
    this.#face?.show(values, this.#page.target, this.error?.code === "secret-in-browser");
  }

  /** The shopper's click in the panel. */
  #act(part, event) {
    const link = () => {
      this.#rest.follow(event, !mayNotOpen(), () => openTab(false, this.#words));
      this.#handle?.followed();
    };
    const acts = { check: () => this.#handle?.check(), reopen: () => this.#handle?.reopen(), cancel: () => this.cancel(), link };
    acts[part]?.();
  }

  async #mount() {
    try {
      const { rest, core } = load();
      const found = handled(rest.then((it) => this.#furnish(it)));
      // It fails with whichever of the two did, and only once a press would load anew.
      await core;
      const back = await found;
      // Each of what follows takes a slow phone as long as a task may.
      await nextTask();
      if (this.#isDestroyed) throw destroyed();
      const handle = new this.#rest.Handle(this, this.#page.camelCase, this.#page.statusOnly);
      await nextTask();
      if (this.#isDestroyed) {
        handle.free();
        throw destroyed();
      }
      this.#handle = handle;
      this.#arrived(back);
    } catch (error) {
      throw this.#isDestroyed ? destroyed() : this.#failed(error);
    }
  }

  /** What comes beside the Rust half, and as a rule before it. */
  #furnish(rest) {
    this.#rest = rest;
    learn(rest.english);
    this.#face?.furnish(rest.Panel, (...all) => this.#act(...all));
    return rest.tell(takeReturn());
  }

  #arrived(found) {
    const isIdle = this.#page.resumes && !this.#early;
    this.#back = new this.#rest.Back(found, this.#page, () => widgets === 1, isIdle && this.state !== "cancelled");
    if (this.#back.isSeen) this.draw("idle");
    // Before an early press: what a reload interrupted goes on, and is not begun a second time.
    else if (this.state !== "cancelled") this.#takeUp();
    const early = this.#endEarly();
    if (early) this.#handle.press(early.options, early.tab);
    this.changed();
  }

  #takeUp() {
    if (this.#handle && this.#page.resumes) this.#back.takeUp(this.#handle, () => this.state);
  }

  /** Not now: this may run inside one of the handle's own calls, and so may whatever a browser does while it opens a tab. */
  #free() {
    if (this.#opening) return;
    const gone = this.#gone;
    this.#gone = undefined;
    queueMicrotask(() => gone?.free());
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
    if (retryable && !this.#rest) console.warn(message, error);
    this.#face?.note("error", this.#page.statusOnly ? "not-loaded" : `could-not-start ${retryable ? "check-connection" : "tell-the-shop"}`);
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

// The widgets of this page.
let widgets = 0;

const BUSY = ["initiating", "opening", "waiting"];

// What a page's policy, a filter or an old browser makes of the widget's requests; a form is sent by the browser itself.
const FORM_HELPS = ["network", "unsupported"];

// The page's own work comes first; a press does not wait for this.
function whenIdle(act) {
  if (globalThis.requestIdleCallback) requestIdleCallback(act, { timeout: 500 });
  else setTimeout(act);
}

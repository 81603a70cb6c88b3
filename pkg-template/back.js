// What one widget makes of it that the shopper came back: whose the payment is, and which one it takes up.
import { nameOf, orderOf } from "./subject.js";

// The name of the payment whose the order was from which the shopper came back, once a widget has taken it up.
let taker;

export class Back {
  #found;
  #page;
  #isAlone;
  // The same as found, until it is taken up, or the options are about another payment.
  #open;
  #subject = "";

  /**
   * `found`: the return that this page is, if it is one; `page`: as in widget.js; `isAlone()`: the page has no other widget;
   * `isIdle`: this one has nothing to do but what it takes up by itself.
   */
  constructor(found, page, isAlone, isIdle) {
    this.#found = this.#open = found;
    this.#page = page;
    this.#isAlone = isAlone;
    const order = orderOf(this.#values());
    /** The tab from which the shopper set out goes on; this one has nothing to do. */
    this.isSeen = Boolean(found?.seen && isIdle && (!order || order === found.orderId));
  }

  /** What resume() takes up: the order, where it is known, and the token for it. */
  wanted(orderId) {
    const named = String(orderId ?? "");
    const found = this.#found;
    const isBack = found && (named ? named === found.orderId : this.#isAbout(found));
    if (isBack) this.#take();
    return [named || (isBack ? found.orderId : undefined), isBack ? found.token : undefined];
  }

  /** Takes up by itself what there is; `state()`: the widget's. */
  takeUp(handle, state) {
    const open = this.#open;
    const isBack = Boolean(open && this.#isAbout(open));
    handle.resume(open?.orderId, open?.token, !isBack);
    if (state() === "idle") return;
    // Once is enough.
    this.#open = undefined;
    if (isBack) this.#take();
  }

  /** Once the options are about another payment, the one from which the shopper came back is none of theirs. */
  turn() {
    const [before, order] = [this.#subject, orderOf(this.#values())];
    this.#subject = nameOf(this.#values());
    const isOther = before ? before !== this.#subject : order && order !== this.#open?.orderId;
    if (!isOther) return;
    this.isSeen = false;
    this.#open = undefined;
  }

  /**
   * The shopper came back, in another tab than that of the press, from an order that may be this button's: the options name
   * it, or they name none, and there is no other button whose it could be, on this view of the page and in this place. A
   * status page without an order of its own shows any. A verify with the token decides all the same.
   */
  #isAbout({ orderId, path }) {
    const values = this.#values();
    const order = orderOf(values);
    if (order) return order === orderId;
    return this.#page.statusOnly || (this.#isAlone() && path === location.pathname && [undefined, nameOf(values)].includes(taker));
  }

  #take() {
    taker = nameOf(this.#values());
  }

  #values() {
    return Object.fromEntries(this.#page.values());
  }
}

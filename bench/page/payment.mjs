// One payment on an ordinary machine: from a real press in a tab of the shop to the event that the page hears.
import { now } from "./front.mjs";
import { pressAt } from "./load.mjs";
import { place } from "./ready.mjs";
import { malipoPage } from "./shop.mjs";

export class Payment {
  /**
   * Opens the shop in `tab` (`{page, cdp, ready}`), by one of its doors, and presses; done when the checkout page is asked for, and
   * the page waits.
   */
  static async begin(tab, stack, shop = stack.shop) {
    const payment = Object.assign(new Payment(), stack.order(), { stack, shop });
    const { page, cdp, ready } = tab;
    shop.status("/beacon", 204);
    await page.goto(place(shop, `/shop-${payment.orderId}`, malipoPage(payment)));
    await pressAt(cdp, await ready.comes());
    payment.pressed = now();
    await stack.begun(payment.quote, shop);
    // By push or, where there is none, told so.
    await shop.comes((it) => it.path.startsWith("/pay/events") && it.path.includes(payment.orderId));
    await new Promise((done) => setTimeout(done, SETTLED_MS));
    return payment;
  }

  /**
   * The provider has the money: `{notified, known, passed, asked, answered, told, visibility}`: when its notification reached the
   * backend, when the backend knew, when the stream's word of it went to the page (where there is a stream), when the page's
   * question came and when its answer had gone, when the page's listener ran, and whether anybody could see the page then.
   */
  async settle() {
    const knows = this.stack.knows(this.orderId);
    const [notified, known, beacon] = await Promise.all([this.stack.settle(this.orderId), knows, this.#tells()]);
    const { at: told, visibility } = JSON.parse(beacon.body);
    const { at: asked, done: answered } = this.shop.seen.findLast((it) => it.path === "/pay/verify" && it.body.includes(this.orderId) && it.at < told);
    const passed = this.shop.seen.findLast((it) => it.path.startsWith("/pay/events") && it.path.includes(this.orderId))?.passed;
    return { notified, known, passed, asked, answered, told, visibility };
  }

  /** What the page has sent to the backend for this payment: `{streams, requests, times}`, the last as a text. */
  requests() {
    const about = (it) => it.path.startsWith("/pay/") && (it.path + it.body).includes(this.orderId) && !it.path.startsWith("/pay/notify/");
    const all = this.shop.seen.filter((it) => about(it) || it.body.includes(this.quote));
    const streams = all.filter((it) => it.path.startsWith("/pay/events")).length;
    const times = all.map((it) => `${it.path.split("/").pop().split("?")[0]} ${((it.at - all[0].at) / 1000).toFixed(1)}`).join(", ");
    return { streams, requests: all.length - streams, times };
  }

  #tells() {
    return this.shop.comes((it) => it.path === "/beacon" && it.body.includes(this.orderId));
  }
}

/** Nobody pays sooner than this after the checkout page was asked for. By then that page is there, and so is the stream's first message. */
const SETTLED_MS = 1200;

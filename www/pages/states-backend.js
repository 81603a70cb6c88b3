// The backend and the browser of the states page, as a script: answers by scene, and tabs that open nothing.
//
// It stands in for window.fetch, window.open and window.close, which the widget calls like any other page script; the widget itself has
// no door for tests.
import { SCENES } from "./states-scenes.js";

const realFetch = window.fetch.bind(window);
const AT = /^\/scripted\/([^/]+)\/([^/]+)\/(initiate|verify|cancel)$/;

window.fetch = async (input, init) => {
  const request = new Request(input, init);
  const [, id, cell, call] = AT.exec(new URL(request.url).pathname) ?? [];
  if (!call) return realFetch(input, init);
  const scene = SCENES.find((it) => it.id === id);
  const orderId = `${id}-${cell}`;
  const answer = scene[call] ?? USUAL[call];
  const said = answer({ orderId });
  if (said === "never") return never(request.signal);
  if (said === "down") throw new TypeError("Failed to fetch");
  const { status = 200, body } = said.body === undefined ? { body: said } : said;
  return new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
};

const USUAL = {
  initiate: ({ orderId }) => ({ order_id: orderId, redirect_url: `https://checkout.example/${orderId}`, token: "scripted", amount: "38000", currency: "UGX", test: true }),
  verify: ({ orderId }) => ({ order_id: orderId, status: "pending", test: true }),
  cancel: ({ orderId }) => ({ order_id: orderId, status: "pending", test: true }),
};

function never(signal) {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

let mayOpen = true;

/** Runs `act` in a browser that opens tabs, or in one that refuses. */
export function withTabs(allowed, act) {
  mayOpen = allowed;
  try {
    return act();
  } finally {
    mayOpen = true;
  }
}

window.open = () => {
  if (!mayOpen) return null;
  return {
    closed: false,
    opener: null,
    location: { replace() {} },
    focus() {},
    close() {
      this.closed = true;
    },
  };
};

/**
 * A second copy of the widget, `<pay-status-back>`, on a page to which a shopper comes back while the shop's tab is still
 * open: that tab answers here. What a page's address says is read once a copy.
 */
export async function comesBack() {
  const { PayStatusElement } = await import("/malipo/index.js");
  const url = new URL(location.href);
  url.hash = `malipo_order=${BACK}&malipo_token=scripted`;
  // The copy takes it out of the address with its first element.
  history.replaceState(history.state, "", url);
  customElements.define("pay-status-back", class extends PayStatusElement {});
  const first = document.createElement("pay-status-back");
  first.verifyUrl = "/scripted/back/first/verify";
  const ready = first.ready.catch(() => {});
  // As that tab's word in localStorage comes over, as soon as it is listened for; what BroadcastChannel brings may be late on a
  // busy machine.
  const word = { key: "malipo:seen", newValue: JSON.stringify({ orderId: BACK }) };
  const answering = setInterval(() => dispatchEvent(new StorageEvent("storage", word)), 20);
  await ready;
  clearInterval(answering);
  first.destroy();
}

const BACK = "shop-tab-order";

// The tests' pages may be closed by a script, and a visitor's is worth keeping.
window.close = () => {};

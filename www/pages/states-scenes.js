// Every state of the widget, as a scene: how it looks comes from the widget, how it comes about stands here.
//
// `tag` where it is not the button; `attributes` beside the usual ones, and `slots`: what stands in the tag, as [slot, element, attributes and text]; what the backend answers to `initiate`, `verify` and `cancel` where it is not the usual;
// `tabs: false` is a browser that opens none; `start: false` presses nothing; `then` goes on after the press; `state` is where it
// ends.

const answers = (status, more) => ({ orderId }) => ({ order_id: orderId, status, test: true, ...more });
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const failed = (reason) => answers("failed", { reason });

/** Resolves when the element has sent `name`. */
const heard = (element, name) => new Promise((resolve) => element.addEventListener(name, resolve, { once: true }));

// Orders whose deadline has passed, in the scene that is paid after it.
const gone = new Set();

export const SCENES = [
  { id: "idle", title: "Idle", text: "Waiting for a press.", start: false, state: "idle" },
  {
    id: "slots", title: "With a logo and words of the shop's own", text: "What stands in the tag with slot=\"logo\" and slot=\"label\".",
    slots: [["logo", "img", { src: "img/icon.svg", alt: "", width: 24, height: 24 }], ["label", "span", { textContent: "Pay Soko House" }]], start: false, state: "idle",
  },
  { id: "disabled", title: "Disabled", text: "As on a native button.", attributes: { disabled: "" }, start: false, state: "idle" },
  {
    id: "bad-option", title: "Bad option", text: "An attribute that cannot be understood: reported to the developer, all of them at once.",
    attributes: { amount: "ten thousand", mode: "window" }, state: "error",
  },
  {
    id: "secret", title: "A secret in the page", text: "The button is disabled and nothing is ever sent. The message names the place, never the value.",
    attributes: { "secret-key": "belongs on the server" }, start: false, state: "idle",
  },
  { id: "initiating", title: "Starting", text: "Pressed; the backend has not answered yet, nor said whether this is a test.", initiate: () => "never", state: "initiating" },
  { id: "waiting", title: "Waiting for the other tab", text: "The checkout page is open in a tab of its own.", attributes: { timeout: "900000" }, state: "waiting" },
  { id: "popup", title: "Waiting for the other window", text: "mode=\"popup\": the checkout page is open in a window of its own.", attributes: { mode: "popup" }, state: "waiting" },
  {
    id: "confirming", title: "Back from the checkout page", text: "The shopper came back; the provider has not said yet how it went.",
    then: async (element) => {
      const { detail } = await heard(element, "pay-opened");
      new BroadcastChannel("malipo").postMessage({ type: "malipo:returned", orderId: detail.orderId });
      await heard(element, "pay-pending");
    },
    state: "waiting",
  },
  {
    id: "fees", title: "Waiting, fees on top", text: "The provider adds its fees to the amount.",
    initiate: ({ orderId }) => ({ order_id: orderId, redirect_url: `https://checkout.example/${orderId}`, token: "scripted", amount: "38000", currency: "UGX", fees_added: true, test: true }),
    state: "waiting",
  },
  { id: "blocked", title: "The browser refused a tab", text: "A link takes its place, and the payment goes on.", tabs: false, state: "opening" },
  { id: "link", title: "Link", text: "mode=\"link\": opens nothing by itself.", attributes: { mode: "link" }, state: "opening" },
  {
    id: "sent", title: "Sent to the phone", text: "The provider sends the link by SMS or e-mail instead of naming a page.",
    initiate: ({ orderId }) => ({ order_id: orderId, token: "scripted", sent_to: [{ channel: "sms", to: "+256 7** *** 412" }, { channel: "email", to: "a***@example.org" }], test: true }),
    state: "waiting",
  },
  {
    id: "trouble", title: "Waiting, and the backend talks nonsense", text: "Never an outcome: it keeps asking.",
    verify: () => ({ body: "<h1>It works!</h1>" }), then: (element) => heard(element, "pay-error"), state: "waiting",
  },
  {
    id: "offline", title: "Waiting, and the backend is gone", text: "It asks again, less and less often, and at once when the network is back.",
    verify: () => "down", then: (element) => heard(element, "pay-error"), state: "waiting",
  },
  {
    id: "review", title: "Paid, but another amount", text: "The shop has to look at it; the page does not call it paid.",
    verify: answers("success", { amount: "35000", currency: "UGX" }), then: (element) => heard(element, "pay-error"), state: "waiting",
  },
  { id: "success", title: "Paid", text: "A verify said so; nothing follows.", verify: answers("success", { amount: "38000", currency: "UGX" }), state: "success" },
  { id: "declined", title: "Failed: declined", text: "The provider said no.", verify: failed("declined"), state: "failed" },
  { id: "failed-expired", title: "Failed: the checkout page expired", text: "The provider's own deadline.", verify: failed("expired"), state: "failed" },
  { id: "failed-cancelled", title: "Failed: cancelled there", text: "The shopper gave up on the provider's page.", verify: failed("cancelled"), state: "failed" },
  { id: "failed-other", title: "Failed", text: "For a reason that has no word.", verify: failed("other"), state: "failed" },
  { id: "expired", title: "Expired", text: "Our own deadline: whether it was paid is not known, and the text says so.", attributes: { timeout: "1000" }, state: "expired" },
  {
    id: "late", title: "Paid after all", text: "A success after the deadline still counts.", attributes: { timeout: "1000" },
    verify: ({ orderId }) => answers(gone.has(orderId) ? "success" : "pending", { amount: "38000", currency: "UGX" })({ orderId }),
    then: async (element) => {
      const { detail } = await heard(element, "pay-expired");
      gone.add(detail.orderId);
      await element.check().catch(() => {});
    },
    state: "success",
  },
  {
    id: "cancelled", title: "Cancelled here", text: "If it was paid all the same, it must not be paid again.",
    then: async (element) => {
      await heard(element, "pay-opened");
      await element.cancel().catch(() => {});
    },
    state: "cancelled",
  },
  { id: "down", title: "The backend cannot be reached", text: "Nothing was started; press again.", initiate: () => "down", state: "error" },
  {
    id: "refused", title: "The backend said no", text: "Its own words stand below, for the developer.",
    initiate: () => ({ status: 422, body: { status: "error", code: "quote-expired", error: ["the quote expired on 2026-11-20"] } }), state: "error",
  },
  {
    id: "mismatch", title: "Another amount than shown", text: "Seen before anything opens: nothing is opened.",
    initiate: ({ orderId }) => ({ order_id: orderId, redirect_url: `https://checkout.example/${orderId}`, token: "scripted", amount: "83000", currency: "UGX" }),
    state: "error",
  },
  {
    id: "unsafe", title: "A checkout page that is not one", text: "The URL is judged before anything opens.",
    initiate: ({ orderId }) => ({ order_id: orderId, redirect_url: "javascript:alert(1)", token: "scripted" }), state: "error",
  },
  { id: "status", tag: "pay-status", title: "The thank-you page, checking", text: "<pay-status> asks before it says anything.", state: "waiting" },
  { id: "status-paid", tag: "pay-status", title: "The thank-you page, paid", text: "A verify said so.", verify: answers("success", { amount: "38000", currency: "UGX" }), state: "success" },
  { id: "status-failed", tag: "pay-status", title: "The thank-you page, failed", text: "It begins no payment: that is the shop's page to offer.", verify: failed("declined"), state: "failed" },
  {
    id: "status-expired", tag: "pay-status", title: "The thank-you page, not known", text: "It waited in vain, and says no more than it knows.",
    attributes: { timeout: "1000" }, state: "expired",
  },
  {
    id: "back", tag: "pay-status-back", title: "Back, and the shop's tab knows", text: "That tab goes on; this one closes where a browser lets it, else it says so.",
    then: async (element) => {
      while (element.shadowRoot.querySelector("[part~=panel]").dataset.state !== "seen") await sleep(50);
    },
    state: "idle",
  },
];

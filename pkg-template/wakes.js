// What wakes a widget up: the page and the browser, and word from the return page and from other tabs ("the shopper is back, look
// at this order"). A hint, never an outcome. Such word comes in two ways, because either may be missing: the BroadcastChannel
// `malipo` and the storage event. Both reach pages of this origin only.

const [RETURNED, SEEN] = ["malipo:returned", "malipo:seen"];
const KINDS = ["focus", "pageshow", "pagehide", "online", "offline", "storage"];

/**
 * Until `signal` is aborted, calls `woke(kind)` for events of the browser, and `woke("returned", orderId)`, which is true where
 * that order is this widget's: the return page is told then, so that it may close itself.
 */
export function attend(woke, signal) {
  const channel = attempt(() => new BroadcastChannel("malipo"));
  const back = (data) => {
    // By own property: what a page gave to Object.prototype is no message.
    const { type, orderId } = { __proto__: null, ...data };
    if (type !== RETURNED || typeof orderId !== "string" || !woke("returned", orderId)) return;
    const message = { type: SEEN, orderId };
    attempt(() => channel.postMessage(message));
    // A stamp, because a value that does not change is no event.
    attempt(() => localStorage.setItem(SEEN, JSON.stringify({ ...message, t: Date.now() })));
  };
  const heard = ({ type, key, newValue }) => {
    if (type !== "storage") woke(type, "");
    else if (key === RETURNED) back(attempt(() => ({ ...JSON.parse(newValue), type: key })));
  };
  const seen = ({ type }) => {
    if (type === "resume" || !document.hidden) woke("visible", "");
  };
  const places = [...KINDS.map((it) => [globalThis, it, heard]), ...["visibilitychange", "resume"].map((it) => [document, it, seen])];
  if (channel) channel.onmessage = ({ data }) => back(data);
  for (const [target, kind, act] of places) target.addEventListener(kind, act);
  signal.onabort = () => {
    channel?.close();
    for (const [target, kind, act] of places) target.removeEventListener(kind, act);
  };
}

// Storage may be off, and a channel closed.
function attempt(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}

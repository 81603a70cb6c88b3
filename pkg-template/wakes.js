// What wakes a widget up: the page and the browser, and word from the return page and from other tabs ("the shopper is back, look
// at this order"). A hint, never an outcome. Such word comes in two ways, because either may be missing: the BroadcastChannel
// `malipo` and the storage event. Both reach pages of this origin only.

const [RETURNED, SEEN] = ["malipo:returned", "malipo:seen"];
const KINDS = ["focus", "pageshow", "pagehide", "online", "offline", "storage"];

/**
 * Until `signal` is aborted, calls `woke(kind)` for events of the browser. A page that came back with an order is answered where
 * `woke("is-own", orderId)` says that it is this widget's, so that it may close itself, and `woke("returned", orderId)` called then.
 */
export function attend(woke, signal) {
  const channel = attempt(() => new BroadcastChannel("malipo"));
  const back = (data) => {
    // By own property: what a page gave to Object.prototype is no message.
    const { type, orderId } = { __proto__: null, ...data };
    if (type !== RETURNED || typeof orderId !== "string" || !woke("is-own", orderId)) return;
    const message = { type: SEEN, orderId };
    attempt(() => channel.postMessage(message));
    // A stamp, because a value that does not change is no event.
    attempt(() => localStorage.setItem(SEEN, JSON.stringify({ ...message, t: Date.now() })));
    // After the answer, for which there are 300 ms: the page's listeners may take longer, or remove this widget.
    woke("returned", orderId);
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

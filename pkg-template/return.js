// The shopper came back to this page from the checkout page: `malipo_order` and `malipo_token` are in its address.

const ORDER = "malipo_order";
const TOKEN = "malipo_token";

let taken;

/**
 * The return that this page is, if it is one: `{orderId, token, path, seen}`. The address is cleaned at once; `seen` says that
 * the tab from which the shopper set out is still there and knows, so that this one may close.
 */
export function takeReturn() {
  taken ??= announce(strip());
  return taken;
}

/** This page's address without fragment and without our keys: where the shopper is to come back to. */
export function returnUrl() {
  const url = new URL(location.href);
  url.hash = "";
  if (url.searchParams.has(ORDER)) drop(url.searchParams);
  return url.href;
}

function strip() {
  const url = new URL(location.href);
  const fragment = new URLSearchParams(url.hash.slice(1));
  const from = fragment.has(ORDER) ? fragment : url.searchParams;
  const [orderId, token] = [from.get(ORDER), from.get(TOKEN)];
  if (!orderId) return undefined;
  drop(from);
  if (from === fragment) url.hash = String(fragment);
  try {
    history.replaceState(history.state, "", url);
  } catch {
    // A sandboxed page may not; the keys open nothing but a status.
  }
  return { orderId, token: token ?? undefined, path: url.pathname };
}

function drop(params) {
  params.delete(ORDER);
  params.delete(TOKEN);
}

async function announce(found) {
  if (!found) return undefined;
  const seen = await anotherTabAnswers(found.orderId);
  // Works where a script opened this tab.
  if (seen) window.close();
  return { ...found, seen };
}

function anotherTabAnswers(orderId) {
  const message = { type: "malipo:returned", orderId };
  return new Promise((resolve) => {
    let channel;
    const heard = (data) => data?.type === "malipo:seen" && data.orderId === orderId && done(true);
    const stored = ({ key, newValue }) => {
      try {
        if (key === "malipo:seen") heard({ type: key, orderId: JSON.parse(newValue)?.orderId });
      } catch {
        // not ours
      }
    };
    const done = (seen) => {
      removeEventListener("storage", stored);
      channel?.close();
      resolve(seen);
    };
    addEventListener("storage", stored);
    try {
      channel = new BroadcastChannel("malipo");
      channel.onmessage = (event) => heard(event.data);
      channel.postMessage(message);
    } catch {
      // without it, the storage event does it
    }
    try {
      localStorage.setItem(message.type, JSON.stringify({ ...message, t: Date.now() }));
    } catch {
      // storage may be off
    }
    setTimeout(done, 300, false);
  });
}

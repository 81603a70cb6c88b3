// The shopper came back to this page from the checkout page: `malipo_order` and `malipo_token` are in its address.

const ORDER = "malipo_order";
const TOKEN = "malipo_token";

let taken;

/** The return that this page is, if it is one: `{orderId, token, path}`. The address is cleaned at once. */
export function takeReturn() {
  taken ??= { found: strip() };
  return taken.found;
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

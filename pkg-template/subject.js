// What the options are about: the order, where they name it, else the article.

/** The order that the options name. An article is of none until the backend makes one. */
export function orderOf({ quote, "order-id": own }) {
  return own || (quote && quotedOrder(quote));
}

/** The same for the same payment, as far as the page can tell; empty where nothing names it. */
export function nameOf(values) {
  return orderOf(values) || [values.sku, values.quantity].join(" ").trim();
}

// Read without its signature, which is the backend's to check: it only tells whose order this is.
function quotedOrder(quote) {
  try {
    return JSON.parse(atob(quote.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).order_id;
  } catch {
    return "?"; // nobody's
  }
}

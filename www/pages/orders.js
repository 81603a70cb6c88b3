// The orders of this browser: what the page was told, and beside it what the backend has on record.
import { keep, recall } from "./kept.js";
import { shown } from "./money.js";

const WORDS = {
  started: "started", open: "being paid", sent: "link sent", paid: "paid", failed: "not paid", expired: "not known yet", cancelled: "cancelled",
};
const STEPS = {
  "pay-initiated": "started", "pay-opened": "open", "pay-sent": "sent", "pay-success": "paid", "pay-failed": "failed",
  "pay-expired": "expired", "pay-cancelled": "cancelled",
};
const MOST_ORDERS = 20;

let orders = recall("orders", []);

export function startOrders() {
  for (const [name, status] of Object.entries(STEPS)) {
    document.addEventListener(name, ({ target, detail }) => {
      if (!detail.orderId) return; // cancelled before the backend answered: there is no order
      note(detail.orderId, { status, what: target.dataset.name, amount: detail.amount ?? target.getAttribute("amount"), currency: detail.currency ?? target.getAttribute("currency") });
      if (status !== "started" && status !== "open" && status !== "sent") look(detail.orderId);
    });
  }
  document.querySelector("#orders-clear").addEventListener("click", () => {
    orders = [];
    show();
  });
  show();
}

function note(orderId, news) {
  const known = orders.find((it) => it.orderId === orderId);
  // Nothing follows "paid"; an event of a resumed attempt may come after it.
  if (known?.status === "paid" && news.status && news.status !== "paid") return;
  const order = { ...known, ...Object.fromEntries(Object.entries(news).filter(([, it]) => it != null)), orderId };
  orders = [order, ...orders.filter((it) => it !== known)].slice(0, MOST_ORDERS);
  show();
}

/** Asks the shop's server, which asks the backend, with a key that no page knows. */
async function look(orderId) {
  try {
    const answer = await fetch(`/shop/orders/${encodeURIComponent(orderId)}`, { signal: AbortSignal.timeout(8000) });
    const record = await answer.json();
    note(orderId, { record: answer.ok ? `The backend's record: ${record.status}${record.test ? ", a test: do not ship" : ""}.` : record.error });
  } catch {
    note(orderId, { record: "The shop's server does not answer." });
  }
}

function show() {
  keep("orders", orders);
  document.querySelector("#orders-empty").hidden = orders.length > 0;
  document.querySelector("#orders-clear").hidden = orders.length === 0;
  document.querySelector("#orders-list").replaceChildren(...orders.map(item));
}

function item({ orderId, what, amount, currency, status, record }) {
  const item = document.createElement("li");
  item.dataset.order = orderId;
  item.dataset.status = status;
  item.append(
    element("span", "what", [what ?? "Order", amount && currency ? shown(amount, currency) : ""].filter(Boolean).join(", ")),
    element("span", "mark", WORDS[status] ?? status),
    element("span", "id", orderId),
  );
  if (record) item.append(element("p", "record", record));
  return item;
}

function element(name, kind, text) {
  const element = document.createElement(name);
  element.className = kind;
  element.textContent = text;
  return element;
}

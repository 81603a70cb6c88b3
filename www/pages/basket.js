// The basket. The page knows articles and quantities; what they cost is quoted and signed by the shop's server.
//
// Basket and quote are kept over a reload: the widget resumes an attempt by its quote, so the same quote must be there.
import { customer, onCustomer } from "./customer.js";
import { keep, recall } from "./kept.js";
import { shown } from "./money.js";

const MOST = 999;
const BUSY = ["initiating", "opening", "waiting"];

const place = document.querySelector("#basket-pay");
const note = document.querySelector("#basket-note");
const { backend, provider, mode } = document.body.dataset;
// Each way to pay has its own currency, and so its own basket.
const KEPT = `basket.${provider}`;

// {lines: {sku: quantity}, quoted: the server's answer for exactly these lines, paid: whether it is}
let basket = recall(KEPT, { lines: {} });
// Which question to the server is the last: an answer to an earlier one is not shown.
let asked = 0;

export function startBasket() {
  for (const button of document.querySelectorAll("[data-add]")) {
    button.hidden = false;
    button.addEventListener("click", () => change(button.dataset.add, (basket.paid ? 0 : (basket.lines[button.dataset.add] ?? 0)) + 1));
  }
  place.addEventListener("pay-change", ({ target }) => lock(BUSY.includes(target.state)));
  place.addEventListener("pay-success", () => {
    // Paid: it stays in sight until something is added, and is not there after a reload.
    basket = { ...basket, paid: true };
    keep(KEPT, undefined);
    tell("Paid. Add something to begin a new basket.", "good");
    lock(true, true);
  });
  // Whom the link goes to stands in the signed quote.
  onCustomer(() => basket.paid || ask());
  const { quoted } = basket;
  if (quoted && quoted.expires_at * 1000 > Date.now()) show();
  else ask();
}

function change(sku, quantity) {
  const lines = basket.paid ? {} : { ...basket.lines };
  if (quantity > 0) lines[sku] = Math.min(quantity, MOST);
  else delete lines[sku];
  basket = { lines };
  ask();
}

async function ask() {
  const turn = ++asked;
  tell("");
  const lines = Object.entries(basket.lines).map(([sku, quantity]) => ({ sku, quantity }));
  if (lines.length === 0) {
    keep(KEPT, undefined);
    return show();
  }
  try {
    const answer = await fetch("/shop/quote", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ lines, customer: customer() }),
      signal: AbortSignal.timeout(8000),
    });
    const quoted = await answer.json();
    if (turn !== asked) return;
    if (!answer.ok) throw Object.assign(new Error(), { quoted: quoted.error });
    basket = { ...basket, quoted };
    keep(KEPT, basket);
    show();
  } catch (error) {
    if (turn !== asked) return;
    place.replaceChildren();
    tell(error.quoted ?? "The shop's server does not answer.", "bad");
  }
}

function show() {
  const { quoted } = basket;
  const lines = quoted?.lines ?? [];
  const count = lines.reduce((sum, it) => sum + it.quantity, 0);
  const badge = document.querySelector("#basket-count");
  badge.hidden = count === 0;
  badge.textContent = String(count);
  document.querySelector("#basket-empty").hidden = count > 0;
  const list = document.querySelector("#basket-lines");
  const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
  list.replaceChildren(...lines.map((it) => line(it, quoted.currency)));
  // Drawn anew, the list must not lose the keyboard's place.
  if (focused) [...list.querySelectorAll("[aria-label]")].find((it) => it.getAttribute("aria-label") === focused)?.focus();
  const total = document.querySelector("#basket-total");
  total.hidden = count === 0;
  place.replaceChildren();
  if (count === 0) return;
  total.querySelector("output").textContent = shown(quoted.amount, quoted.currency);
  place.append(payButton(quoted));
}

/** A new button for a new quote: an order that costs something else is another order. */
function payButton({ quote, amount, currency }) {
  const button = document.createElement("pay-button");
  button.id = "pay-basket";
  button.dataset.name = "Basket";
  const attributes = {
    "initiate-url": `${backend}/pay/initiate?provider=${provider}`,
    "verify-url": `${backend}/pay/verify`,
    "cancel-url": `${backend}/pay/cancel`,
    quote, amount, currency,
    label: "Pay",
  };
  if (mode) attributes.mode = mode;
  for (const [name, value] of Object.entries(attributes)) button.setAttribute(name, value);
  return button;
}

function line({ sku, name, quantity, amount }, currency) {
  const item = document.createElement("li");
  item.dataset.sku = sku;
  const title = document.createElement("span");
  title.textContent = name;
  const price = document.createElement("span");
  price.className = "amount";
  price.textContent = shown(amount, currency);
  const controls = document.createElement("span");
  controls.className = "quantity";
  const input = document.createElement("input");
  Object.assign(input, { type: "number", min: "1", max: String(MOST), value: String(quantity) });
  input.setAttribute("aria-label", `Quantity of ${name}`);
  input.addEventListener("change", () => change(sku, Math.min(MOST, Math.max(0, Math.trunc(Number(input.value)) || 0))));
  controls.append(
    step("−", `One less of ${name}`, () => change(sku, quantity - 1)),
    input,
    step("+", `One more of ${name}`, () => change(sku, quantity + 1)),
  );
  item.append(title, price, controls);
  return item;
}

function step(text, label, pressed) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.setAttribute("aria-label", label);
  button.addEventListener("click", pressed);
  return button;
}

/** While it is being paid, the basket must not become another one. */
function lock(locked, paid = false) {
  for (const it of document.querySelectorAll("#basket-lines :is(button, input)")) it.disabled = locked;
  for (const it of document.querySelectorAll("[data-add]")) it.disabled = locked && !paid;
  if (!paid && !basket.paid) tell(locked ? "The basket is being paid. Cancel the payment to change it." : "");
}

/** Says something below the basket; `kind`: "good", "bad" or neither. */
function tell(text, kind = "") {
  note.textContent = text;
  note.dataset.kind = kind;
}

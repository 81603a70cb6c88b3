// Who gets the payment link, where the provider sends one. A real shop knows its customer; this one asks.
import { keep, recall } from "./kept.js";

const form = document.querySelector("#customer");
const changes = new EventTarget();

/** The customer as the backend wants it, or `undefined` where nobody asks. */
export function customer() {
  return form ? Object.fromEntries(new FormData(form)) : undefined;
}

/** Calls back after every change. */
export function onCustomer(changed) {
  changes.addEventListener("change", changed);
}

export function startCustomer() {
  if (!form) return;
  for (const [name, value] of Object.entries(recall("customer", {}))) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => {
    keep("customer", customer());
    tell();
    changes.dispatchEvent(new Event("change"));
  });
  tell();
}

/** Every button of an article is told, and so is the form inside it. */
function tell() {
  for (const [name, value] of Object.entries(customer())) {
    for (const button of document.querySelectorAll("pay-button[sku]")) {
      button.setAttribute(`customer-${name}`, value);
      const field = button.querySelector(`[name=customer_${name}]`);
      if (field) field.value = value;
    }
  }
}

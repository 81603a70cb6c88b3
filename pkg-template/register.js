// How <pay-button> and <pay-status> get their names, once a page. Importing this file does nothing.
import { PayButtonElement, PayStatusElement } from "./pay-button.js";

/** Registers both elements. Where the page has loaded another copy before, or has no elements (Node), it does nothing. */
export function register() {
  if (!globalThis.customElements) return;
  for (const [name, Element] of [["pay-button", PayButtonElement], ["pay-status", PayStatusElement]]) {
    if (customElements.get(name)) continue;
    try {
      customElements.define(name, Element);
    } catch {
      // The page gave this class another name already, and a class can have one only.
      customElements.define(name, class extends Element {});
    }
  }
}

// Registers <pay-button> and <pay-status>. Where the page has loaded another copy before, that one stays.
import { PayButtonElement, PayStatusElement } from "./pay-button.js";

const registry = globalThis.customElements;
for (const [name, element] of [["pay-button", PayButtonElement], ["pay-status", PayStatusElement]]) {
  if (registry && !registry.get(name)) registry.define(name, element);
}

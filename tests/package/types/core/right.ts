// What a page may write: every line of this file must compile. The misuses stand in wrong.ts.
import {
  PayButton,
  PayButtonElement,
  PayError,
  PayStatusElement,
  type BadOption,
  type Outcome,
  type PayButtonAttributes,
  type PayButtonOptions,
  type PayErrorCode,
  type PayEventMap,
  type PayMode,
  type PayState,
  type PayStatusAttributes,
  type Status,
} from "malipo";
import "malipo/define";
import { PayButton as SameButton } from "malipo/pay-button";
import { PayButton as WebButton } from "malipo/web";

/** Fails to compile where the types differ in either direction. */
type Same<Left, Right> = (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : false;
const same = <Left, Right>(_: Same<Left, Right>) => {};

const target = document.querySelector("#pay")!;
const endpoints = { initiateUrl: "/pay/initiate", verifyUrl: "/pay/verify" };

// Options.
new PayButton(target, endpoints);
new PayButton(target, { ...endpoints, sku: "tea", quantity: 2, amount: "10000", currency: "UGX", mode: "popup" });
new PayButton(target, { ...endpoints, orderId: 17, pollInterval: 5000, timeout: "60000", checkoutOrigins: ["https://pay.example"] });
new PayButton(target, { ...endpoints, headers: { "x-csrf": "1" }, headless: true, credentials: "include", theme: "dark" });
new PayButton(target, { ...endpoints, headers: new Headers(), texts: { paid: "Got it!", "open-host": "To {}" } });
declare const perhaps: string | undefined;
new PayButton(target, { ...endpoints, quote: perhaps, label: perhaps, lang: perhaps, cancelUrl: perhaps });
const kept: PayButtonOptions = { ...endpoints, disabled: false };
same<typeof SameButton, typeof PayButton>(true);
same<typeof WebButton, typeof PayButton>(true);

// Members.
const pay = new SameButton(target, kept);
same<Promise<Outcome>, ReturnType<typeof pay.start>>(true);
same<Promise<Outcome>, ReturnType<typeof pay.resume>>(true);
same<Promise<Outcome>, ReturnType<typeof pay.cancel>>(true);
same<Promise<Status>, ReturnType<typeof pay.check>>(true);
same<boolean, ReturnType<typeof pay.reopen>>(true);
same<PayState, typeof pay.state>(true);
same<PayError | null, typeof pay.error>(true);
const outcome = await pay.resume("ORDER-1");
if (outcome.status === "success") console.log(outcome.orderId?.length, outcome.amount, outcome.late, outcome.resumed);
try {
  await pay.start();
} catch (error) {
  if (error instanceof PayError) {
    const code: PayErrorCode = error.code;
    const bad: readonly BadOption[] = error.errors;
    console.log(code, error.retryable, bad.map(({ name, value, expected }) => [name, value, expected]));
  }
}

// Elements.
const button = document.createElement("pay-button");
same<PayButtonElement, typeof button>(true);
const status = document.querySelector("pay-status");
same<PayStatusElement | null, typeof status>(true);
button.initiateUrl = "/pay/initiate";
button.amount = "10000";
button.disabled = true;
button.quantity = 2;
button.orderId = 17;
button.sku = 4711;
button.pollInterval = 5000;
button.timeout = 60000;
button.checkoutOrigins = ["https://pay.example"];
button.quote = null;
button.mode = undefined;
same<PayMode | "", typeof button.mode>(true);
same<string, typeof button.quantity>(true);
button.headers = { "x-csrf": "1" };
button.headers = undefined;
button.texts = { paid: "Got it!" };
same<string, typeof button.checkoutOrigins>(true);
same<string, typeof button.lang>(true);
void button.start().then(({ status }) => status);
document.body.append(new PayButtonElement(), new PayStatusElement());
class Mine extends PayButtonElement {}
customElements.define("my-pay", Mine);

// Events, wherever they are listened to.
button.addEventListener("pay-success", (event) => {
  const { orderId, amount, late } = event.detail;
  same<string, typeof orderId>(true);
  same<string | undefined, typeof amount>(true);
  same<true | undefined, typeof late>(true);
});
button.addEventListener("pay-start", (event) => event.preventDefault());
button.addEventListener("pay-failed", ({ detail: { reason } }) => reason === "declined");
button.addEventListener("pay-error", ({ detail: { code, errors, terminal } }) => [code === "network", errors?.[0]?.name, terminal]);
button.addEventListener("pay-sent", ({ detail }) => detail.sentTo.map(({ channel, to }) => to ?? channel));
button.addEventListener("pay-change", function ({ detail: { state, previous } }) {
  same<PayState, typeof state>(true);
  same<PayState, typeof previous>(true);
  same<PayButtonElement, typeof this>(true);
});
button.addEventListener("click", ({ clientX }) => clientX, { once: true });
button.addEventListener("my-event", () => {});
target.addEventListener("pay-success", ({ detail }) => detail.orderId);
document.addEventListener("pay-cancelled", ({ detail }) => detail.orderId?.length);
window.addEventListener("pay-expired", ({ detail }) => detail.orderId.length);
const listener = (event: PayEventMap["pay-pending"]) => event.detail.checks + 1;
button.addEventListener("pay-pending", listener);
button.removeEventListener("pay-pending", listener);

// Attributes, as templates write them.
const attributes: PayButtonAttributes = { "initiate-url": "/i", "verify-url": "/v", "poll-interval": 5000, "checkout-origins": "https://a.example" };
const statusAttributes: PayStatusAttributes = { "verify-url": "/v", "order-id": "ORDER-1" };
console.log(attributes, statusAttributes);

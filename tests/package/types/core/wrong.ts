// What a page may not write: each line after a directive must be refused.
import { PayButton, type Outcome, type PayButtonAttributes, type PayErrorCode } from "malipo";

const target = document.createElement("div");
const endpoints = { initiateUrl: "/pay/initiate", verifyUrl: "/pay/verify" };

// Options.
// @ts-expect-error -- options are needed
new PayButton(target);
// @ts-expect-error -- no verifyUrl
new PayButton(target, { initiateUrl: "/pay/initiate" });
// @ts-expect-error -- no initiateUrl
new PayButton(target, { verifyUrl: "/pay/verify" });
// @ts-expect-error -- there may be no such element
new PayButton(document.querySelector("#pay"), endpoints);
// @ts-expect-error -- a selector is no element
new PayButton("#pay", endpoints);
// @ts-expect-error -- no such option
new PayButton(target, { ...endpoints, colour: "red" });
// @ts-expect-error -- as the attribute writes it
new PayButton(target, { ...endpoints, "order-id": "ORDER-1" });
// @ts-expect-error -- misspelt
new PayButton(target, { ...endpoints, verifyURL: "/pay/verify" });
// @ts-expect-error -- numbers lose digits
new PayButton(target, { ...endpoints, amount: 10000 });
// @ts-expect-error -- no such mode
new PayButton(target, { ...endpoints, mode: "iframe" });
// @ts-expect-error -- no such theme
new PayButton(target, { ...endpoints, theme: "blue" });
// @ts-expect-error -- as fetch's
new PayButton(target, { ...endpoints, credentials: true });
// @ts-expect-error -- a list of origins, or one string
new PayButton(target, { ...endpoints, checkoutOrigins: [1] });
// @ts-expect-error -- header values are texts
new PayButton(target, { ...endpoints, headers: { "x-csrf": 1 } });
// @ts-expect-error -- no such text
new PayButton(target, { ...endpoints, texts: { payed: "Got it!" } });
// @ts-expect-error -- null is no text
new PayButton(target, { ...endpoints, quote: null });
// @ts-expect-error -- disabled or not
new PayButton(target, { ...endpoints, disabled: "false" });

// Secrets, in place and in an object made elsewhere.
// @ts-expect-error -- a secret
new PayButton(target, { ...endpoints, secretKey: "sk" });
for (const _ of [0]) {
  const kept = { ...endpoints, secretKey: "sk" };
  // @ts-expect-error -- a secret
  new PayButton(target, kept);
}
for (const _ of [0]) {
  const kept = { ...endpoints, consumerSecret: "sk" };
  // @ts-expect-error -- a secret
  new PayButton(target, kept);
}
for (const _ of [0]) {
  const kept = { ...endpoints, apiKey: "sk" };
  // @ts-expect-error -- a secret
  new PayButton(target, kept);
}

// Members.
const pay = new PayButton(target, endpoints);
// @ts-expect-error -- the machine says
pay.state = "success";
// @ts-expect-error -- no such state
pay.state === "paid";
// @ts-expect-error -- an order id is a text
void pay.resume(17);
// @ts-expect-error -- a promise is no outcome
pay.start().status;
// @ts-expect-error -- there may be no error
pay.error.code;
// @ts-expect-error -- not the widget's to know
(await pay.start()).token;
// @ts-expect-error -- check() knows no deadline
(await pay.check()) === "expired";
// @ts-expect-error -- no such outcome
const outcome: Outcome["status"] = "pending";
// @ts-expect-error -- no such code
const code: PayErrorCode = "declined";

// Elements.
const button = document.createElement("pay-button");
// @ts-expect-error -- the attribute is a text
button.amount = 10000;
// @ts-expect-error -- no such property
button.headless = true;
// @ts-expect-error -- no such property
button.secretKey = "sk";
// @ts-expect-error -- a quote is a text
button.quote = 17;
// @ts-expect-error -- a list of origins, or one string
button.checkoutOrigins = [1];
// @ts-expect-error -- disabled or not
button.disabled = null;
// @ts-expect-error -- there is no such mode
button.mode = "iframe";
// @ts-expect-error -- there is no such theme
button.theme = "blue";
// @ts-expect-error -- fetch knows no such credentials
button.credentials = "always";
// @ts-expect-error -- the attribute is written in kebab-case, and is needed
const attributes: PayButtonAttributes = { "initiate-url": "/i", verifyUrl: "/v" };
// @ts-expect-error -- what only JavaScript can say is no attribute
const headers: PayButtonAttributes = { "initiate-url": "/i", "verify-url": "/v", headers: {} };
// @ts-expect-error -- a secret
const secret: PayButtonAttributes = { "initiate-url": "/i", "verify-url": "/v", "secret-key": "sk" };

// Events.
// @ts-expect-error -- misspelt
button.addEventListener("pay-sucess", () => {});
// @ts-expect-error -- no such event
button.addEventListener("pay-canceled", () => {});
// @ts-expect-error -- in camelCase they are React's
button.addEventListener("paySuccess", ({ detail }) => detail);
// @ts-expect-error -- pay-start says nothing
button.addEventListener("pay-start", ({ detail }) => detail.orderId.length);
// @ts-expect-error -- not in this event
button.addEventListener("pay-expired", ({ detail }) => detail.amount);
// @ts-expect-error -- not in this event
button.addEventListener("pay-success", ({ detail }) => detail.reason);
// @ts-expect-error -- never in an event
button.addEventListener("pay-initiated", ({ detail }) => detail.token);
// @ts-expect-error -- the order may not be known yet
button.addEventListener("pay-cancelled", ({ detail }) => detail.orderId.length);
// @ts-expect-error -- amounts are texts
button.addEventListener("pay-success", ({ detail }) => detail.amount! + 1 === 2);
// @ts-expect-error -- `auto` is settled before
button.addEventListener("pay-opened", ({ detail }) => detail.mode === "auto");
// @ts-expect-error -- not in this event
target.addEventListener("pay-pending", ({ detail }) => detail.status);
// @ts-expect-error -- not in this event
document.addEventListener("pay-change", ({ detail }) => detail.orderId);

export { attributes, code, headers, outcome, secret };

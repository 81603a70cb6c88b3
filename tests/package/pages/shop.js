// A shop's page in React: rendered by the server (browser.test.mjs) and taken over by the browser (react-client.js).
import { createElement as h } from "react";
import { PayButton } from "malipo/react";

export const endpoints = { initiateUrl: "/pay/initiate", verifyUrl: "/pay/verify" };

export function Shop({ button, ...props }) {
  const form = h("form", { action: "/pay/checkout", method: "post" }, h("button", null, "Pay"));
  return h("main", null, h(PayButton, { ...endpoints, ...props, ref: button }, form));
}

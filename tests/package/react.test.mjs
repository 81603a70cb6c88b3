// malipo/react on a server, with React 18 and 19: node --test tests/package/*.test.mjs
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { REACT_18, TOOLS, consumer } from "./consumer.mjs";

const endpoints = { initiateUrl: "/pay/initiate", verifyUrl: "/pay/verify" };

/** A project with this React: what renders its components to HTML, and the components. */
async function server(packages) {
  const folder = consumer({ react: packages, "react-dom": packages });
  const require = createRequire(join(folder, "shop.js"));
  const React = require("react");
  const { renderToString } = require("react-dom/server");
  // By its address: the path of the package in a project is none of this file's.
  const components = await import(pathToFileURL(require.resolve("malipo/react")));
  return { version: React.version, h: React.createElement, StrictMode: React.StrictMode, render: renderToString, ...components };
}

/** What is written to the console meanwhile: warnings of React's, above all. */
function listening(act) {
  const said = [];
  const { error, warn } = console;
  console.error = console.warn = (...all) => said.push(all.join(" "));
  try {
    return [act(), said];
  } finally {
    Object.assign(console, { error, warn });
  }
}

// All of them before the first test: the runner takes the last one that it knows for the end.
const servers = [["18", await server(REACT_18)], ["19", await server(TOOLS)]];

for (const [major, { version, h, StrictMode, render, PayButton, PayStatus }] of servers) {
  const html = (type, props, ...children) => {
    const [rendered, said] = listening(() => render(h(StrictMode, null, h(type, props, ...children))));
    assert.deepEqual(said, []);
    return rendered;
  };

  test(`React ${major}: it is that version, and importing the components has registered nothing`, () => {
    assert.equal(version.split(".")[0], major);
    assert.equal(globalThis.customElements, undefined);
  });

  test(`React ${major}: the server renders the tag, its attributes and the form that pays without a script`, () => {
    const form = h("form", { action: "/pay/checkout", method: "post" }, h("button", null, "Pay"));
    assert.equal(
      html(PayButton, { ...endpoints, sku: "tea", quantity: 2, amount: "10000", currency: "UGX" }, form),
      `<pay-button initiate-url="/pay/initiate" verify-url="/pay/verify" sku="tea" quantity="2" amount="10000" currency="UGX">` +
        `<form action="/pay/checkout" method="post"><button>Pay</button></form></pay-button>`,
    );
    assert.equal(html(PayStatus, { verifyUrl: "/pay/verify" }), `<pay-status verify-url="/pay/verify"></pay-status>`);
  });

  test(`React ${major}: every option is an attribute, and nothing else is`, () => {
    const handler = () => assert.fail("a handler is called on a server");
    const rendered = html(PayButton, {
      ...endpoints,
      cancelUrl: "/c",
      eventsUrl: "/e",
      orderId: 17,
      description: `A "tea"`,
      customerName: "A",
      customerEmail: "a@b.example",
      customerPhone: "+256",
      quote: "eyJ",
      mode: "popup",
      pollInterval: 5000,
      timeout: "60000",
      checkoutOrigins: ["https://a.example", "https://b.example"],
      credentials: "include",
      lang: "sw",
      theme: "dark",
      label: "Lipa",
      headers: { "x-csrf": "secret-token" },
      texts: { paid: "Asante" },
      onSuccess: handler,
      onError: handler,
      onChange: handler,
      onClick: handler,
    });
    const attributes = Object.fromEntries([...rendered.matchAll(/ ([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    assert.deepEqual(attributes, {
      "initiate-url": "/pay/initiate",
      "verify-url": "/pay/verify",
      "cancel-url": "/c",
      "events-url": "/e",
      "order-id": "17",
      description: "A &quot;tea&quot;",
      "customer-name": "A",
      "customer-email": "a@b.example",
      "customer-phone": "+256",
      quote: "eyJ",
      mode: "popup",
      "poll-interval": "5000",
      timeout: "60000",
      "checkout-origins": "https://a.example https://b.example",
      credentials: "include",
      lang: "sw",
      theme: "dark",
      label: "Lipa",
    });
  });

  test(`React ${major}: what is false or absent is no attribute, and what any element takes is passed on`, () => {
    const absent = { disabled: false, hidden: false, quote: undefined, label: null, className: undefined };
    assert.equal(html(PayStatus, { verifyUrl: "/v", ...absent }), `<pay-status verify-url="/v"></pay-status>`);
    const given = { id: "pay", className: "wide", style: { width: "100%" }, "data-shop": "a", "aria-hidden": false, key: "one" };
    assert.equal(
      html(PayStatus, { verifyUrl: "/v", ...given }),
      `<pay-status class="wide" verify-url="/v" id="pay" style="width:100%" data-shop="a" aria-hidden="false"></pay-status>`,
    );
    assert.match(html(PayButton, { ...endpoints, disabled: true }), / disabled=/);
  });
}

test("every event of the types has its handler", () => {
  const template = new URL("../../pkg-template/", import.meta.url);
  const events = [...readFileSync(new URL("events.d.ts", template), "utf8").matchAll(/^ {2}"pay-(\w+)": CustomEvent/gm)].map(([, word]) => word);
  const [, handled] = /EVENTS = "([a-z ]+)"/.exec(readFileSync(new URL("react.js", template), "utf8"));
  assert.deepEqual(handled.split(" ").toSorted(), events.toSorted());
});

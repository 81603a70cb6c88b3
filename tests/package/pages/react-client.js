// Takes over what the server rendered, in StrictMode, and goes through the life of a component.
import { StrictMode, createElement as h, createRef, version } from "react";
import { hydrateRoot } from "react-dom/client";

import { report, until } from "./report.js";
import { Shop } from "./shop.js";

const EVENTS = "start initiated opened blocked sent pending success failed expired cancelled error change".split(" ");

report(async () => {
  const served = document.querySelector("pay-button");
  const button = createRef();
  const isEarly = Boolean(customElements.get("pay-button"));
  const heard = [];
  const say = (name) => (event) => heard.push(`${name} ${event.type}`);
  const handlers = Object.fromEntries(EVENTS.map((name) => [`on${name[0].toUpperCase()}${name.slice(1)}`, say("first")]));

  // An option that is not accepted is told in the task after the element is there: the handler must be there before.
  const root = hydrateRoot(document.querySelector("#root"), h(StrictMode, null, h(Shop, { ...INITIAL, ...handlers, button })));
  const render = (props) => root.render(h(StrictMode, null, h(Shop, { ...props, button })));
  await until(() => heard.includes("first pay-error"));
  const found = { version, isEarly, hydrated: button.current === served, toldAtFirst: heard.splice(0).filter((it) => it.endsWith("error")) };
  found.form = served.querySelectorAll(":scope > form > button").length;
  found.buttons = served.shadowRoot.querySelectorAll("[part=button]").length;

  // Every event, once, though StrictMode mounts twice.
  for (const name of EVENTS) served.dispatchEvent(new CustomEvent(`pay-${name}`));
  found.each = heard.splice(0).length;

  // A press, prevented by the handler of the latest render.
  render({ onStart: (event) => (event.preventDefault(), heard.push("second")), headers: { a: "1" }, texts: { pay: "Lipa" }, amount: "10000", lang: "sw", disabled: true });
  await until(() => served.amount === "10000");
  found.shown = { disabled: served.disabled, lang: served.lang, headers: served.headers, label: served.shadowRoot.querySelector("[part=label]").textContent };
  render({ onStart: (event) => (event.preventDefault(), heard.push("third")) });
  await until(() => served.amount === "");
  found.taken = { disabled: served.disabled, lang: served.getAttribute("lang"), headers: served.headers ?? null, texts: served.texts ?? null };
  found.press = await served.start().catch(({ code }) => code);
  found.heard = heard.splice(0);

  // Gone, and there again.
  root.render(h(StrictMode, null));
  await until(() => !served.isConnected);
  found.ref = button.current;
  served.dispatchEvent(new CustomEvent("pay-start"));
  found.deaf = heard.splice(0);
  render({});
  await until(() => button.current);
  found.again = button.current.shadowRoot.querySelectorAll("[part=button]").length;
  return found;
});

"use client";
// <PayButton> and <PayStatus> for React 18 and 19: the elements, with options as props and events as handlers.
//
// The server renders the tag, its attributes and the children, so that the form in it pays before any script is there. The
// elements are registered when the first of them is in the page, after its handlers are: no event is lost to hydration.
import { createElement, forwardRef, useEffect, useImperativeHandle, useLayoutEffect, useRef } from "react";

import { NAMES, camel } from "./options.js";
import { register } from "./register.js";

const ATTRIBUTES = new Map(NAMES.map((name) => [camel(name), name]));
const EVENTS = "start initiated opened blocked sent pending success failed expired cancelled error change".split(" ");
const HANDLERS = new Map(EVENTS.map((name) => [`on${name[0].toUpperCase()}${name.slice(1)}`, `pay-${name}`]));

// React 18 warns of layout effects on a server.
const useBeforePaint = typeof document === "undefined" ? useEffect : useLayoutEffect;

export const PayButton = component("pay-button", "PayButton");
export const PayStatus = component("pay-status", "PayStatus");

function component(tag, displayName) {
  const Component = forwardRef((props, ref) => {
    const element = useRef(null);
    const handlers = useRef({});
    const before = useRef({});
    const { attributes, handled, properties } = sort(props);
    useImperativeHandle(ref, () => element.current, []);
    useBeforePaint(() => {
      handlers.current = handled;
      // React 19 sets properties, and to "undefined" what is given no more (`lang`, `id`).
      for (const [name, value] of Object.entries(before.current)) {
        if (value !== undefined && attributes[name] === undefined) element.current.removeAttribute(name);
      }
      before.current = attributes;
      // React 18 sets no properties of custom elements.
      for (const [name, value] of Object.entries(properties)) if (element.current[name] !== value) element.current[name] = value;
    });
    useBeforePaint(() => {
      const { current } = element;
      const listener = (event) => handlers.current[event.type]?.(event);
      for (const type of HANDLERS.values()) current.addEventListener(type, listener);
      register();
      return () => {
        for (const type of HANDLERS.values()) current.removeEventListener(type, listener);
      };
    }, []);
    return createElement(tag, { ...attributes, ref: element });
  });
  Component.displayName = displayName;
  return Component;
}

/** Props as what the tag gets, handlers by the event's name, and what no attribute can say. */
function sort({ headers, texts, className, ...props }) {
  const attributes = {};
  const handled = {};
  // React 18 knows no className on custom elements, and React 19 knows both.
  if (className !== undefined) attributes.class = className;
  for (const [name, value] of Object.entries(props)) {
    if (HANDLERS.has(name)) handled[HANDLERS.get(name)] = value;
    else if (ATTRIBUTES.has(name)) attributes[ATTRIBUTES.get(name)] = text(value);
    else attributes[name] = /^(aria|data)-/.test(name) && value !== undefined && value !== null ? String(value) : whole(value);
  }
  return { attributes, handled, properties: { headers, texts } };
}

/** An option as an attribute's text; `true` stands for an attribute that is there. */
function text(value) {
  if (Array.isArray(value)) return value.join(" ");
  return value === undefined || value === null || typeof value === "boolean" ? whole(value) : String(value);
}

/** React 18 would write `hidden={false}` as an attribute, and so as hidden. */
const whole = (value) => (value === false || value === null ? undefined : value);

// Requests and wake-ups, as the page's half makes them for the WebAssembly half: node --test tests/
import assert from "node:assert/strict";
import { test } from "node:test";

import { listen, send } from "../pkg-template/requests.js";
import { attend } from "../pkg-template/wakes.js";

// Without locks: places.js.
Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });

const SAID = [["mode", "tab", "description", "credentials", "credentials", " include "], ["X-Shop", "7", "accept", "text/html", "b\u00e4d", "1"], "", ""];
const { signal } = new AbortController();

/** What `fetch` was given while `act` ran, and what that came to. */
async function asked(answer, act) {
  const requests = [];
  const { fetch } = globalThis;
  globalThis.fetch = async (request) => {
    requests.push(request);
    return answer();
  };
  try {
    return { requests, result: await act().catch(() => "rejected") };
  } finally {
    globalThis.fetch = fetch;
  }
}

test("a request carries the page's headers and credentials, and ours on top", async () => {
  const post = () => send(SAID, "https://shop.example/i", "k-1", { order_id: "1" }, signal);
  const { requests, result } = await asked(() => new Response("{}"), post);
  const [{ method, headers, credentials, url }] = requests;
  assert.deepEqual([method, url, credentials], ["POST", "https://shop.example/i", "include"]);
  assert.deepEqual(Object.fromEntries(headers), { accept: "application/json", "content-type": "application/json", "idempotency-key": '"k-1"', "x-shop": "7" });
  assert.equal(await requests[0].text(), '{"order_id":"1"}');
  assert.equal(result[1], "{}");
});

test("without a word of the page's, and where a value only looks like the name, credentials are those of the origin", async () => {
  for (const values of [[], ["description", "credentials", "mode", "tab"], ["credentials", " "]]) {
    Object.prototype.credentials = "include";
    const { requests } = await asked(() => new Response("{}"), () => send([values, []], "https://shop.example/i", undefined, {}, signal));
    delete Object.prototype.credentials;
    assert.equal(requests[0].credentials, "same-origin");
    assert.equal(requests[0].headers.has("idempotency-key"), false);
  }
});

test("white space of any kind around the word of `credentials` stops no request: only one of the three words reaches it", async () => {
  // What Rust, which has judged the word, takes for white space; U+0085 is none to JavaScript.
  const spaces = "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";
  for (const word of ["same-origin", "include", "omit", ""]) {
    for (const space of ["", ...spaces]) {
      const values = ["credentials", space + word + space];
      const { requests } = await asked(() => new Response("{}"), () => send([values, []], "https://shop.example/i", undefined, {}, signal));
      assert.equal(requests[0]?.credentials, word || "same-origin", encodeURIComponent(values[1]));
    }
  }
});

test("a body that says that it is too long is not read", async () => {
  const long = () => new Response("{}", { headers: { "content-length": "65537" } });
  const { result } = await asked(long, () => send(SAID, "https://shop.example/i", undefined, {}, signal));
  assert.equal(result[1], true);
  const longest = () => new Response("{}", { headers: { "content-length": "65536" } });
  assert.equal((await asked(longest, () => send(SAID, "https://shop.example/i", undefined, {}, signal))).result[1], "{}");
});

test("what is no response, a body that breaks off and a fetch that throws are no answer", async () => {
  const broken = () => new Response(new ReadableStream({ pull: (it) => it.error(new Error("cut")) }));
  const thrown = () => {
    throw new Error("the page's own");
  };
  for (const answer of [() => ({ ok: true, headers: new Headers() }), () => undefined, broken, thrown]) {
    assert.equal((await asked(answer, () => send(SAID, "https://shop.example/i", undefined, {}, signal))).result, "rejected");
  }
});

test("a stream is a reader where there is one, `false` where the server wants no more, and else nothing", async () => {
  const open = (status, token) => asked(() => new Response(status === 204 ? null : "data: 1\n\n", { status }), () => listen(SAID, "https://shop.example/e", token, signal));
  const { requests, result } = await open(200, "t-1");
  const { value } = await result.read();
  assert.equal(new TextDecoder().decode(value), "data: 1\n\n");
  const [{ method, headers }] = requests;
  assert.deepEqual([method, headers.get("accept"), headers.get("authorization")], ["GET", "text/event-stream", "Bearer t-1"]);
  assert.equal((await open(200)).requests[0].headers.has("authorization"), false);
  for (const status of [204, 400, 403, 499]) assert.equal((await open(status)).result, false, status);
  for (const status of [201, 500, 503]) assert.equal((await open(status)).result, undefined, status);
});

test("where a browser's streams have no place left, nothing is asked for", async () => {
  for (const [lock, streams] of [[null, 0], [{}, 1]]) {
    navigator.locks = { request: async (_name, _options, hold) => hold(lock) };
    const left = new AbortController();
    const listening = asked(() => new Response("data: 1\n\n"), () => listen(SAID, "https://shop.example/e", "t-1", left.signal));
    const { requests, result } = await listening;
    left.abort();
    delete navigator.locks;
    assert.equal(requests.length, streams);
    assert.equal(result instanceof ReadableStreamDefaultReader, streams === 1);
  }
});

/** A page with a widget that is woken: its events, its channel, and what the widget was told. `own`: its order; `wakes(act)`: what a return makes of it. */
function page(own) {
  const [window, document, told, asked, posted, stored, happened] = [new EventTarget(), new EventTarget(), [], [], [], [], []];
  let woken = () => {};
  document.hidden = false;
  let channel;
  Object.assign(globalThis, {
    addEventListener: window.addEventListener.bind(window),
    removeEventListener: window.removeEventListener.bind(window),
    document,
    localStorage: { setItem: (...all) => (stored.push(all), happened.push("stored")) },
    BroadcastChannel: class {
      constructor(name) {
        this.name = name;
        channel = this;
      }
      postMessage(message) {
        posted.push(message);
        happened.push("posted");
      }
      close() {
        this.closed = true;
        happened.push("closed");
      }
    },
  });
  const controller = new AbortController();
  const woke = (kind, orderId) => {
    if (kind === "is-own") return asked.push(orderId) && orderId === own;
    told.push([kind, orderId]);
    if (kind !== "returned") return false;
    happened.push(kind);
    woken();
    return true;
  };
  attend(woke, controller.signal);
  const happens = (target, type, more) => target.dispatchEvent(Object.assign(new Event(type), more));
  return { window, document, channel, told, asked, posted, stored, happened, happens, leave: () => controller.abort(), wakes: (act) => (woken = act) };
}

test("every wake-up is told, and that a page is hidden is none", () => {
  const { window, document, told, happens } = page();
  for (const kind of ["focus", "pageshow", "pagehide", "online", "offline", "click"]) happens(window, kind);
  happens(document, "resume");
  happens(document, "visibilitychange");
  document.hidden = true;
  happens(document, "visibilitychange");
  const kinds = ["focus", "pageshow", "pagehide", "online", "offline", "visible", "visible"];
  assert.deepEqual(told, kinds.map((it) => [it, ""]));
});

test("a page that came back is told that its order is known here, and no other is", () => {
  const { channel, told, asked, posted, stored, window, happens } = page("o-1");
  assert.equal(channel.name, "malipo");
  const message = (data) => channel.onmessage({ data });
  const storage = (key, newValue) => happens(window, "storage", { key, newValue });
  message({ type: "malipo:returned", orderId: "o-2" });
  message({ type: "malipo:returned", orderId: 1 });
  message({ type: "malipo:seen", orderId: "o-1" });
  for (const odd of [null, undefined, "malipo:returned", 7, []]) message(odd);
  storage("malipo:seen", JSON.stringify({ type: "malipo:returned", orderId: "o-1" }));
  for (const odd of [null, "", "{", "null", "[]"]) storage("malipo:returned", odd);
  assert.deepEqual([asked, told, posted, stored], [["o-2"], [], [], []]);
  message({ type: "malipo:returned", orderId: "o-1" });
  storage("malipo:returned", JSON.stringify({ orderId: "o-1", t: 1 }));
  assert.deepEqual(told, [["returned", "o-1"], ["returned", "o-1"]]);
  assert.deepEqual(posted, Array(2).fill({ type: "malipo:seen", orderId: "o-1" }));
  const [[key, value]] = stored;
  assert.deepEqual([key, JSON.parse(value).orderId, typeof JSON.parse(value).t], ["malipo:seen", "o-1", "number"]);
});

test("a page that came back is answered before the widget is woken, also by one that is removed by it", () => {
  const { channel, happened, leave, wakes } = page("o-1");
  wakes(leave);
  channel.onmessage({ data: { type: "malipo:returned", orderId: "o-1" } });
  assert.deepEqual(happened, ["posted", "stored", "returned", "closed"]);
});

test("what a page gave to Object.prototype is no message", () => {
  const { channel, told } = page("o-1");
  Object.assign(Object.prototype, { type: "malipo:returned", orderId: "o-1" });
  channel.onmessage({ data: {} });
  delete Object.prototype.type;
  delete Object.prototype.orderId;
  assert.deepEqual(told, []);
});

test("a widget that is gone hears nothing, and its channel is closed", () => {
  const { window, document, channel, told, happens, leave } = page("o-1");
  leave();
  happens(window, "focus");
  happens(window, "storage", { key: "malipo:returned", newValue: '{"type":"malipo:returned","orderId":"o-1"}' });
  happens(document, "resume");
  assert.deepEqual(told, []);
  assert.equal(channel.closed, true);
});

test("where storage is off and there is no channel, the widget is woken all the same", () => {
  const { told, window, happens } = page("o-1");
  const none = () => {
    throw new Error("denied");
  };
  Object.assign(globalThis, { BroadcastChannel: none, localStorage: { setItem: none } });
  attend((kind) => told.push(kind) > 0, new AbortController().signal);
  happens(window, "online");
  happens(window, "storage", { key: "malipo:returned", newValue: '{"type":"malipo:returned","orderId":"o-1"}' });
  assert.ok(told.includes("online") && told.includes("returned"), told);
});

// What the page's half does by itself: node --test tests/*.test.mjs
//
// The WebAssembly half is played by `core`, which notes what it is told; each test has modules of its own.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { test } from "node:test";

const hooks = `
  export async function resolve(specifier, context, next) {
    const fresh = /\\?test=\\d+$/.exec(context.parentURL ?? "")?.[0] ?? "";
    if (/source\\.js/.test(specifier)) return { url: new URL(specifier + fresh, context.parentURL).href, shortCircuit: true };
    return next(specifier.startsWith("./") ? specifier + fresh : specifier, context);
  }
  export async function load(url, context, next) {
    const Handle = "function (...all) { return core.handle(...all) }";
    const source =
      "import { Back } from './back.js'; import { judgeWords, report } from './console.js'; import { tell } from './seen.js';" +
      "const start = async (how) => { await fetch('core'); await core.init(how); return () => {} };" +
      "export const wasm = () => start('wasm'); const compat = () => start('compat');" +
      "const all = { Handle: " + Handle + ", imports() {}, finish() {}, compat, english: {}, Back, judgeWords, report, tell };" +
      "export const rest = async () => { await core.rest?.(); return all }";
    return /source\\.js/.test(url) ? { format: "module", source, shortCircuit: true } : next(url, context);
  }`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

Object.assign(globalThis, {
  location: { href: "https://shop.example/cart", pathname: "/cart" },
  history: { state: null, replaceState: () => {} },
  window: { close: () => {} },
  document: { baseURI: "https://shop.example/cart" },
  open: () => null,
  addEventListener: () => {},
  removeEventListener: () => {},
});
Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Safari/1" }, configurable: true });

let tests = 0;

/** The class, in a page of its own. */
async function load() {
  tests += 1;
  const { Widget } = await import(`../pkg-template/widget.js?test=${tests}`);
  return Widget;
}

/** A widget: what its handle was told, and the events of its target. */
async function widget(values = {}, page = {}, Widget) {
  Widget ??= await load();
  const told = [];
  globalThis.fetch = async () => ({ ok: true });
  globalThis.core = {
    init() {},
    handle(host) {
      const note = (name) => [name, (...all) => (told.push(name), core[name]?.(host, ...all))];
      return Object.fromEntries(["judge", "press", "resume", "check", "cancel", "error", "destroy", "free"].map(note));
    },
    press: () => true,
  };
  const target = new EventTarget();
  const given = { target, values: () => Object.entries(values), headers: () => [], statusOnly: false, resumes: true, ...page };
  return { it: new Widget(given), target, told, doings: () => told.filter((name) => !["judge", "error", "free"].includes(name)) };
}

/** A page to which the shopper came back from this order: what its widgets ask the machine to resume. */
async function cameBack(orderId) {
  const Widget = await load();
  location.href = `https://shop.example/cart#malipo_order=${orderId}&malipo_token=tok-${orderId}`;
  const asked = [];
  const make = async (values, page) => {
    const made = await widget(values, page, Widget);
    location.href = "https://shop.example/cart";
    core.resume = (host, ...all) => asked.push(all);
    await made.it.ready;
    await task();
    return made;
  };
  return { asked, make };
}

const quoteFor = (order) => `h.${btoa(JSON.stringify({ order_id: order }))}.s`;

const failsToLoad = () => (globalThis.fetch = async () => Promise.reject(new TypeError("offline")));
const task = () => new Promise((done) => setTimeout(done));
const code = (code) => (error) => error.code === code;

test("a listener that presses again when loading has failed gets a promise of its own", async () => {
  const { it, target, doings } = await widget();
  failsToLoad();
  let again;
  target.addEventListener("pay-error", () => {
    globalThis.fetch = async () => ({ ok: true });
    again = it.start();
  });
  await assert.rejects(it.start(), code("network"));
  await it.ready;
  assert.equal(doings().at(-1), "press");
  it.settle(true, { status: "success" });
  assert.deepEqual(await again, { status: "success" });
  it.destroy();
});

test("a listener that presses again when the script beside the Rust half has failed loads it anew", async () => {
  const { it, target, doings } = await widget();
  let asked = 0;
  const offline = new TypeError("offline");
  core.rest = () => {
    asked += 1;
    if (asked === 1) throw offline;
  };
  const said = [];
  const { warn } = console;
  console.warn = (...all) => said.push(all);
  let again;
  target.addEventListener("pay-error", () => (again = it.start()));
  await assert.rejects(it.start(), code("network"));
  console.warn = warn;
  await it.ready;
  assert.equal(asked, 2);
  assert.deepEqual(said, [["the widget's files could not be loaded", offline]], "the console says which, and why");
  assert.equal(doings().at(-1), "press");
  it.settle(true, { status: "success" });
  assert.deepEqual(await again, { status: "success" });
  it.destroy();
});

test("what is offered has the same bit wherever it is written down", () => {
  const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
  const [, flags] = /impl Flags \{(.*?)^\}/ms.exec(read("src/browser/host.rs"));
  const said = [...flags.matchAll(/pub const (\w+): u32 = (\d+);/g)].map(([, name, bit]) => [name, Number(bit)]);
  const drawn = ["face.js", "panel.js"].flatMap((name) => {
    const [, names, bits] = /^const \[(.*)\] = \[([\d, ]+)\];$/m.exec(read(`pkg-template/${name}`));
    return names.split(", ").map((it, at) => [it, Number(bits.split(", ")[at])]);
  });
  assert.deepEqual(drawn, said);
});

test("a handle whose widget goes before it is taken over is let go of, and was asked for nothing", async () => {
  const { it, told } = await widget();
  const { handle } = core;
  core.handle = (host) => {
    queueMicrotask(() => it.destroy());
    return handle(host);
  };
  await assert.rejects(it.ready, code("destroyed"));
  assert.deepEqual(told, ["free"]);
});

test("a listener that presses again after an early cancel gets a promise of its own", async () => {
  const { it, target } = await widget();
  let again;
  target.addEventListener("pay-cancelled", () => (again = it.start()));
  const first = it.start();
  await it.cancel();
  assert.equal((await first).status, "cancelled");
  await it.ready;
  it.settle(true, { status: "success" });
  assert.equal((await again).status, "success");
  it.destroy();
});

test("what a reload interrupted is taken up before an early press arrives", async () => {
  const { it, doings } = await widget();
  void it.start();
  await it.ready;
  assert.deepEqual(doings(), ["resume", "press"]);
  it.destroy();
});

test("attributes that come late may name a payment begun before", async () => {
  const values = {};
  const { it, doings } = await widget(values);
  await it.ready;
  await task();
  const before = doings().length;
  values["order-id"] = "o-1";
  core.resume = (host) => host.emit("pay-change", { state: "waiting" });
  it.changed();
  await task();
  assert.deepEqual(doings().slice(before), ["resume"]);
  assert.equal(it.state, "waiting");
  it.changed();
  await task();
  assert.deepEqual(doings().slice(before), ["resume"], "once");
  it.destroy();
});

test("a widget removed as soon as it is ready says so to whoever waited for it", async () => {
  const { it } = await widget();
  core.resume = () => it.destroy();
  for (const act of [it.check(), it.cancel(), it.resume()]) await assert.rejects(act, code("destroyed"));
});

test("files that do not come, or come broken, are a matter of the network; an engine that is too old is not", async () => {
  for (const [refuses, error, expected] of [
    [false, new WebAssembly.CompileError("expected magic word"), "network"],
    [false, new TypeError("Failed to fetch"), "network"],
    [true, new TypeError("Failed to fetch dynamically imported module"), "network"],
    [true, new SyntaxError("Unexpected token"), "unsupported"],
  ]) {
    const { it } = await widget();
    core.init = () => Promise.reject(error);
    await refusingWasm(refuses, () =>
      assert.rejects(it.start(), (error) => error.code === expected && error.retryable === (expected === "network"), String(error)),
    );
    it.destroy();
  }
});

test("a page that refuses WebAssembly runs the same in JavaScript", async () => {
  for (const [refuses, expected] of [[false, "wasm"], [true, "compat"]]) {
    const { it } = await widget();
    const started = [];
    core.init = (how) => started.push(how);
    await refusingWasm(refuses, () => it.ready);
    assert.deepEqual(started, [expected]);
    it.destroy();
  }
});

async function refusingWasm(refuses, act) {
  const compiles = WebAssembly.Module;
  if (refuses) WebAssembly.Module = () => assert.fail("refused by the page's policy");
  try {
    await act();
  } finally {
    WebAssembly.Module = compiles;
  }
}

test("disabled is there or not, as on a native button", async () => {
  const { it } = await widget({ disabled: "false" });
  await assert.rejects(it.start(), code("aborted"));
  it.destroy();
});

test("to resume nothing in particular is to resume what there is", async () => {
  const { it } = await widget();
  const asked = [];
  await it.ready;
  await task();
  core.resume = (host, orderId) => asked.push(orderId);
  for (const orderId of [undefined, null, "o-1", 7]) void it.resume(orderId);
  await task();
  assert.deepEqual(asked, [undefined, undefined, "o-1", "7"]);
  it.destroy();
});

test("a row of a list takes up its own order, and not the one from which the shopper came back", async () => {
  const { asked, make } = await cameBack("A");
  const rows = [{ "order-id": "A" }, { "order-id": "B" }, { quote: quoteFor("A") }, { quote: quoteFor("B") }, { quote: "none" }, { sku: "tea" }];
  for (const values of rows) {
    const { it } = await make(values, { resumes: false });
    void it.resume();
    await task();
  }
  const [back, own] = [["A", "tok-A", false], [undefined, undefined, false]];
  assert.deepEqual(asked, [back, own, back, own, own, own]);
});

test("an order that the page names is taken up with its token, where it is the one of the address", async () => {
  const { asked, make } = await cameBack("A");
  const { it } = await make({ "order-id": "B" }, { resumes: false });
  for (const orderId of ["A", "C"]) void it.resume(orderId);
  await task();
  assert.deepEqual(asked, [["A", "tok-A", false], ["C", undefined, false]]);
  it.destroy();
});

test("a button that names no order takes the one from which the shopper came back only where it can be no other's", async () => {
  // Alone in its place.
  const alone = await cameBack("A");
  const first = await alone.make({ sku: "tea" });
  assert.deepEqual(alone.asked.at(-1), ["A", "tok-A", false]);
  first.it.emit("pay-change", { state: "waiting" });
  first.it.destroy();
  // With another button beside it.
  const crowd = await cameBack("A");
  await crowd.make({ sku: "cup" }, { resumes: false });
  await crowd.make({ sku: "tea" });
  assert.deepEqual(crowd.asked.at(-1), ["A", "tok-A", true]);
  // On another page of the same application.
  const moved = await cameBack("A");
  const { it } = await moved.make({ "order-id": "B" });
  it.destroy();
  location.pathname = "/elsewhere";
  await moved.make({ sku: "tea" });
  location.pathname = "/cart";
  assert.deepEqual(moved.asked.at(-1), ["A", "tok-A", true]);
});

test("what one article's button has taken is not another article's", async () => {
  const { asked, make } = await cameBack("A");
  const first = await make({ sku: "tea" });
  core.resume = (host) => host.emit("pay-change", { state: "waiting" });
  first.it.changed();
  await task();
  assert.equal(first.it.state, "waiting");
  first.it.destroy();
  for (const [sku, isOther] of [["mug", true], ["tea", false]]) {
    const { it } = await make({ sku });
    assert.deepEqual(asked.at(-1), ["A", "tok-A", isOther], sku);
    it.destroy();
  }
});

test("a tab that has nothing to do is there again for another payment", async (t) => {
  const other = new BroadcastChannel("malipo");
  t.after(() => other.close());
  other.onmessage = ({ data }) => data.type === "malipo:returned" && other.postMessage({ type: "malipo:seen", orderId: data.orderId });
  const { asked, make } = await cameBack("A");
  const values = {};
  const { it } = await make(values);
  assert.deepEqual(asked, [], "the other tab knows");
  values.quote = quoteFor("A");
  it.changed();
  await task();
  assert.deepEqual(asked, [], "it is that order's");
  values.quote = quoteFor("B");
  it.changed();
  await task();
  assert.deepEqual(asked, [[undefined, undefined, true]]);
  it.destroy();
  const row = await make({ "order-id": "C" });
  assert.deepEqual(asked.at(-1), [undefined, undefined, true], "another order's button never rests");
  row.it.destroy();
});

test("a widget removed while its tab opens closes it, and its handle is let go of only when the press is over", async () => {
  const { it, told } = await widget();
  await it.ready;
  let isClosed = false;
  const { open, queueMicrotask } = globalThis;
  core.press = (host) => {
    assert.equal(host.open(false), null);
    assert.ok(!told.includes("free"), "still in the handle's own call");
    return true;
  };
  globalThis.open = () => {
    // A browser that goes on with the page meanwhile, microtasks included.
    globalThis.queueMicrotask = (act) => act();
    it.destroy();
    globalThis.queueMicrotask = queueMicrotask;
    return { close: () => (isClosed = true) };
  };
  await assert.rejects(it.start(), code("destroyed"));
  globalThis.open = open;
  await task();
  assert.ok(isClosed);
  assert.deepEqual(told.filter((name) => ["destroy", "free"].includes(name)), ["destroy", "free"]);
});

test("a page that went away before wasm came goes on with the link: its tab is one that was refused", async () => {
  for (const [tab, mode] of [[{ close() {} }, "tab"], [null, "tab"], [undefined, "link"]]) {
    const { open, addEventListener } = globalThis;
    let leave;
    Object.assign(globalThis, { open: () => tab, addEventListener: (name, act) => name === "pagehide" && (leave = act) });
    const { it } = await widget({ mode });
    let given = "nothing";
    core.press = (host, options, tab) => (given = tab) === null;
    void it.start();
    leave();
    await it.ready;
    assert.equal(given, null, mode);
    it.destroy();
    Object.assign(globalThis, { open, addEventListener });
  }
});

test("where the panel has words of its own, the developer reads the message on the console, once", async () => {
  const { it } = await widget();
  await it.ready;
  const { warn } = console;
  const said = [];
  console.warn = (text) => said.push(text);
  for (const code of ["network", "timeout", "busy", "backend"]) {
    for (const terminal of [false, true]) it.emit("pay-error", { code, message: code, terminal });
  }
  console.warn = warn;
  assert.deepEqual(said, ["network", "timeout", "busy"]);
  it.destroy();
});

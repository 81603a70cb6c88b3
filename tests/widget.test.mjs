// What the page's half does by itself: node --test tests/*.test.mjs
//
// The WebAssembly half is played by `core`, which notes what it is told; each test has modules of its own.
import assert from "node:assert/strict";
import { register } from "node:module";
import { test } from "node:test";

const hooks = `
  export async function resolve(specifier, context, next) {
    if (/source\\.js/.test(specifier)) return { url: "stub:source", shortCircuit: true };
    const fresh = /\\?test=\\d+$/.exec(context.parentURL ?? "")?.[0] ?? "";
    return next(specifier.startsWith("./") ? specifier + fresh : specifier, context);
  }
  export async function load(url, context, next) {
    const Handle = "function (...all) { return core.handle(...all) }";
    const source = 
      "const start = async (how) => { await fetch('core'); await core.init(how); return { Handle: " + Handle + " } };" +
      "export const wasm = () => start('wasm'); export const compat = () => start('compat')";
    return url === "stub:source" ? { format: "module", source, shortCircuit: true } : next(url, context);
  }`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

Object.assign(globalThis, {
  location: { href: "https://shop.example/cart" },
  document: { baseURI: "https://shop.example/cart" },
  open: () => null,
  addEventListener: () => {},
  removeEventListener: () => {},
});
Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Safari/1" }, configurable: true });

let tests = 0;

/** A widget in a page of its own: what its handle was told, and the events of its target. */
async function widget(values = {}, page = {}) {
  tests += 1;
  const { Widget } = await import(`../pkg-template/widget.js?test=${tests}`);
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

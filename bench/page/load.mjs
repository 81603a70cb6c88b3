// One page, loaded once on the slow phone.
import { PATIENCE_MS, now } from "./front.mjs";
import { SLOW, openTab } from "./browser.mjs";

/**
 * Loads a page without touching it: `{ready, box, longTasks, shifts, resources}`. With `shot`, a picture of it is left there.
 * A page counts as loaded when its network has been quiet and what may take its time afterwards has had it.
 */
export async function load(browser, url, { shot } = {}) {
  const tab = await openTab(browser, SLOW);
  try {
    const quiet = quietness(tab.page);
    await tab.page.goto(url, { waitUntil: "commit" });
    await tab.ready.comes();
    await quiet();
    if (shot) await tab.page.screenshot({ path: shot });
    return await tab.page.evaluate(() => ({
      ...bench,
      resources: performance.getEntriesByType("resource").map((it) => ({ name: it.name, end: it.responseEnd, bytes: it.encodedBodySize })),
    }));
  } finally {
    await tab.context.close();
  }
}

/**
 * Presses, as a shopper's finger does, as soon as the page says that a press is answered: `{ready, pressed, wasm, checkout,
 * opened}`: when the WebAssembly had come, if there is any; when the checkout page was asked for, and how often.
 */
export async function press(browser, url, { stack, quote, shot }) {
  const tab = await openTab(browser, SLOW);
  try {
    await tab.page.goto(url, { waitUntil: "commit" });
    await pressAt(tab.cdp, await tab.ready.comes());
    const { at, path } = (await stack.begun(quote)).request;
    if (shot) await tab.page.screenshot({ path: shot });
    const { ready, clicks, began, wasm } = await tab.page.evaluate(() => ({
      ...bench,
      began: performance.timeOrigin,
      wasm: performance.getEntriesByType("resource").find((it) => it.name.endsWith(".wasm"))?.responseEnd,
    }));
    const opened = stack.provider.seen.filter((it) => it.path === path).length;
    return { ready, pressed: clicks[0], wasm, checkout: at - began, opened };
  } finally {
    await tab.context.close();
  }
}

/** Presses the form's own button while the script is on its way; whether that led to the checkout page, in this tab. */
export async function pressForm(browser, url, { provider }) {
  const tab = await openTab(browser, SLOW);
  const before = provider.seen.length;
  try {
    await tab.page.goto(url, { waitUntil: "commit" });
    const button = tab.page.locator("pay-button form button");
    await button.waitFor({ timeout: PATIENCE_MS });
    const { x, y, width, height } = await button.boundingBox();
    await pressAt(tab.cdp, { x: x + width / 2, y: y + height / 2 });
    await provider.comes((it) => it.path.includes("/make/payment/") && provider.seen.indexOf(it) >= before);
    return true;
  } catch {
    return false;
  } finally {
    await tab.context.close();
  }
}

/** A trusted press, without the driver's own looks at the page before. */
export async function pressAt(cdp, { x, y }) {
  const event = { x, y, button: "left", clickCount: 1 };
  await cdp.send("Input.dispatchMouseEvent", { ...event, type: "mousePressed" });
  await cdp.send("Input.dispatchMouseEvent", { ...event, type: "mouseReleased" });
}

/**
 * Watches a tab's requests; the function it gives waits until there has been none for a while, and the page has nothing to do
 * that would lead to one: what it leaves for an idle moment has had that moment.
 */
export function quietness(page) {
  const open = new Set();
  let last = now();
  const note = (change) => (request) => {
    change(request);
    last = now();
  };
  page.on("request", note((it) => open.add(it)));
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, note((it) => open.delete(it)));
  return async () => {
    const until = now() + PATIENCE_MS;
    let idleAt = -Infinity;
    while (open.size > 0 || idleAt < last || now() - last < AFTERWARDS_MS) {
      if (now() > until) throw new Error(`not quiet within ${PATIENCE_MS} ms: ${[...open].map((it) => it.url())}`);
      await new Promise((done) => setTimeout(done, 50));
      if (open.size > 0 || now() - last < AFTERWARDS_MS) continue;
      await page.evaluate(() => new Promise((done) => requestIdleCallback(() => setTimeout(done, 100))));
      idleAt = now();
    }
  };
}

/** Longer than the widget waits for an idle moment in which it loads the rest of itself, on a processor that is not busy. */
const AFTERWARDS_MS = 700;

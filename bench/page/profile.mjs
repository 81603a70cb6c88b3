// Where a slow phone's processor spends the page's start: by V8's own samples.
import { SLOW, openTab } from "./browser.mjs";
import { PATIENCE_MS } from "./front.mjs";
import { quietness } from "./load.mjs";
import { place } from "./ready.mjs";
import { emptyPage, malipoPage } from "./shop.mjs";
import { rounded } from "./statistics.mjs";

/** Loads the page once, nobody touching it, until the WebAssembly has come. */
export async function measureProfile({ browser, stack }) {
  const { context, page, cdp } = await openTab(browser, SLOW);
  try {
    // In the same process as what follows: the profiler does not move with a page to another one.
    await page.goto(place(stack.shop, "/before", emptyPage()));
    await cdp.send("Profiler.enable");
    await cdp.send("Profiler.setSamplingInterval", { interval: INTERVAL_US });
    const quiet = quietness(page);
    const url = place(stack.shop, "/profiled", malipoPage(stack.order()));
    await cdp.send("Profiler.start");
    await page.goto(url);
    await page.waitForFunction("bench.ready !== undefined", undefined, { timeout: PATIENCE_MS });
    await quiet();
    const { profile } = await cdp.send("Profiler.stop");
    const { lines, busyMs } = summary(profile, await texts(profile));
    return {
      name: "page-profile",
      title: "CPU profile of the page at its start",
      section: "page",
      rows: [{ figure: "main thread busy from navigation to rest", value: rounded(busyMs), unit: "ms", target: null, holds: null, note: `${SLOW.cpu} times slower, the WebAssembly included` }],
      tables: [{ title: "Where, the most first (self time)", columns: ["ms", "share", "function", "where", "how it begins"], rows: lines }],
    };
  } finally {
    await context.close();
  }
}

/** The places in which a profile's samples fell, and what of the time was not idle. */
export function summary({ nodes, samples, timeDeltas }, sources = {}) {
  const spent = new Map();
  const byId = new Map(nodes.map((it) => [it.id, it.callFrame]));
  let busy = 0;
  samples.forEach((id, index) => {
    const { functionName, url, lineNumber, columnNumber } = byId.get(id);
    if (functionName === "(idle)" || functionName === "(root)") return;
    // A sample stands for the time until the next one.
    const us = Math.max(0, timeDeltas[index + 1] ?? 0);
    busy += us;
    const place = url ? `${nameOf(url)}:${lineNumber + 1}:${columnNumber + 1}` : "";
    const key = `${functionName} ${place}`;
    const before = spent.get(key) ?? { us: 0, name: functionName || "(anonymous)", place, text: beginning(sources[url], lineNumber, columnNumber) };
    spent.set(key, { ...before, us: before.us + us });
  });
  const sorted = [...spent.values()].sort((one, other) => other.us - one.us).slice(0, LINES);
  const lines = sorted.map((it) => [rounded(it.us / 1000), `${Math.round((it.us / busy) * 100)} %`, it.name, it.place, it.text]);
  return { lines, busyMs: busy / 1000 };
}

/** The scripts that a profile names, as they were served: what is minified has no names. */
async function texts({ nodes }) {
  const urls = new Set(nodes.map((it) => it.callFrame.url).filter((it) => /^http.*\.js$/.test(it)));
  return Object.fromEntries(await Promise.all([...urls].map(async (url) => [url, await (await fetch(url)).text()])));
}

const beginning = (text, line, column) => (text?.split("\n")[line] ?? "").slice(Math.max(0, column - 12), column + 36);
const nameOf = (url) => url.split("?")[0].split("/").pop() || "the page";

const INTERVAL_US = 200;
const LINES = 15;

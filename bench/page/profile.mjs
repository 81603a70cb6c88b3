// Where a slow phone's processor spends the page's start: by V8's own samples.
import { SLOW, openTab } from "./browser.mjs";
import { PATIENCE_MS } from "./front.mjs";
import { quietness } from "./load.mjs";
import { place } from "./ready.mjs";
import { emptyPage, malipoPage } from "./shop.mjs";
import { summary } from "./samples.mjs";
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

/** The scripts that a profile names, as they were served: what is minified has no names. */
async function texts({ nodes }) {
  const urls = new Set(nodes.map((it) => it.callFrame.url).filter((it) => /^http.*\.js$/.test(it)));
  return Object.fromEntries(await Promise.all([...urls].map(async (url) => [url, await (await fetch(url)).text()])));
}

const INTERVAL_US = 200;

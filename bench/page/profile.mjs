// Where a slow phone's processor spends the page's start: by V8's own samples.
import { SLOW, openTab } from "./browser.mjs";
import { quietness } from "./load.mjs";
import { place } from "./ready.mjs";
import { emptyPage, malipoPage } from "./shop.mjs";
import { summary, timeline } from "./samples.mjs";
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
    await quiet();
    const { profile } = await cdp.send("Profiler.stop");
    const { lines, busyMs } = summary(profile, await texts(profile));
    const did = await traced({ browser, stack });
    return {
      name: "page-profile",
      title: "CPU profile of the page at its start",
      section: "page",
      rows: [{ figure: "main thread busy from navigation to rest", value: rounded(busyMs), unit: "ms", target: null, holds: null, note: `${SLOW.cpu} times slower, the WebAssembly included` }],
      tables: [
        { title: "In which functions, the most first; `(program)` is the browser itself", columns: ["ms", "share", "function", "where", "how it begins"], rows: lines },
        { title: "Another load, by what the browser's main thread did", columns: ["ms", "share", "what"], rows: did },
      ],
    };
  } finally {
    await context.close();
  }
}

/** The same load, as the browser's own trace has it: it knows what the samples call `(program)`. */
async function traced({ browser, stack }) {
  const { context, page } = await openTab(browser, SLOW);
  try {
    const quiet = quietness(page);
    const url = place(stack.shop, "/traced", malipoPage(stack.order()));
    await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline", "v8", "disabled-by-default-v8.compile"] });
    await page.goto(url);
    await quiet();
    const { traceEvents } = JSON.parse(await browser.stopTracing());
    return timeline(traceEvents, url);
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

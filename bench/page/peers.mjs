// The pay buttons of others, beside ours: their real packages, in the same page on the same slow phone.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load, pressAt } from "./load.mjs";
import { openTab } from "./browser.mjs";
import { each, place, shiftOf, turned } from "./ready.mjs";
import { READY, byHandPage, malipoPage, shopPage } from "./shop.mjs";
import { ROOT } from "./stack.mjs";
import { median, rounded } from "./statistics.mjs";

const NPM = join(ROOT, ".tools/bench/node_modules");

/** Loads each of them `rounds` times, in turn; where they are loaded several at a time, what they take means little. */
export async function measurePeers({ browser, stack, rounds, together, shots }) {
  const { shop } = stack;
  shop.file("/by-hand.js", readFileSync(join(ROOT, "bench/page/by-hand/by-hand.js")));
  const all = [...OURS, ...PEERS.map(bundled)];
  for (const it of all) if (it.script) shop.file(`/${it.name}.js`, it.script);
  const loads = Object.fromEntries(all.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    await each(turned(all, round), together, async ({ name, page }) => {
      const shot = round === 1 ? join(shots, `peer-${name}.png`) : undefined;
      loads[name].push(await load(browser, place(shop, `/peer-${name}-${round}`, page(stack.order())), { shot }));
    });
  }
  await each(all, PRESSED_TOGETHER, async (it) => (it.does = await whatAPressDoes(browser, `${shop.origin}/peer-${it.name}-1`)));
  return result(all, loads, rounds);
}

/** The package as a shop bundles it, with the few lines that its documentation asks for: peers/NAME.js. */
function bundled(peer) {
  const esbuild = createRequire(join(ROOT, ".tools/npm/package.json"))("esbuild");
  const { outputFiles } = esbuild.buildSync({
    entryPoints: [join(ROOT, `bench/page/peers/${peer.name}.js`)],
    bundle: true, minify: true, format: "esm", platform: "browser", legalComments: "none", write: false, logLevel: "error", nodePaths: [NPM],
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const script = Buffer.from(outputFiles[0].contents);
  const { version } = JSON.parse(readFileSync(join(NPM, peer.package, "package.json"), "utf8"));
  const page = () => shopPage({ head: `<script type="module" src="/${peer.name}.js"></script>`, button: peer.button, ready: peer.ready ?? READY });
  return { ...peer, title: `${peer.title} ${version}`, script, page };
}

/** Presses it on a machine that is not slowed down, and looks what appears within a moment. */
async function whatAPressDoes(browser, url) {
  const { context, page, cdp, ready } = await openTab(browser);
  try {
    const tabs = [];
    context.on("page", (it) => tabs.push(it));
    await page.goto(url, { waitUntil: "load" });
    const box = await ready.comes();
    if (box.width === 0 || box.height === 0) return "there is nothing to press";
    const asked = new Set();
    page.on("request", (it) => asked.add(new URL(it.url()).host));
    await pressAt(cdp, box);
    await page.waitForFunction(() => document.querySelector("iframe"), undefined, { timeout: MOMENT_MS }).catch(() => {});
    if (tabs.length > 0) return "a tab";
    const frame = await page.evaluate(() => document.querySelector("iframe") && (document.querySelector("iframe").src || "its own document"));
    if (frame) return `a frame of ${/^https?:/.test(frame) ? new URL(frame).host : frame}`;
    return asked.size > 0 ? `asks ${[...asked].join(", ")}, which is not there` : "nothing to be seen here";
  } finally {
    await context.close();
  }
}

function result(all, loads, rounds) {
  const rows = all.map((it) => {
    const of = loads[it.name];
    const worst = Math.max(0, ...of.flatMap((load) => load.longTasks.map((task) => task.ms)));
    const long = median(of.map((load) => load.longTasks.length));
    const moved = Math.max(...of.map(shiftOf)).toFixed(4);
    return [it.title, Math.max(...of.map(loadedBytes)), rounded(median(of.map((load) => load.ready))), `${long}${worst ? ` (${rounded(worst)} ms)` : ""}`, Number(moved), it.does, it.note ?? ""];
  });
  return {
    name: "page-peers",
    title: "Peers, side by side",
    section: "page",
    rows: [],
    bars: [{ title: "Ready, beside others", unit: "ms", items: rows.map(([title, , ready]) => [title, ready]) }],
    tables: [{
      title: `The same page on the same slow phone, ${rounds === 1 ? "loaded once" : `medians of ${rounds} loads`}; bytes are all that came from the package, brotli 11`,
      columns: ["", "bytes", "ready, ms", "long tasks, median (longest of all loads)", "CLS", "a press shows", "note"],
      rows,
    }],
  };
}

/** Of all that the page loaded to be able to pay, as it came: brotli 11. */
const loadedBytes = ({ resources }) => resources.reduce((sum, it) => sum + it.bytes, 0);

const REMOTE = "all that is shown after a press comes from its own host, and is not in these bytes";
const PAGES_OWN = '<button id="pay">Pay</button>';
const defined = (tag, pressed = tag) => `<script>customElements.whenDefined("${tag}").then(() => isReady(document.querySelector("${pressed}")))</script>`;

const OURS = [
  { name: "malipo", title: "Malipo", page: malipoPage, note: "all of it: nothing else is loaded for a payment in English" },
  { name: "by-hand", title: "by hand", page: byHandPage, note: "no retries, no resume, no words, one state" },
];
const PEERS = [
  { name: "polar", title: "Polar embed", package: "@polar-sh/checkout", button: '<a id="pay" href="https://buy.polar.sh/polar_cl_bench" data-polar-checkout>Pay</a>', note: REMOTE },
  { name: "tebex", title: "Tebex.js", package: "@tebexio/tebex.js", button: '<tebex-checkout ident="bench"><button>Pay</button></tebex-checkout>', ready: defined("tebex-checkout", "tebex-checkout button"), note: REMOTE },
  { name: "paystack", title: "Paystack inline", package: "@paystack/inline-js", button: PAGES_OWN, note: REMOTE },
  { name: "kkiapay", title: "KkiaPay", package: "kkiapay", button: '<kkiapay-widget amount="25000" key="bench" sandbox="true"></kkiapay-widget>', ready: defined("kkiapay-widget"), note: REMOTE },
  { name: "intasend", title: "IntaSend", package: "intasend-inlinejs-sdk", button: '<button id="pay" class="intaSendPayButton" data-amount="25000" data-currency="KES">Pay</button>', note: REMOTE },
  { name: "google-pay", title: "Google Pay button", package: "@google-pay/button-element", button: '<google-pay-button environment="TEST" button-type="pay"></google-pay-button>', ready: defined("google-pay-button"), note: "the button itself is drawn by a script from pay.google.com, which is not reached here: ready is when the element is defined, and no button is there yet" },
];
const MOMENT_MS = 2000;
// Nothing is timed then.
const PRESSED_TOGETHER = 8;

// Chromium as a shopper has it, and the slow phone that it is made into.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { PATIENCE_MS } from "./front.mjs";
import { ROOT } from "./stack.mjs";

const require = createRequire(join(ROOT, ".tools/bench/package.json"));
export const { chromium } = require("playwright-core");

/** Headless Chromium that keeps the rules of the one in a shopper's hand. */
export const launch = () => chromium.launch({ executablePath: executable(), headless: true, args: ARGUMENTS, ignoreDefaultArgs: UNTRUE });

/**
 * A new tab with an empty cache, on a machine and a network that are so slow: `{context, page, cdp, ready}`. `cdp` talks to it;
 * `ready` is where to press, once the page says that a press is answered.
 */
export async function openTab(browser, { rttMs = 0, kbitPerSecond = 0, cpu = 1 } = {}) {
  const context = await browser.newContext({ viewport: { width: 412, height: 800 } });
  await context.addInitScript({ path: join(ROOT, "bench/page/recorder.js") });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  if (kbitPerSecond) {
    const bytesPerSecond = (kbitPerSecond * 1000) / 8;
    await cdp.send("Network.enable");
    await cdp.send("Network.emulateNetworkConditions", {
      offline: false, latency: rttMs, downloadThroughput: bytesPerSecond, uploadThroughput: bytesPerSecond,
    });
  }
  if (cpu > 1) await cdp.send("Emulation.setCPUThrottlingRate", { rate: cpu });
  return { context, page, cdp, ready: await readiness(cdp) };
}

/** Heard without the driver's own looks into the page, which would take time there. */
export async function readiness(cdp) {
  const ready = new Promise((done) => cdp.on("Runtime.bindingCalled", ({ name, payload }) => name === "told" && done(JSON.parse(payload))));
  await cdp.send("Runtime.enable");
  await cdp.send("Runtime.addBinding", { name: "told" });
  return { comes: () => within(ready, "the page was not ready") };
}

/** What comes, or an error once it is too late. */
export function within(promise, otherwise) {
  let timer;
  const late = new Promise((_, failed) => (timer = setTimeout(() => failed(new Error(`${otherwise} within ${PATIENCE_MS} ms`)), PATIENCE_MS)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export const executable = () => execFileSync("bash", ["-c", "command -v chromium || command -v chromium-browser || command -v google-chrome"], { encoding: "utf8" }).trim();

/** As `Chromium 156.0.8078.79`. */
export const version = () => /\S+ [\d.]+/.exec(execFileSync(executable(), ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }))[0];

/** The phone and the network that every figure of a slow page is about. */
export const SLOW = { rttMs: 400, kbitPerSecond: 400, cpu: 6 };

// No sandbox: the benchmark may run as root in a container, and opens nothing but pages of its own. No name is looked up, so
// that what others load from their own hosts fails at once, with a network or without.
export const ARGUMENTS = [
  "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
];
// What the driver would switch off, and a shopper's browser has: the popup blocker, and slow timers in hidden tabs.
export const UNTRUE = [
  "--disable-popup-blocking", "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
  "--disable-backgrounding-occluded-windows", "--disable-back-forward-cache",
];

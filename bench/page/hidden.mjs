// Tabs of a shop that are really hidden: a real window on a virtual screen, the checkout tab in front, no debugger attached.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ARGUMENTS, chromium, executable, readiness, within } from "./browser.mjs";
import { now } from "./front.mjs";
import { settleEvenly } from "./outcome.mjs";
import { Payment } from "./payment.mjs";
import { ROOT } from "./stack.mjs";

export class HiddenTabs {
  pushed = [];
  polled = [];
  #folder = mkdtempSync(join(tmpdir(), "malipo-bench-"));
  #screen;
  #browser;

  /** Begins payments in tabs of their own, so many by push and by poll alone, and one more of each whose requests are counted. */
  static async open({ withPush, pollAlone, pushes, polls }) {
    const tabs = new HiddenTabs();
    process.once("exit", () => tabs.#kill());
    try {
      const driver = await chromium.connectOverCDP(await tabs.#start());
      const [context] = driver.contexts();
      await context.addInitScript({ path: join(ROOT, "bench/page/recorder.js") });
      const begin = async (stack, shop) => {
        const page = await context.newPage();
        await page.bringToFront();
        const cdp = await context.newCDPSession(page);
        return Payment.begin({ page, cdp, ready: await readiness(cdp) }, stack, shop);
      };
      tabs.counted = [await begin(withPush), await begin(pollAlone)];
      // The first place is that of the payment whose requests are counted.
      for (let place = 1; place <= pushes; place += 1) tabs.pushed.push(await begin(withPush, withPush.doors[Math.floor(place / PLACES)]));
      for (let count = 0; count < polls; count += 1) tabs.polled.push(await begin(pollAlone));
      // A browser that is being driven shows every page as visible.
      await driver.close();
      tabs.since = now();
    } catch (error) {
      await tabs.close();
      throw error;
    }
    return tabs;
  }

  /** Settles the payments whose requests are counted so long after the press; gives what was sent for each, by push first. */
  async countUntil(ms) {
    return Promise.all(this.counted.map(async (it) => {
      await new Promise((done) => setTimeout(done, it.pressed + ms - now()));
      const told = await it.settle();
      return { ...it.requests(), calls: await it.stack.calls(it.orderId), visibility: told.visibility };
    }));
  }

  /** Settles the others when their tabs have been hidden so long. */
  async settle(ms) {
    await new Promise((done) => setTimeout(done, this.since + ms - now()));
    const forMs = now() - this.since;
    const pushed = [];
    for (const it of this.pushed) pushed.push(await it.settle());
    return { pushed, polled: await settleEvenly(this.polled), forMs };
  }

  async close() {
    for (const program of [this.#browser, this.#screen]) await ended(program);
    // The browser's own processes follow it, and write until they are gone.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  #kill() {
    for (const program of [this.#browser, this.#screen]) program?.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  /** Gives where the browser can be driven. */
  async #start() {
    this.#screen = spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"], { stdio: ["ignore", "pipe", "ignore"] });
    const display = await says(this.#screen, this.#screen.stdout, /^(\d+)$/, "Xvfb");
    const args = [...ARGUMENTS, "--remote-debugging-port=0", `--user-data-dir=${this.#folder}`, "--no-default-browser-check", "--window-size=1280,900", "about:blank"];
    this.#browser = spawn(executable(), args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, DISPLAY: `:${display}` } });
    return says(this.#browser, this.#browser.stderr, /DevTools listening on (\S+)/, "Chromium");
  }
}

/** How many doors a shop needs for so many payments by push, and one more, in one browser. */
export const doorsFor = (pushes) => Math.ceil((pushes + 1) / PLACES);

async function ended(program) {
  if (!program || program.exitCode !== null || program.signalCode !== null) return;
  const end = new Promise((done) => program.once("exit", done));
  program.kill("SIGKILL");
  await end;
}

function says(child, stream, what, name) {
  const said = new Promise((done, failed) => {
    child.on("error", failed);
    child.on("exit", (code) => failed(new Error(`${name} ended with ${code}`)));
    createInterface(stream).on("line", (line) => {
      const found = what.exec(line.trim());
      if (found) done(found[1]);
    });
  });
  return within(said, `${name} did not start`);
}

/** The widget keeps so many streams to one origin open in a browser: pkg-template/places.js. */
const PLACES = 3;

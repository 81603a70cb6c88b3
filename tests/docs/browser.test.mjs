// The pages in Chromium, as wide as a small phone, with no backend behind them: node --test tests/docs/*.test.mjs, after make docs.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { toolFile } from "../chromium.mjs";
import { report } from "../package/browser.mjs";
import { pages, root, site } from "./pages.mjs";

// make test installs what drives Chromium; make docs itself needs neither.
const skip = existsSync(toolFile("puppeteer-core")) ? false : "puppeteer-core is not installed: make test does it";

/** What a script of this page finds in the pages, each of which notes from its first line on what goes wrong in it. */
async function found(script) {
  const folder = mkdtempSync(join(tmpdir(), "malipo-docs-"));
  try {
    cpSync(site, folder, { recursive: true });
    cpSync(join(root, "tests/package/pages/report.js"), join(folder, "report.js"));
    writeFileSync(join(folder, "recorder.js"), RECORDER);
    for (const { name, text } of pages) {
      const head = text.indexOf(">", text.indexOf("<head")) + 1;
      writeFileSync(join(folder, name), `${text.slice(0, head)}<script src="recorder.js"></script>${text.slice(head)}`);
    }
    writeFileSync(join(folder, "visit.html"), `<!doctype html><title>The pages</title><script type="module">${script}</script>`);
    const { failed, errors, ...rest } = await report(folder, "visit.html");
    assert.deepEqual([failed, errors], [undefined, []]);
    return rest;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("on a phone no page is wider than the screen, every example is drawn, and nothing is refused or broken", { skip }, async () => {
  const names = pages.map(({ name }) => name);
  const { seen } = await found(VISIT(names));
  assert.deepEqual(seen.map(({ name }) => name), names);
  for (const { name, width, drawn, buttons, said, wrong } of seen) {
    assert.ok(width <= 360, `${name} is ${width} px wide`);
    assert.equal(drawn, buttons, `${name}: buttons drawn`);
    assert.deepEqual(wrong, [], name);
    for (const it of said) assert.match(it, /no backend behind it/, name);
  }
  assert.ok(seen.find(({ name }) => name === "styling.html").buttons > 5);
});

test("a press without a backend says so and sends nothing; the search answers", { skip }, async () => {
  const { said, state, first, wrong } = await found(PRESS);
  assert.match(said, /Nothing was sent: no backend/);
  assert.deepEqual([state, first, wrong], ["idle", "troubleshooting.html#amount-mismatch", []]);
});

/** The first script of every page. */
const RECORDER = `
  window.wrong = [];
  addEventListener("error", ({ message, target }) => wrong.push(message ?? "not loaded: " + (target.src ?? target.href)), true);
  addEventListener("unhandledrejection", ({ reason }) => wrong.push(String(reason)));
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => wrong.push(violatedDirective + " " + blockedURI));
`;

/** Opens a page in a frame, and waits until `is(page)`. */
const OPEN = `
  import { report } from "./report.js";
  async function open(name, is) {
    const frame = document.createElement("iframe");
    frame.width = 360;
    frame.height = 700;
    frame.src = name;
    document.body.append(frame);
    await new Promise((done) => (frame.onload = done));
    const page = frame.contentDocument;
    while (!is(page)) await new Promise((done) => setTimeout(done, 50));
    return frame;
  }
`;

const VISIT = (names) => `${OPEN}
  report(async () => {
    const seen = [];
    for (const name of ${JSON.stringify(names)}) {
      const buttons = (page) => [...page.querySelectorAll("pay-button")];
      const drawn = (page) => buttons(page).filter((it) => it.shadowRoot?.querySelector("[part=button]"));
      const said = (page) => [...page.querySelectorAll(".live .said")].map((it) => it.textContent);
      const frame = await open(name, (page) =>
        page.documentElement.classList.contains("scripted") && drawn(page).length === buttons(page).length && said(page).every(Boolean));
      const page = frame.contentDocument;
      await Promise.all(buttons(page).slice(0, 1).map((it) => it.ready));
      const { wrong } = frame.contentWindow;
      seen.push({ name, width: page.scrollingElement.scrollWidth, drawn: drawn(page).length, buttons: buttons(page).length, said: said(page), wrong });
      frame.remove();
    }
    return { seen };
  });
`;

const PRESS = `${OPEN}
  report(async () => {
    const frame = await open("index.html", (page) => page.documentElement.dataset.backend === "none");
    const page = frame.contentDocument;
    const button = page.querySelector("pay-button");
    // A press by script is none to the button.
    await button.start().catch(() => {});
    const input = page.querySelector("#search-input");
    input.focus();
    input.value = "amount-mismatch";
    input.dispatchEvent(new Event("input", { bubbles: true }));
    const found = () => page.querySelector("#found a")?.getAttribute("href");
    while (!found()) await new Promise((done) => setTimeout(done, 50));
    const { wrong } = frame.contentWindow;
    return { said: page.querySelector(".said").textContent, state: button.state, first: found(), wrong };
  });
`;

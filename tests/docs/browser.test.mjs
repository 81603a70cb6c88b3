// The pages in Chromium, as wide as a small phone, with no backend behind them: node --test tests/docs/*.test.mjs, after make docs.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { report } from "../package/browser.mjs";
import { pages, site } from "./pages.mjs";

// make test installs it; make docs itself needs none.
const skip = spawnSync("chromium", ["--version"]).status === 0 ? false : "there is no chromium on this machine";

test("on a phone no page is wider than the screen, every example is drawn, and nothing is refused or broken", { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "malipo-docs-"));
  try {
    cpSync(site, folder, { recursive: true });
    const names = pages.map(({ name }) => name);
    writeFileSync(join(folder, "visit.html"), `<!doctype html><title>All pages</title><script type="module">${VISIT(names)}</script>`);
    const found = await report(folder, "visit.html");
    assert.deepEqual(found.map(({ name }) => name), names);
    for (const { name, width, drawn, buttons, said, errors } of found) {
      assert.ok(width <= 360, `${name} is ${width} px wide`);
      assert.equal(drawn, buttons, `${name}: buttons drawn`);
      assert.deepEqual(errors, [], name);
      for (const it of said) assert.match(it, /no backend behind it/, name);
    }
    assert.ok(found.find(({ name }) => name === "styling.html").buttons > 5);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a press without a backend says so and sends nothing; the search answers", { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "malipo-docs-"));
  try {
    cpSync(site, folder, { recursive: true });
    writeFileSync(join(folder, "press.html"), `<!doctype html><title>A press</title><script type="module">${PRESS}</script>`);
    const { said, state, found } = await report(folder, "press.html");
    assert.match(said, /Nothing was sent: no backend/);
    assert.equal(state, "idle");
    assert.equal(found, "troubleshooting.html#amount-mismatch");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Opens a page in a frame, and waits until `is(page)`. */
const OPEN = `
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
  const send = (found) => fetch("/report", { method: "POST", body: JSON.stringify(found) });
`;

const VISIT = (names) => `${OPEN}
  const found = [];
  for (const name of ${JSON.stringify(names)}) {
    const errors = [];
    const drawn = (page) => [...page.querySelectorAll("pay-button")].filter((it) => it.shadowRoot?.querySelector("[part=button]"));
    const buttons = (page) => [...page.querySelectorAll("pay-button")];
    const said = (page) => [...page.querySelectorAll(".live .said")].map((it) => it.textContent);
    const frame = await open(name, (page) => {
      page.defaultView.onerror ??= (message) => errors.push(message);
      return page.documentElement.classList.contains("scripted") && drawn(page).length === buttons(page).length && said(page).every(Boolean);
    });
    const page = frame.contentDocument;
    page.addEventListener("securitypolicyviolation", (event) => errors.push(event.violatedDirective));
    await Promise.all(buttons(page).slice(0, 1).map((it) => it.ready));
    found.push({ name, width: page.scrollingElement.scrollWidth, drawn: drawn(page).length, buttons: buttons(page).length, said: said(page), errors });
    frame.remove();
  }
  send(found);
`;

const PRESS = `${OPEN}
  const frame = await open("index.html", (page) => page.documentElement.dataset.backend === "none");
  const page = frame.contentDocument;
  const button = page.querySelector("pay-button");
  // A press by script is none to the button.
  await button.start().catch(() => {});
  const input = page.querySelector("#search-input");
  input.focus();
  input.value = "amount-mismatch";
  input.dispatchEvent(new Event("input", { bubbles: true }));
  const first = () => page.querySelector("#found a")?.getAttribute("href");
  while (!first()) await new Promise((done) => setTimeout(done, 50));
  send({ said: page.querySelector(".said").textContent, state: button.state, found: first() });
`;

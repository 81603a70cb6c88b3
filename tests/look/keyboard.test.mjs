// With the keyboard alone, and what a screen reader is told. The walk is recorded in docs/keyboard.md.
import assert from "node:assert/strict";
import { test } from "node:test";
import { recorded } from "./record.mjs";
import { staged } from "./stage.mjs";

const { open, states } = staged();

/** A page with one button at rest, which acts as in this scene when it is pressed. */
async function atRest(scene) {
  const page = await open();
  await states(page, { only: scene, theme: "light", width: "wide", rest: "" });
  await page.evaluate(() => {
    const status = document.querySelector("pay-button").shadowRoot.querySelector("[part=status]");
    window.said = [];
    new MutationObserver(() => window.said.push(status.textContent)).observe(status, { childList: true, characterData: true, subtree: true });
  });
  return page;
}

/** Where the focus is: the part, and what it says. */
const focus = (page) =>
  page.evaluate(() => {
    const inner = document.activeElement?.shadowRoot?.activeElement;
    const part = inner?.getAttribute("part").split(" ")[0];
    if (!part) return "the page";
    return part === "panel" ? "the panel" : `"${inner.innerText.replace(/\s+/g, " ").trim()}"`;
  });

const reached = (page, state) => page.waitForFunction((it) => document.querySelector("pay-button").state === it, {}, state);

async function walk(page, keys) {
  const lines = [];
  for (const [key, state] of keys) {
    await page.keyboard.press(key);
    if (state) await reached(page, state);
    const now = await page.evaluate("document.querySelector('pay-button').state");
    lines.push(`| ${key} | ${now} | ${await focus(page)} |`);
  }
  return lines;
}

test("a payment is made, looked after and given up with the keyboard alone", async () => {
  const page = await atRest("waiting");
  const begin = await page.$(".cell");
  await begin.evaluate((it) => (it.tabIndex = -1) && it.focus());
  const lines = await walk(page, [
    ["Tab"], ["Enter", "waiting"], ["Tab"], ["Enter"], ["Tab"], ["Space"], ["Tab"], ["Enter", "cancelled"], ["Space", "waiting"],
  ]);
  recorded("docs/keyboard.md", "walk", ["| key | state | the focus is on |", "| --- | --- | --- |", ...lines].join("\n"));
  await page.close();
});

test("the focus is kept where it is, and handed on where its place goes away", async () => {
  const page = await atRest("success");
  await page.evaluate(() => document.querySelector("pay-button").shadowRoot.querySelector("[part=button]").focus());
  await page.keyboard.press("Enter");
  await reached(page, "success");
  assert.equal(await focus(page), "the panel", "the button goes away when it is paid");
  await page.close();
});

test("each change is said once, by the one live region", async () => {
  for (const [scene, said] of Object.entries({
    success: ["Starting your payment…", "Complete the payment in the other tab.", "Paid. Thank you!"],
    expired: ["Starting your payment…", "Complete the payment in the other tab.", "We don't know yet whether you have paid."],
    link: ["Starting your payment…", "Open the payment page to pay."],
    down: ["Starting your payment…", "The payment could not be started."],
  })) {
    const page = await atRest(scene);
    await page.focus("pay-button >>> [part=button]");
    await page.keyboard.press("Enter");
    await page.waitForFunction((last) => window.said.at(-1) === last, {}, said.at(-1));
    // Two polls more, of which none changes what is to be known.
    const { asked } = await page.evaluate(() => new Promise((done) => {
      let asked = 0;
      const over = () => done({ asked });
      const button = document.querySelector("pay-button");
      if (!["waiting", "opening"].includes(button.state)) return over();
      button.addEventListener("pay-pending", () => (asked += 1) === 2 && over());
    }));
    const regions = "document.querySelector('pay-button').shadowRoot.querySelectorAll('[role=status],[role=alert],[aria-live],output').length";
    assert.equal(await page.evaluate(regions), 1, scene);
    assert.deepEqual(await page.evaluate("said"), said, `${scene}, after ${asked} more answers`);
    await page.close();
  }
});

test("what a screen reader is given in each state is as it was accepted", async () => {
  const page = await open();
  await states(page, { theme: "light", width: "wide" });
  const parts = [];
  for (const id of await page.$$eval(".scene", (all) => all.map((it) => it.id))) {
    const button = await page.$(`#${id} .cell > :not(figcaption)`);
    parts.push(`## ${id}`, ...outline(await page.accessibility.snapshot({ root: button, interestingOnly: false })), "");
  }
  recorded("tests/look/trees.txt", undefined, `${parts.join("\n")}`);
  await page.close();
});

/** The tree as lines: role, name, and what is said beside them. Texts that only repeat the name above are left out. */
function outline(node, depth = 0, above = "") {
  const { role, name = "", children = [], ...more } = node ?? {};
  const silent = ["none", "generic", "InlineTextBox", "StaticText", "ListMarker"].includes(role) && (!name || name.trim() === above || role === "InlineTextBox");
  const beside = Object.entries(more).filter(([key]) => ["busy", "disabled", "focused", "live", "level", "url"].includes(key) && more[key]);
  const line = `${"  ".repeat(depth)}${role}${name ? ` "${name}"` : ""}${beside.map(([key, value]) => ` ${key}=${value}`).join("")}`;
  const inner = children.flatMap((it) => outline(it, silent ? depth : depth + 1, name || above));
  return silent ? inner : [line, ...inner];
}

// For everyone: axe-core, sizes, zoom and motion, in every state. ALL=1: in every language; else in one of each direction.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { toolFile } from "../chromium.mjs";
import { LANGUAGES, staged } from "./stage.mjs";

const axe = readFileSync(toolFile("axe-core/axe.min.js"), "utf8");
const languages = process.env.ALL ? LANGUAGES : ["en", "ar"];
const { open, states } = staged();

/** A page with every state in this language, and its own themes, for `look` to look at. */
async function withStates(lang, options, query, look) {
  const page = await open(options);
  try {
    await states(page, { lang, ...query });
    return await look(page);
  } finally {
    await page.close();
  }
}

for (const lang of languages) {
  for (const [name, options] of [
    ["light and dark", {}],
    ["forced colours", { features: { "forced-colors": "active" } }],
  ]) {
    test(`axe finds nothing in any state, ${lang}, ${name}`, async () => {
      const query = name === "forced colours" ? { theme: "light" } : {};
      const { violations, states: seen } = await withStates(lang, options, query, async (page) => {
        await page.evaluate(axe);
        return page.evaluate(runAxe, TAGS);
      });
      assert.deepEqual(violations, []);
      assert.ok(seen >= 30 * (query.theme ? 2 : 4), `${seen} buttons were looked at`);
    });
  }

  test(`every target is 44 pixels high and wide, and nothing is cut off or wider than its place, ${lang}`, async () => {
    for (const [width, zoom] of [[1280, 1], [320, 1], [320, 2]]) {
      const wrong = await withStates(lang, { width, height: 640 }, { theme: "light" }, (page) => page.evaluate(misfits, zoom));
      assert.deepEqual(wrong, [], `${width} pixels, text at ${zoom * 100} %`);
    }
  });
}

test("who wants no motion sees next to none", async () => {
  const moving = (features) =>
    withStates("en", { features }, { only: "waiting,success", theme: "light", width: "wide" }, (page) =>
      page.$$eval("pay-button", (all) =>
        all.map((it) => {
          const { animationName, animationDuration } = getComputedStyle(it.shadowRoot.querySelector("[part=status]"), "::before");
          return `${animationName} ${animationDuration}`;
        }),
      ),
    );
  assert.deepEqual(await moving({}), ["turn 1s", "grow 0.3s"]);
  assert.deepEqual(await moving({ "prefers-reduced-motion": "reduce" }), ["turn 6s", "none 0s"]);
});

async function runAxe(tags) {
  const { violations } = await window.axe.run({ include: [[".cells"]] }, { runOnly: tags, resultTypes: ["violations"] });
  const said = violations.flatMap(({ id, nodes }) => nodes.map((it) => `${id}: ${it.target.flat().join(" ")} ${it.any[0]?.message ?? it.failureSummary}`));
  return { violations: said.slice(0, 20), states: document.querySelectorAll(".cell").length };
}

/** With text at `zoom` times its size. */
function misfits(zoom) {
  document.documentElement.style.fontSize = `${zoom * 100}%`;
  const wrong = [];
  for (const host of document.querySelectorAll(".cell > :not(figcaption)")) {
    const place = host.parentElement.getBoundingClientRect();
    for (const it of host.shadowRoot.querySelectorAll("*")) {
      const { width, height, left, right } = it.getBoundingClientRect();
      if (width === 0) continue;
      const name = `${host.closest(".scene").id} ${host.parentElement.className} ${it.getAttribute("part")}`;
      if (it.matches("button, a") && (width < 44 || height < 44)) wrong.push(`${name} is ${width} x ${height}`);
      if (left < place.left - 0.5 || right > place.right + 0.5) wrong.push(`${name} is wider than its place`);
      if (it.scrollWidth > it.clientWidth + 1 && getComputedStyle(it).display !== "inline") wrong.push(`${name} is cut off`);
    }
  }
  return wrong.slice(0, 20);
}

// WCAG 2.2 at AA and all before it, and what axe's makers hold to be good practice inside a page.
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "cat.aria", "cat.forms", "cat.keyboard", "cat.name-role-value"];

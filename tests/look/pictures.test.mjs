// Every state in pictures, compared with those that were looked at and accepted (docs/screenshots). ACCEPT=1 writes them anew.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { ROOT, tool } from "../chromium.mjs";
import { LANGUAGES, staged } from "./stage.mjs";

const [pixelmatch, { PNG }] = await Promise.all([tool("pixelmatch"), tool("pngjs")]);
const { open, states } = staged();

/** Photographs the states page: `find` names the pictures and what is on each. Once more where something differs. */
async function check(folder, options, query, find) {
  let wrong = [];
  for (const last of [false, true]) {
    const page = await open(options);
    await states(page, query);
    // All of it in view: what is below the window may be photographed as it was before its animation began.
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewport({ width: options.width, height });
    await rest(page);
    wrong = [];
    for (const [name, selector] of await find(page)) {
      const place = await page.$(selector);
      wrong.push(...compare(`${folder}/${name}`, Buffer.from(await place.screenshot())));
    }
    await page.close();
    // A poll between two looks, or a machine that was too busy: a change of ours is there again.
    if (wrong.length === 0 || last) break;
  }
  assert.deepEqual(wrong, [], "look at the pictures named, and accept them with make screenshots-accept");
}

test("every state looks as it was accepted, light and dark, wide and narrow", async () => {
  await check("states", { width: 1500 }, {}, (page) => page.$$eval(".scene", (all) => all.map(({ id }) => [id, `#${id} .cells`])));
});

test("every language looks as it was accepted", async () => {
  for (const lang of LANGUAGES) {
    await check("languages", { width: 1500 }, { lang, only: TELLING, theme: "light", width: "narrow", sheet: "" }, () => [[lang, "#scenes"]]);
  }
});

test("forced colours look as they were accepted", async () => {
  const options = { width: 1500, features: { "forced-colors": "active" } };
  await check("", options, { only: TELLING, theme: "light", width: "narrow", sheet: "" }, () => [["forced-colours", "#scenes"]]);
});

/** Nothing moves or is about to: the buttons have said the same for longer than a poll takes. */
async function rest(page) {
  await page.evaluate(async () => {
    const text = () => [...document.querySelectorAll(".cell > :not(figcaption)")].map((it) => it.shadowRoot.textContent).join();
    for (let [last, since] = [text(), Date.now()]; Date.now() - since < 3_500; await new Promise((done) => setTimeout(done, 100))) {
      if (text() !== last) [last, since] = [text(), Date.now()];
    }
    for (const it of [...document.querySelectorAll(".cell > :not(figcaption)")].flatMap((it) => it.shadowRoot.getAnimations())) {
      // What ends has ended, also where the browser drew no frame meanwhile; what goes on for ever stands still.
      if (it.effect.getComputedTiming().iterations < Infinity) {
        it.finish();
      } else {
        it.pause();
        it.currentTime = 250;
      }
      await it.ready;
    }
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  });
}

/** Names the picture where it is another than before, and puts what is different beside it. */
function compare(name, bytes) {
  const path = join(ROOT, "docs/screenshots", `${name}.png`);
  if (process.env.ACCEPT) {
    keep(path, bytes);
    return [];
  }
  const made = (what, content) => keep(join(ROOT, "target/look", `${name}.${what}.png`), content);
  if (!existsSync(path)) return [`${name} is new: ${made("new", bytes)}`];
  const [now, then] = [bytes, readFileSync(path)].map((it) => PNG.sync.read(it));
  if (now.width !== then.width || now.height !== then.height) {
    return [`${name} was ${then.width} x ${then.height} and is ${now.width} x ${now.height}: ${made("new", bytes)}`];
  }
  const difference = new PNG({ width: now.width, height: now.height });
  const pixels = pixelmatch(now.data, then.data, difference.data, now.width, now.height, { threshold: THRESHOLD });
  if (pixels <= MOST_PIXELS) return [];
  made("new", bytes);
  return [`${name} differs in ${pixels} pixels: ${made("difference", PNG.sync.write(difference))}`];
}

function keep(path, bytes) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

// What tells most of a language or a palette.
const TELLING = "idle,initiating,waiting,popup,confirming,blocked,sent,offline,review,success,declined,expired,cancelled,down,back";
// Of the colour distance of black and white: what antialiasing and another version of the browser change is less.
const THRESHOLD = 0.2;
// One letter of small print is more.
const MOST_PIXELS = 40;

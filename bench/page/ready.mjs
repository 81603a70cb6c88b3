// How long a slow phone waits for a button: ours, the same flow written by hand, and the same WebAssembly the simple way.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { load, press, pressForm } from "./load.mjs";
import { byHandPage, emptyPage, malipoPage, naivePage } from "./shop.mjs";
import { PKG, ROOT } from "./stack.mjs";
import { median, rounded, spread } from "./statistics.mjs";

/** Loads and presses each of them `rounds` times, in turn; several at a time are not judged by what they take. */
export async function measureReady({ browser, stack, rounds, together, shots }) {
  const { shop, provider } = stack;
  shop.file("/by-hand.js", readFileSync(join(ROOT, "bench/page/by-hand/by-hand.js")));
  shop.file("/naive.js", readFileSync(join(ROOT, "bench/page/naive/naive.js")));
  shop.hang("/on-its-way.js");
  const candidates = CANDIDATES.filter((it) => together === 1 || it.alwaysRuns);
  const seen = Object.fromEntries(candidates.map(({ name }) => [name, { loads: [], presses: [] }]));
  const bare = [];
  const forms = [];
  for (let round = 1; round <= rounds; round += 1) {
    await each(turned(candidates, round), together, async ({ name, page, pays }) => {
      const order = stack.order();
      const url = place(shop, `/${name}-${round}`, page(order));
      const shot = (what) => (round === 1 ? join(shots, `${name}-${what}.png`) : undefined);
      seen[name].loads.push(await load(browser, url, { shot: shot("loaded") }));
      if (pays) seen[name].presses.push(await press(browser, url, { stack, quote: order.quote, shot: shot("pressed") }));
    });
    if (round > FEW) continue;
    bare.push(await load(browser, place(shop, `/bare-${round}`, malipoPage(stack.order(), { isBare: true }))));
    const form = place(shop, `/form-${round}`, malipoPage(stack.order(), { script: "/on-its-way.js" }));
    forms.push(await pressForm(browser, form, { provider }));
  }
  return result(candidates, seen, bare, forms, together === 1);
}

/** Does something with each of them, so many at a time. */
export async function each(all, together, act) {
  const left = [...all];
  const one = async () => {
    for (let it = left.shift(); it; it = left.shift()) await act(it);
  };
  await Promise.all(Array.from({ length: together }, one));
}

/** From another one each round, so that what else the machine does is shared by all. */
export const turned = (all, round) => [...all.slice(round % all.length), ...all.slice(0, round % all.length)];

export function place(front, path, page) {
  front.file(path, page);
  return front.origin + path;
}

function result(candidates, seen, bare, forms, judged) {
  const ready = (name) => [...seen[name].loads, ...seen[name].presses].map((it) => it.ready);
  const checkout = (name) => seen[name].presses.map((it) => it.checkout);
  const ratio = (times, one, other) => rounded(median(times(one)) / median(times(other)));
  const time = (figure, times, note = "") => ({ figure, value: rounded(median(times)), unit: "ms", target: null, holds: null, note: [note, spread(times)].filter(Boolean).join("; ") });
  const toHand = ratio(ready, "malipo", "by-hand");
  const kept = seen.malipo.presses.filter((it) => it.opened === 1 && it.pressed < (it.wasm ?? Infinity)).length;
  const early = seen.malipo.presses.filter((it) => it.pressed < (it.wasm ?? Infinity)).length;
  return {
    name: "page-ready",
    title: "Ready: from navigation to a button whose press leads to a checkout tab",
    section: "page",
    rows: [
      { figure: "ready, Malipo to by hand", value: toHand, unit: "times", target: "at most 1.25", holds: judged ? toHand <= 1.25 : null, note: judged ? "medians; alternately in one run" : "several pages at once: not judged" },
      ...candidates.map(({ name, title, note }) => time(`ready, ${title}`, ready(name), note)),
      { figure: "ready, Malipo to naive", value: ratio(ready, "malipo", "naive"), unit: "times", target: null, holds: null, note: "" },
      ...candidates.filter((it) => it.pays).map(({ name, title }) => time(`checkout page asked for, pressed as soon as ready, ${title}`, checkout(name))),
      { figure: "checkout page, Malipo to by hand", value: ratio(checkout, "malipo", "by-hand"), unit: "times", target: null, holds: null, note: "a press as early as this one waits for the WebAssembly" },
      ...steadiness("Malipo", seen.malipo.loads, judged),
      { ...steadiness("Malipo, without the README's line for the stylesheet", bare, judged)[0], target: null, holds: null },
      ...steadiness("by hand", seen["by-hand"].loads, judged).map((it) => ({ ...it, target: null, holds: null })),
      { figure: "presses before the WebAssembly that led to one checkout tab", value: `${kept} of ${early}`, unit: "", target: "all", holds: early > 0 ? kept === early : null, note: early > 0 ? "" : "the WebAssembly was there before every press" },
      { figure: "presses of the form before the script that led to the checkout page", value: `${forms.filter(Boolean).length} of ${forms.length}`, unit: "", target: "all", holds: forms.every(Boolean), note: "in the same tab" },
    ],
    bars: [{ title: "Ready on a slow phone", unit: "ms", items: candidates.map(({ name, title }) => [title, rounded(median(ready(name)))]) }],
  };
}

/** What moves and what blocks while a page loads, nobody touching it. */
function steadiness(title, loads, judged) {
  const shifts = loads.map(shiftOf);
  const long = loads.map((it) => it.longTasks.length);
  const worst = Math.max(0, ...loads.flatMap((it) => it.longTasks.map((task) => task.ms)));
  const moved = Number(Math.max(...shifts).toFixed(4));
  return [
    { figure: `CLS, ${title}`, value: moved, unit: "", target: "0", holds: moved === 0, note: loads.length === 1 ? "one load" : `the most of ${loads.length} loads` },
    { figure: `long tasks over 50 ms, ${title}`, value: median(long), unit: "", target: "0", holds: judged ? median(long) === 0 : null, note: `a load, the median; the longest took ${rounded(worst)} ms` },
  ];
}

/** The sum of what moved without a press. */
export const shiftOf = ({ shifts }) => shifts.reduce((sum, it) => sum + it.value, 0);

const wasmName = () => readdirSync(PKG).find((it) => /^core-[0-9a-f]+\.wasm$/.test(it));

/** So often is looked at what hardly differs from one time to the next. */
const FEW = 2;
const CANDIDATES = [
  { name: "malipo", title: "Malipo", page: malipoPage, pays: true, alwaysRuns: true, note: "as in the README" },
  { name: "malipo-preload", title: "Malipo, WebAssembly preloaded", page: (order) => malipoPage(order, { wasm: wasmName() }), pays: true, note: "the line of docs/csp.md" },
  { name: "by-hand", title: "by hand", page: byHandPage, pays: true, alwaysRuns: true, note: "bench/page/by-hand" },
  { name: "naive", title: "naive WebAssembly", page: naivePage, pays: true, alwaysRuns: true, note: "the same WebAssembly, and a button when it is there: bench/page/naive" },
  { name: "empty", title: "no way to pay", page: emptyPage, pays: false, note: "what the set-up costs by itself" },
];

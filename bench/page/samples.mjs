// What V8's samples and the browser's own record of a page's start come to.
import { rounded } from "./statistics.mjs";

/** The places in which a profile's samples fell, and what of the time was not idle. */
export function summary({ nodes, samples, timeDeltas }, sources = {}) {
  const spent = new Map();
  const byId = new Map(nodes.map((it) => [it.id, it.callFrame]));
  let busy = 0;
  samples.forEach((id, index) => {
    const { functionName, url, lineNumber, columnNumber } = byId.get(id);
    if (functionName === "(idle)" || functionName === "(root)") return;
    // A sample stands for the time until the next one.
    const us = Math.max(0, timeDeltas[index + 1] ?? 0);
    busy += us;
    const place = url ? `${nameOf(url)}:${lineNumber + 1}:${columnNumber + 1}` : "";
    const key = `${functionName} ${place}`;
    const before = spent.get(key) ?? { us: 0, name: functionName || "(anonymous)", place, text: beginning(sources[url], lineNumber, columnNumber) };
    spent.set(key, { ...before, us: before.us + us });
  });
  const sorted = [...spent.values()].sort((one, other) => other.us - one.us).slice(0, LINES);
  const lines = sorted.map((it) => [rounded(it.us / 1000), `${Math.round((it.us / busy) * 100)} %`, it.name, it.place, it.text]);
  return { lines, busyMs: busy / 1000 };
}

/**
 * What the main thread did that loaded `url`, by the names of a trace's events: each without what went on inside it. What is
 * not named there is `RunTask`: the browser's own housekeeping.
 */
export function timeline(events, url) {
  const first = events.find((it) => it.name === "ParseHTML" && it.args?.beginData?.url === url);
  if (!first) throw new Error(`the trace holds nothing of ${url}`);
  const isOurs = (it) => it.ph === "X" && it.pid === first.pid && it.tid === first.tid && it.ts + it.dur >= first.ts;
  const own = new Map();
  const open = [];
  const closeUntil = (ts) => {
    while (open.length > 0 && open.at(-1).end <= ts) {
      const { name, us } = open.pop();
      own.set(name, (own.get(name) ?? 0) + us);
    }
  };
  for (const { name, ts, dur } of events.filter(isOurs).sort((one, other) => one.ts - other.ts || other.dur - one.dur)) {
    closeUntil(ts);
    if (open.length > 0) open.at(-1).us -= dur;
    open.push({ name, end: ts + dur, us: dur });
  }
  closeUntil(Infinity);
  const all = [...own.values()].reduce((sum, it) => sum + it, 0);
  const sorted = [...own].sort(([, one], [, other]) => other - one).slice(0, LINES);
  return sorted.map(([name, us]) => [rounded(us / 1000), `${Math.round((us / all) * 100)} %`, name]);
}

const beginning = (text, line, column) => (text?.split("\n")[line] ?? "").slice(Math.max(0, column - 12), column + 36);
const nameOf = (url) => url.split("?")[0].split("/").pop() || "the page";

const LINES = 15;

// What V8's samples come to.
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

const beginning = (text, line, column) => (text?.split("\n")[line] ?? "").slice(Math.max(0, column - 12), column + 36);
const nameOf = (url) => url.split("?")[0].split("/").pop() || "the page";

const LINES = 15;

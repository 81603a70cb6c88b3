// What the benchmarks make of what they measured.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sizeRows } from "../bench/page/bytes.mjs";
import { summary, timeline } from "../bench/page/samples.mjs";
import { median, quantile, rounded } from "../bench/page/statistics.mjs";
import { document } from "../bench/results/document.mjs";
import { barPlot, linePlot } from "../bench/results/plot.mjs";

const COMMIT = "a".repeat(40);
const row = (more) => ({ figure: "ready", value: 1.2, unit: "times", target: "at most 1.25", holds: true, note: "", ...more });
const part = (more) => ({ name: "page-ready", title: "Ready", section: "page", commit: COMMIT, rows: [row()], ...more });
const run = (more) => ({ parts: [part()], expected: ["page-ready"], commit: COMMIT, isChanged: false, machine: { cores: 2 }, date: "2026-11-22 08:00", ...more });

/** Of this run, the document has all of `has` in this order, and nothing of `lacks`. */
function check(more, has, lacks = []) {
  const { markdown } = document(run(more));
  let from = 0;
  for (const text of has) {
    const found = markdown.indexOf(text, from);
    assert.notEqual(found, -1, `${JSON.stringify(text)} is not in the rest of\n${markdown.slice(from)}`);
    from = found + text.length;
  }
  for (const text of lacks) assert.ok(!markdown.includes(text), `${text} is in\n${markdown}`);
}

test("a small run makes this document", () => {
  const { markdown, verdict } = document(run());
  assert.equal(verdict, "1 of 1 targets reached");
  assert.equal(markdown, `# Results

All 1 targets reached.

Measured 2026-11-22 08:00 UTC, commit \`aaaaaaaaaaaa\`. How, and how to repeat it: [README.md](README.md).

| machine |  |
| --- | --- |
| cores | 2 |

## The page

### Ready

| figure | measured | target |  | note |
| --- | --- | --- | --- | --- |
| ready | 1.2 times | at most 1.25 | holds |  |
`);
});

test("what misses its target is said first, before everything else", () => {
  check({ parts: [part({ rows: [row(), row({ figure: "CLS", value: 0.5, unit: "", target: "0", holds: false })] })] }, [
    "# Results\n\n**1 of 2 targets missed:**\n\n- CLS: **0.5**, target 0 ([Ready](#ready))", "Measured", "| CLS | 0.5 | 0 | **misses** |",
  ]);
});

test("what could not be measured is a miss, with the reason", () => {
  check({ parts: [part({ rows: [row({ figure: "15,000 streams", value: null, target: null, holds: false, note: "too few descriptors" })] })] }, [
    "- 15,000 streams: **not measured** (too few descriptors)", "| 15,000 streams | not measured |",
  ]);
});

test("a figure that was not judged counts neither way", () => {
  check({ parts: [part({ rows: [row(), row({ holds: null })] })] }, ["All 1 targets reached."]);
});

test("what makes a run doubtful is named", () => {
  const other = "b".repeat(40);
  for (const [more, says] of [
    [{ expected: ["page-ready", "many", "verify"] }, "- not measured: `many`, `verify`"],
    [{ parts: [part({ commit: other })] }, "- measured on another commit, `bbbbbbbbbbbb`: `page-ready`"],
    [{ parts: [part({ commit: `${other}-dirty` })] }, "- measured on another commit, `bbbbbbbbbbbb` with changes: `page-ready`"],
    [{ parts: [part({ commit: `${COMMIT}-dirty` })] }, "- measured on another commit, `aaaaaaaaaaaa` with changes: `page-ready`"],
    [{ parts: [part({ commit: undefined })] }, "- of an unknown commit: `page-ready`"],
    [{ parts: [part({ quick: true })] }, "- measured quickly, to see whether it works: `page-ready`"],
    [{ isChanged: true }, "- files had been changed since the commit"],
  ]) {
    check(more, ["All 1 targets reached.", "**To be taken with care:**", says, "Measured"]);
  }
  check({}, [], ["care"]);
});

test("the parts stand in the order of a whole run, each in its section", () => {
  const parts = [part({ name: "unknown", title: "Else", section: "server" }), part({ name: "many", title: "Many", section: "server" }), part({ name: "b", title: "Bytes of it", section: "bytes" }), part()];
  check({ parts, expected: ["page-ready", "b", "many"] }, ["## The page", "### Ready", "## Bytes", "### Bytes of it", "## The server", "### Many", "### Else"]);
});

test("what a part says of the machine stands with the machine, the first part's word before the next one's", () => {
  check({ parts: [part({ machine: { browser: "Chromium 1" } }), part({ name: "other", machine: { browser: "Chromium 2", files: 20000 } })] }, [
    "| cores | 2 |", "| browser | Chromium 1 |", "| files | 20,000 |",
  ]);
});

test("peers stand side by side, and no cell ends its table", () => {
  const tables = [{ title: "Side by side", columns: ["", "bytes"], rows: [["a | b`\n<c>", 12345], ["d", 6]] }];
  check({ parts: [part({ rows: [], tables })] }, ["Side by side:", "| --- | ---: |", "| a \\| b\\` &lt;c> | 12,345 |", "| d | 6 |"]);
});

test("series of one title are one plot, and bars are one each", () => {
  const line = (title, label) => ({ title, x_label: "streams", y_label: "ms", log_x: true, label, points: [[1000, 1], [15000, 3]] });
  const bars = [{ title: "Who & what", unit: "ms", items: [["Malipo", 1200], ["by hand", 1000]] }];
  const { markdown, plots } = document(run({ parts: [part({ series: [line("Late", "p50"), line("Late", "p99"), line("Memory")], bars })] }));
  assert.deepEqual(Object.keys(plots).sort(), ["page-ready-late.svg", "page-ready-memory.svg", "page-ready-who--what.svg"]);
  for (const name of Object.keys(plots)) assert.ok(markdown.includes(`(plots/${name})`), markdown);
  assert.equal(plots["page-ready-late.svg"].match(/<polyline/g).length, 2);
  assert.match(plots["page-ready-late.svg"], />p99</);
});

test("a plot is drawn whatever the figures are, within its paper", () => {
  for (const points of [[[0, 0]], [[5, 5], [5, 5]], [[1, 0.0001], [2, 1e9]], [[1, -3], [10, 7]]]) {
    for (const log_x of [false, points.every(([x]) => x > 0)]) {
      const svg = linePlot([{ title: "t", x_label: "x", y_label: "y", log_x, points }]);
      const places = [...svg.matchAll(/c[xy]="([^"]*)"/g)].map((it) => Number(it[1]));
      assert.equal(places.length, 2 * points.length);
      assert.ok(places.every((it) => 0 <= it && it <= 720), svg);
    }
  }
  assert.ok(!/NaN|Infinity/.test(barPlot({ title: "t", unit: "ms", items: [["a", 0], ["b<", 0]] })));
});

test("the table of `make size` is read by its heading", () => {
  const table = `bytes           raw       gz       br   change    limit
malipo.js     41098    14847    13207    +2162     8000
wasm         148876    67338     7774      new
total        189974    82185    39000        0    40000

parts           raw       br   change
glue              1        2       +3
`;
  const rows = sizeRows(table).map(({ figure, value, target, holds }) => [figure, value, target, holds]);
  assert.deepEqual(rows, [["malipo.js", 13207, "at most 8000", false], ["wasm", 7774, null, null], ["total", 39000, "at most 40000", true]]);
  assert.deepEqual(sizeRows("nothing of the kind"), []);
});

test("samples are added up by place, and idle time is no work", () => {
  const frame = (id, functionName, url = "") => ({ id, callFrame: { functionName, url, lineNumber: 0, columnNumber: 12 } });
  const profile = { nodes: [frame(1, "(idle)"), frame(2, "paint", "http://a/m.js"), frame(3, "")], samples: [2, 1, 2, 3], timeDeltas: [0, 2000, 5000, 4000] };
  const { lines, busyMs } = summary(profile, { "http://a/m.js": "// 3 letters paint() { }" });
  assert.equal(busyMs, 6);
  assert.deepEqual(lines[0], [6, "100 %", "paint", "m.js:1:13", "// 3 letters paint() { }"]);
});

test("what a thread did is told by name, each without what went on inside it", () => {
  const event = (name, ts, dur, more) => ({ ph: "X", pid: 1, tid: 1, name, ts, dur, ...more });
  const url = "http://a/";
  const events = [
    event("ParseHTML", 1000, 4000, { args: { beginData: { url } } }), event("RunTask", 0, 10_000), event("EvaluateScript", 2000, 1000),
    event("RunTask", 20_000, 3000), event("EvaluateScript", 20_000, 3000), event("Else", 0, 9000, { tid: 2 }), event("RunTask", -5000, 100),
  ];
  assert.deepEqual(timeline(events, url), [[6, "46 %", "RunTask"], [4, "31 %", "EvaluateScript"], [3, "23 %", "ParseHTML"]]);
  assert.throws(() => timeline(events, "http://b/"), /nothing of http:\/\/b\//);
});

test("medians and the rest lie between two measurements in proportion", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([1, 2]), 1.5);
  assert.equal(quantile([0, 10], 0.95), 9.5);
  assert.throws(() => median([]), /nothing was measured/);
  assert.deepEqual([rounded(12.6), rounded(1.256)], [13, 1.26]);
});

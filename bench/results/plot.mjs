// Plots as SVG, drawn by hand: a file that shows itself in light and in dark, and is the same whoever draws it.
import { number } from "./table.mjs";

/** Lines over one pair of axes: `[{title, x_label, y_label, log_x, points, label}]`, of one title. */
export function linePlot(series) {
  const [{ title, x_label, y_label, log_x }] = series;
  const xs = series.flatMap((it) => it.points.map(([x]) => x));
  const ys = series.flatMap((it) => it.points.map(([, y]) => y));
  const legend = series.length > 1 ? series.map((it, index) => it.label ?? `${index + 1}`) : [];
  const bottom = HEIGHT - 56;
  const top = 48 + (legend.length > 0 ? 24 : 0);
  const across = scale(xs, log_x, LEFT, WIDTH - 24);
  const upwards = scale([0, ...ys], false, bottom, top);
  const marks = [
    ...upwards.ticks.map((y) => `<line class="grid" x1="${LEFT}" x2="${WIDTH - 24}" y1="${at(upwards.of(y))}" y2="${at(upwards.of(y))}"/>${text(LEFT - 8, upwards.of(y) + 4, short(y), "end")}`),
    ...across.ticks.map((x) => `<line class="grid" x1="${at(across.of(x))}" x2="${at(across.of(x))}" y1="${top}" y2="${bottom}"/>${text(across.of(x), bottom + 20, short(x), "middle")}`),
    text((LEFT + WIDTH - 24) / 2, HEIGHT - 12, x_label, "middle"),
    `<text transform="translate(16 ${at((top + bottom) / 2)}) rotate(-90)" text-anchor="middle">${escaped(y_label)}</text>`,
    ...legend.map((it, index) => `<rect class="c${index % COLOURS}" x="${LEFT + index * 180}" y="46" width="12" height="12"/>${text(LEFT + 18 + index * 180, 56, it, "start")}`),
    ...series.map(({ points }, index) => {
      const places = points.map(([x, y]) => [at(across.of(x)), at(upwards.of(y))]);
      const dots = places.map(([x, y]) => `<circle class="c${index % COLOURS}" cx="${x}" cy="${y}" r="4"/>`).join("");
      return `<polyline class="l${index % COLOURS}" points="${places.map((it) => it.join(",")).join(" ")}"/>${dots}`;
    }),
  ];
  return drawing(title, HEIGHT, marks);
}

/** Bars from left to right, the first one in colour: `{title, unit, items: [[label, value]]}`. */
export function barPlot({ title, unit, items }) {
  const most = Math.max(...items.map(([, value]) => value), 0) || 1;
  const from = 250;
  const marks = items.map(([label, value], index) => {
    const y = 48 + index * 30;
    const width = ((WIDTH - 110 - from) * value) / most;
    return `${text(from - 10, y + 15, label, "end")}<rect class="${index === 0 ? "c0" : "other"}" x="${from}" y="${y}" width="${at(width)}" height="20" rx="2"/>${text(from + width + 8, y + 15, `${number(value)} ${unit}`, "start")}`;
  });
  return drawing(title, 48 + items.length * 30 + 12, marks);
}

/** Where values lie between two places, and the round ones among them. */
function scale(values, isLog, from, to) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (isLog) {
    const [low, high] = [Math.log10(least), Math.log10(most)];
    const powers = Array.from({ length: Math.floor(high + 1e-9) - Math.ceil(low - 1e-9) + 1 }, (_, index) => 10 ** (Math.ceil(low - 1e-9) + index));
    // What was measured is more telling than round figures, as long as there is room for it.
    const ticks = new Set(values).size <= MOST_TICKS ? [...new Set(values)] : powers;
    return { ticks, of: (value) => from + ((Math.log10(value) - low) / (high - low || 1)) * (to - from) };
  }
  const step = roundStep((most - least) / 5 || 1);
  const low = Math.floor(least / step) * step;
  const high = Math.ceil(most / step) * step || step;
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, index) => low + index * step);
  return { ticks, of: (value) => from + ((value - low) / (high - low || 1)) * (to - from) };
}

/** 1, 2 or 5 times a power of ten, at least so much. */
function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((it) => it * power >= least) ?? 10);
}

function drawing(title, height, marks) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}">
<style>${STYLE}</style>
<rect class="paper" width="${WIDTH}" height="${height}" rx="6"/>
<text class="title" x="16" y="28">${escaped(title)}</text>
${marks.join("\n")}
</svg>
`;
}

const text = (x, y, content, anchor) => `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${escaped(content)}</text>`;
const at = (place) => Number(place.toFixed(1));
const short = (value) => (Math.abs(value) >= 1e6 ? `${number(value / 1e6)}M` : Math.abs(value) >= 1e4 ? `${number(value / 1e3)}k` : number(Number(value.toPrecision(6))));
const escaped = (value) => String(value).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

const WIDTH = 720;
const HEIGHT = 360;
const LEFT = 72;
const MOST_TICKS = 6;
/** Each told from the others by its lightness as well. */
const LIGHT = ["#1d4ed8", "#c2410c", "#15803d", "#86198f"];
const DARK = ["#8ab4ff", "#ffa366", "#6ee7a0", "#f0a6ff"];
const COLOURS = LIGHT.length;
const colours = (all) => all.map((it, index) => `.c${index}{fill:${it}}.l${index}{stroke:${it}}`).join("");
const STYLE = `text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-size:15px;font-weight:600}.paper{fill:#fff}.grid{stroke:#d0d7de}.other{fill:#8c959f}polyline{fill:none;stroke-width:2}${colours(LIGHT)}\
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.paper{fill:#0d1117}.grid{stroke:#30363d}.other{fill:#6e7681}${colours(DARK)}}`;

// RESULTS.md out of what the parts have measured: first what misses, then on what it was measured, then the figures.
import { barPlot, linePlot } from "./plot.mjs";
import { cell, number, table } from "./table.mjs";

/**
 * `parts` are the JSON files, `expected` their names in a whole run; `commit` is what is checked out, `isChanged` whether
 * files have been changed since. Gives `{markdown, plots, verdict}`, the plots by their files' names.
 */
export function document({ parts: all, expected, commit, isChanged, machine, date }) {
  const plots = {};
  const place = ({ name }) => (expected.includes(name) ? expected.indexOf(name) : expected.length);
  const parts = [...all].sort((one, other) => place(one) - place(other));
  const misses = parts.flatMap((part) => part.rows.filter((it) => it.holds === false).map((row) => miss(part, row)));
  const doubts = doubtsAbout({ parts, expected, commit, isChanged });
  const judged = parts.flatMap((it) => it.rows).filter((it) => it.holds !== null && it.holds !== undefined).length;
  const verdict = `${judged - misses.length} of ${judged} targets reached${doubts.length > 0 ? ", with reservations" : ""}`;
  const sections = SECTIONS.map(([name, title]) => [title, parts.filter((it) => it.section === name)]).filter(([, its]) => its.length > 0);
  const markdown = [
    "# Results",
    misses.length > 0 ? `**${misses.length} of ${judged} targets missed:**` : `All ${judged} targets reached.`,
    misses.join("\n"),
    doubts.length > 0 ? `**To be taken with care:**\n\n${doubts.map((it) => `- ${it}`).join("\n")}` : "",
    `Measured ${date} UTC, commit \`${commit.slice(0, 12)}\`. How, and how to repeat it: [README.md](README.md).`,
    table(["machine", ""], Object.entries({ ...machine, ...told(parts) }).map(([name, value]) => [name, number(value)])),
    ...sections.flatMap(([title, its]) => [`## ${title}`, ...its.flatMap((it) => written(it, plots))]),
  ];
  return { markdown: `${markdown.filter(Boolean).join("\n\n")}\n`, plots, verdict };
}

function miss(part, { figure, value, unit, target, note }) {
  const measured = value === null ? "not measured" : `${cell(value)} ${unit}`.trim();
  return `- ${cell(figure)}: **${measured}**${target ? `, target ${cell(target)}` : ""}${value === null && note ? ` (${cell(note)})` : ""} ([${part.title}](#${anchor(part.title)}))`;
}

/** Why these figures might not be what they seem. */
function doubtsAbout({ parts, expected, commit, isChanged }) {
  const names = (all) => all.map((it) => `\`${it}\``).join(", ");
  const is = parts.map((it) => it.name);
  const absent = expected.filter((it) => !is.includes(it));
  const quick = parts.filter((it) => it.quick).map((it) => it.name);
  const unsigned = parts.filter((it) => !it.commit).map((it) => it.name);
  const others = [...new Set(parts.map((it) => it.commit))].filter((it) => it && it !== commit);
  const of = (which) => names(parts.filter((it) => it.commit === which).map((it) => it.name));
  return [
    absent.length > 0 && `not measured: ${names(absent)}`,
    quick.length > 0 && `measured quickly, to see whether it works: ${names(quick)}`,
    unsigned.length > 0 && `of an unknown commit: ${names(unsigned)}`,
    ...others.map((it) => `measured on another commit, \`${it.slice(0, 12)}\`${it.endsWith("-dirty") ? " with changes" : ""}: ${of(it)}`),
    isChanged && "files had been changed since the commit",
  ].filter(Boolean);
}

/** What the parts say of the machine; the first that says a thing is heard. */
const told = (parts) => parts.reduce((before, { machine = {} }) => ({ ...before, ...machine, ...before }), {});

function written(part, plots) {
  const rows = part.rows.map(({ figure, value, unit, target, holds, note }) => [
    figure, value === null ? "not measured" : `${number(value)} ${unit}`.trim(), target ?? "", VERDICTS.get(holds) ?? "", note,
  ]);
  const show = (title, svg) => {
    const name = `${part.name}-${anchor(title)}.svg`;
    plots[name] = svg;
    return `![${title}](plots/${name})`;
  };
  return [
    `### ${part.title}`,
    rows.length > 0 ? table(["figure", "measured", "target", "", "note"], rows) : "",
    ...(part.tables ?? []).flatMap(({ title, columns, rows: all }) => [`${title}:`, table(columns, all)]),
    ...(part.bars ?? []).map((it) => show(it.title, barPlot(it))),
    ...groups(part.series ?? []).map((all) => show(all[0].title, linePlot(all))),
  ];
}

/** Those of one title are one plot. */
const groups = (series) => [...new Set(series.map((it) => it.title))].map((title) => series.filter((it) => it.title === title));

/** As GitHub names a heading. */
const anchor = (title) => title.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");

const SECTIONS = [["page", "The page"], ["bytes", "Bytes"], ["server", "The server"]];
const VERDICTS = new Map([[true, "holds"], [false, "**misses**"]]);

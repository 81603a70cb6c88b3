// The bytes of what a page loads: the table of `make size`.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./stack.mjs";

export function measureBytes() {
  // It fails where a limit is passed, which is what is to be told here.
  const { stdout, stderr } = spawnSync(process.execPath, [join(ROOT, "tools/size.mjs")], { encoding: "utf8" });
  const rows = sizeRows(stdout);
  if (rows.length === 0) throw new Error(`tools/size.mjs printed no table: ${stdout}${stderr}`);
  return { name: "page-bytes", title: "Bytes: the table of `make size`, brotli 11", section: "bytes", rows };
}

/** The rows of its first table: what they are of, then the columns that its heading names. */
export function sizeRows(text) {
  // What the files are made of is told below, after an empty line.
  const lines = text.trim().split(/\n\s*\n/)[0].split("\n");
  const heading = lines.findIndex((it) => /\bbr\b/.test(it) && /\blimit\b/.test(it));
  if (heading < 0) return [];
  const ends = [...lines[heading].matchAll(/\S+/g)].slice(1).map((it) => [it[0], it.index + it[0].length]);
  const cell = (line, end) => /(\S+)$/.exec(line.slice(0, end))?.[1] ?? "";
  return lines.slice(heading + 1).flatMap((line) => {
    const cells = Object.fromEntries(ends.map(([name, end]) => [name, line.length >= end || name === "limit" ? cell(line.padEnd(end), end) : ""]));
    const value = Number(cells.br);
    if (!cells.br || Number.isNaN(value)) return [];
    const limit = cells.limit ? Number(cells.limit) : undefined;
    const note = [`raw ${cells.raw}, gzip ${cells.gz}`, cells.change && `${cells.change} since the last record`].filter(Boolean).join("; ");
    return [{ figure: line.trim().split(/\s{2,}/)[0], value, unit: "bytes", target: limit ? `at most ${limit}` : null, holds: limit ? value <= limit : null, note }];
  });
}

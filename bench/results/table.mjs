// Tables in Markdown.

/** A table; what is in a cell cannot end it. */
export function table(columns, rows) {
  const line = (cells) => `| ${cells.map((it) => cell(it)).join(" | ")} |`;
  const right = columns.map((_, index) => rows.length > 0 && rows.every((row) => typeof row[index] === "number"));
  return [line(columns), `| ${right.map((it) => (it ? "---:" : "---")).join(" | ")} |`, ...rows.map(line)].join("\n");
}

export const cell = (value) => number(value ?? "").replaceAll("\\", "\\\\").replaceAll(/[|`]/g, "\\$&").replaceAll("<", "&lt;").replaceAll(/\s*\n\s*/g, " ");

/** Digits in groups of three; texts stay as they are. */
export const number = (value) => (typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 6 }) : String(value));

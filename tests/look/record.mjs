// What was looked at once and accepted: ACCEPT=1 writes it anew, else what differs fails.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../chromium.mjs";

/** Compares `text` with a file, or with the part of it between `<!-- name -->` and `<!-- /name -->`. */
export function recorded(path, name, text) {
  const file = join(ROOT, path);
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const [start, end] = name ? [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`] : ["", ""];
  const from = name ? before.indexOf(start) + start.length : 0;
  const to = name ? before.indexOf(end, from) : before.length;
  assert.ok(!name || (from >= start.length && to >= 0), `${path} has no part called ${name}`);
  if (process.env.ACCEPT) return writeFileSync(file, before.slice(0, from) + text + before.slice(to));
  assert.equal(text, before.slice(from, to), `${path} tells otherwise: look at the difference, then accept it with make screenshots-accept`);
}

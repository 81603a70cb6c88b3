// What a page takes from elsewhere, so that it cannot differ: `<!-- include docs/csp.md -->` puts a file there (without its
// title), `<!-- integrity -->` the lines that the build made.
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** The Markdown with everything included. */
export function included(markdown, root) {
  return markdown
    .replace(/^<!-- include (\S+) -->$/gm, (_, file) => lowered(rebased(readFileSync(join(root, file), "utf8"), file)))
    .replace(/^<!-- integrity -->$/gm, () => integrity(root));
}

/** Without its title, and with its headings one level lower. */
function lowered(markdown) {
  let fenced = false;
  return markdown
    .replace(/^# .+\n/, "")
    .split("\n")
    .map((line) => {
      if (line.startsWith("```")) fenced = !fenced;
      return !fenced && /^#{2,5} /.test(line) ? `#${line}` : line;
    })
    .join("\n")
    .trim();
}

/** Links of a file of another folder, as seen from the folder of the pages. */
function rebased(markdown, file) {
  const folder = posix.relative("www/docs", posix.dirname(file));
  return markdown.replace(/\]\((?![a-z]+:|#|\/)([^)\s]+)\)/g, (_, path) => `](${posix.join(folder, path)})`);
}

function integrity(root) {
  const hashes = JSON.parse(readFileSync(join(root, "pkg/integrity.json"), "utf8"));
  const named = (start) => Object.keys(hashes).find((it) => it.startsWith(start));
  const entry = named("malipo-");
  const preload = `<link rel="preload" as="fetch" href="/malipo/${named("core-")}" crossorigin="anonymous">`;
  const line = `<script type="module" src="/malipo/${entry}" integrity="${hashes[entry]}" crossorigin="anonymous"></script>`;
  const rows = Object.entries(hashes).map(([name, hash]) => `| \`${name}\` | \`${hash}\` |`);
  return ["```html", preload, line, "```", "", "| file | hash |", "| --- | --- |", ...rows].join("\n");
}

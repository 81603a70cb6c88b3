// Nothing secret is shipped: every secret that stands anywhere in the project is looked for in every file of the tarball.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

import { consumer } from "./consumer.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Every file below a folder, by its path, as bytes that can be searched: unpacked, and texts in base64 decoded as well. */
function shipped() {
  const folder = join(consumer(), "node_modules/malipo");
  const all = new Map();
  for (const entry of readdirSync(folder, { recursive: true })) {
    const path = join(folder, entry);
    if (!statSync(path).isFile()) continue;
    const bytes = readFileSync(path);
    const plain = entry.endsWith(".br") ? brotliDecompressSync(bytes) : entry.endsWith(".gz") ? gunzipSync(bytes) : bytes;
    const text = plain.toString("latin1");
    const decoded = [...text.matchAll(/[A-Za-z0-9+/]{200,}={0,2}/g)].map(([it]) => Buffer.from(it, "base64").toString("latin1"));
    all.set(relative(folder, path), [text, ...decoded].join("\n"));
  }
  assert.ok(20 < all.size, [...all.keys()].join());
  return all;
}

/** What stands in the project's own configurations and tests as a secret. */
function secrets() {
  const files = execFileSync("git", ["ls-files", "*.toml", "*.pem", "server/tests", "tests/backend/src", "tests/e2e/src", "www", "examples"], { cwd: root, encoding: "utf8" });
  const all = new Set();
  for (const file of files.trim().split("\n")) {
    const text = readFileSync(join(root, file), "latin1");
    for (const [, value] of text.matchAll(/(?:key|secret|password|token)[A-Za-z_]*\s*(?:: &str)?\s*[=:]\s*"([^"\s]{12,})"/gi)) all.add(value);
    for (const [value] of text.matchAll(/\b(?:whsec_|jo_live_|jo_test_)[A-Za-z0-9+/=_-]{8,}/g)) all.add(value);
    for (const [value] of text.matchAll(/\b[A-Z][A-Z-]*CANARY[A-Z0-9-]*/g)) all.add(value);
    if (file.endsWith(".pem")) for (const line of text.split("\n")) if (50 < line.length) all.add(line);
  }
  assert.ok(30 < all.size, `${all.size} secrets`);
  return all;
}

/** What no file may hold, whoever wrote it. */
const FORBIDDEN = {
  "a provider's key": /jo_(live|test)_(?!jo_)\w{8}/,
  "a webhook's secret": /whsec_\w{8}/,
  "a private key": /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  "a token": /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\./,
  "a registry's token": /npm_\w{36}|_authToken/,
  "a folder of the builder's": /(\/root|\/home\/\w+|\/Users\/\w+|\/tmp|\.cargo\/registry)\//,
  "a map to the sources": /sourceMappingURL/,
};

test("no secret of the project and no path of this machine is shipped", () => {
  const wanted = secrets();
  const places = [homedir(), root.replace(/\/$/, ""), process.env.CARGO_HOME, process.env.CARGO_TARGET_DIR].filter((it) => it && 1 < it.length);
  for (const [name, text] of shipped()) {
    for (const secret of wanted) assert.ok(!text.includes(secret), `${secret} in ${name}`);
    for (const place of places) assert.ok(!text.includes(`${place}/`), `${place} in ${name}`);
    for (const [what, pattern] of Object.entries(FORBIDDEN)) assert.ok(!pattern.test(text), `${what} in ${name}: ${pattern.exec(text)?.[0]}`);
  }
});

test("nothing that is shipped makes code out of text", () => {
  for (const [name, text] of shipped()) {
    if (!/\.js(\.br|\.gz)?$/.test(name)) continue;
    for (const word of [/\beval\s*\(/, /\bnew\s+Function\b/, /\bFunction\s*\(/, /\.innerHTML\b/, /\.outerHTML\b/, /\binsertAdjacentHTML\b/, /\bdocument\.write\b/, /\bsetTimeout\s*\(\s*["'`]/]) {
      assert.doesNotMatch(text, word, name);
    }
  }
});

// Pages in Chromium that report by themselves what they found.
import { spawn } from "node:child_process";
import { readFileSync, rmSync, mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

/** Opens `page` of a folder, and gives what the page posts to /report: see pages/report.js. */
export async function report(folder, page) {
  let server, browser, limit;
  const profile = mkdtempSync(join(tmpdir(), "malipo-chromium-"));
  try {
    return await new Promise((resolve, reject) => {
      limit = setTimeout(() => reject(new Error(`${page} reported nothing within ${LIMIT_MS} ms`)), LIMIT_MS);
      server = createServer((request, response) => answer(folder, request, response, resolve));
      server.listen(0, "127.0.0.1", () => {
        const url = `http://127.0.0.1:${server.address().port}/${page}`;
        // A group of its own, to be stopped with all of its processes: they write to the profile until then.
        browser = spawn("chromium", [...FLAGS, `--user-data-dir=${profile}`, url], { stdio: "ignore", detached: true });
        browser.on("error", reject);
        browser.on("exit", (code) => reject(new Error(`chromium ended with ${code} before ${page} had reported`)));
      });
    });
  } finally {
    clearTimeout(limit);
    server?.closeAllConnections();
    server?.close();
    await stopped(browser);
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

function stopped(browser) {
  if (!browser?.pid || browser.exitCode !== null || browser.signalCode !== null) return undefined;
  return new Promise((done) => {
    browser.once("exit", done);
    process.kill(-browser.pid, "SIGKILL");
  });
}

async function answer(folder, request, response, done) {
  if (request.method === "POST" && request.url === "/report") {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    response.end();
    return done(JSON.parse(Buffer.concat(chunks)));
  }
  const path = normalize(new URL(request.url, "http://localhost").pathname);
  try {
    const body = readFileSync(join(folder, path));
    response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream");
    response.end(body);
  } catch {
    response.statusCode = 404;
    response.end();
  }
}

const FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --disable-background-networking".split(" ");

// A page takes a second; a machine that is busy building, ten times that.
const LIMIT_MS = 120_000;

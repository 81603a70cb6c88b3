// What every test of a page in Chromium needs: the tools that are pinned, a server of files, and the browser.
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Where tools/setup.sh has put what tools/package-lock.json names. */
const TOOLS = join(ROOT, ".tools/npm/node_modules");
const require = createRequire(join(TOOLS, "."));

/** A module that tools/package-lock.json names. */
export const tool = async (name) => {
  const module = await import(pathToFileURL(require.resolve(name)));
  return module.default ?? module;
};

/** The path of a file in one of those packages. */
export const toolFile = (path) => join(TOOLS, path);

/**
 * Serves what `find(pathname)` gives, and 404 for `undefined`; `posted(pathname, bytes)` hears what a page sends.
 * Gives the origin and `close()`.
 */
export async function serveFiles(find, { headers = {}, posted = () => {} } = {}) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    if (request.method === "POST") {
      posted(pathname, Buffer.concat(await request.toArray()));
      return response.writeHead(204).end();
    }
    const found = find(pathname);
    if (found === undefined) return response.writeHead(404).end();
    return response.writeHead(200, { "content-type": TYPES[extname(pathname)] ?? "application/octet-stream", ...headers }).end(found);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, close };
}

/** Headless Chromium in which nothing depends on the machine's settings. */
export async function launch() {
  const puppeteer = await tool("puppeteer-core");
  return puppeteer.launch({ executablePath: chromium(), headless: true, args: ARGUMENTS, protocolTimeout: LIMIT_MS });
}

function chromium() {
  return execFileSync("bash", ["-c", "command -v chromium || command -v chromium-browser || command -v google-chrome"], { encoding: "utf8" }).trim();
}

/** How long a page may take: a second or two, and far longer where the machine is busy building. */
export const LIMIT_MS = 120_000;
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".wasm": "application/wasm",
};
// No sandbox: the tests may run as root in a container, and open nothing but the project's own pages.
const ARGUMENTS = [
  "--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking",
  "--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb", "--disable-skia-runtime-opts", "--hide-scrollbars",
];

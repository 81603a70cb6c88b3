// The states page on a stage of its own: real files, a server without a backend, and Chromium with the project's own fonts.
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { extname, join } from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

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

/** Serves www/pages, and pkg/ at /malipo, as the demo does but with a strict policy. Gives the origin and `close()`. */
export async function serve() {
  if (!existsSync(join(ROOT, "pkg/malipo.js"))) throw new Error("pkg/ is not built: run make pkg");
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://stage");
    const found = pathname === FONTS ? fontSheet() : read(pathname);
    if (!found) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(pathname)] ?? "application/octet-stream", "content-security-policy": POLICY });
    response.end(found);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

function read(pathname) {
  const [, first, ...rest] = pathname.split("/");
  const path = { malipo: join(ROOT, "pkg", ...rest), fonts: toolFile(join("@fontsource", ...rest)) }[first] ?? join(ROOT, "www/pages", pathname);
  if (!existsSync(path) || pathname.includes("..")) return undefined;
  const bytes = readFileSync(path);
  return extname(path) === ".html" ? String(bytes).replace("</head>", `<link rel="stylesheet" href="${FONTS}"></head>`) : bytes;
}

/** One family out of the pinned files: what is drawn depends on no font of the machine. */
function fontSheet() {
  const faces = SCRIPTS.flatMap(([name, scripts]) => {
    const ranges = JSON.parse(readFileSync(toolFile(`@fontsource/${name}/unicode.json`), "utf8"));
    return scripts.flatMap((script) =>
      [400, 600].map((weight) => {
        const url = `/fonts/${name}/files/${name}-${script}-${weight}-normal.woff2`;
        return `@font-face{font-family:Stage;font-weight:${weight};src:url("${url}") format("woff2");unicode-range:${ranges[script]}}`;
      }),
    );
  });
  return `${faces.join("\n")}\n*{font-family:Stage!important}\n`;
}

/** Headless Chromium in which nothing depends on the machine's settings. */
export async function launch() {
  const puppeteer = await tool("puppeteer-core");
  return puppeteer.launch({ executablePath: chromium(), headless: true, args: ARGUMENTS, protocolTimeout: 120_000 });
}

/** A tab of this size, theme and wishes. */
export async function open(browser, { width = 1280, height = 900, scale = 1, features = {} } = {}) {
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  await page.setViewport({ width, height, deviceScaleFactor: scale });
  const media = Object.entries({ "prefers-color-scheme": "light", "prefers-reduced-motion": "no-preference", ...features });
  const session = await page.createCDPSession();
  await session.send("Emulation.setEmulatedMedia", { features: media.map(([name, value]) => ({ name, value })) });
  return page;
}

/** Opens the states page with this query, and waits until every scene is what it shows. */
export async function states(page, origin, query = {}) {
  const url = new URL("/states.html", origin);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  await page.goto(String(url));
  await page.waitForFunction("document.documentElement.dataset.scenes");
  const verdict = await page.evaluate("document.documentElement.dataset.scenes");
  if (verdict !== "ready") throw new Error(`${url.search}: ${verdict}`);
  await page.evaluate(() => document.fonts.ready.then(() => {}));
}

/** The languages that the widget speaks. */
export const LANGUAGES = ["en", "fr", "sw", "lg", "rw", "am", "ar", "pt", "es"];

function chromium() {
  return execFileSync("bash", ["-c", "command -v chromium || command -v chromium-browser || command -v google-chrome"], { encoding: "utf8" }).trim();
}

const FONTS = "/fonts.css";
const SCRIPTS = [["noto-sans", ["latin", "latin-ext"]], ["noto-sans-arabic", ["arabic"]], ["noto-sans-ethiopic", ["ethiopic"]]];
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".wasm": "application/wasm" };
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'";
// No sandbox: the tests may run as root in a container, and open nothing but the project's own pages.
const ARGUMENTS = ["--no-sandbox", "--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb", "--disable-skia-runtime-opts", "--hide-scrollbars"];

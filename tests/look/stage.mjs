// The states page on a stage of its own: real files, a server without a backend, and Chromium with the project's own fonts.
import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { after, before } from "node:test";
import { ROOT, launch, serveFiles, toolFile } from "../chromium.mjs";

/** The stage and a browser for all tests of a file, put away after them; gives `open` and `states`, and the stage's `origin()`. */
export function staged() {
  let stage, browser;
  before(async () => {
    [stage, browser] = await Promise.all([serveFiles(find, { headers: { "content-security-policy": POLICY } }), launch()]);
  });
  after(async () => {
    await browser.close();
    stage.close();
  });
  return { origin: () => stage.origin, open: (options) => open(browser, options), states: (page, query) => states(page, stage.origin, query) };
}

/** www/pages, and pkg/ at /malipo, as the demo serves them but with a strict policy. */
function find(pathname) {
  if (!existsSync(join(ROOT, "pkg/malipo.js"))) throw new Error("pkg/ is not built: run make pkg");
  if (pathname === FONTS) return fontSheet();
  const [, first, ...below] = pathname.split("/");
  const path = { malipo: join(ROOT, "pkg", ...below), fonts: toolFile(join("@fontsource", ...below)) }[first] ?? join(ROOT, "www/pages", pathname);
  if (!existsSync(path)) return undefined;
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

/** A tab of this size, theme and wishes. */
async function open(browser, { width = 1280, height = 900, scale = 1, features = {} } = {}) {
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  await page.setViewport({ width, height, deviceScaleFactor: scale });
  const media = Object.entries({ "prefers-color-scheme": "light", "prefers-reduced-motion": "no-preference", ...features });
  const session = await page.createCDPSession();
  await session.send("Emulation.setEmulatedMedia", { features: media.map(([name, value]) => ({ name, value })) });
  return page;
}

/** Opens the states page with this query, and waits until every scene is what it shows. */
async function states(page, origin, query = {}) {
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

const FONTS = "/fonts.css";
const SCRIPTS = [["noto-sans", ["latin", "latin-ext"]], ["noto-sans-arabic", ["arabic"]], ["noto-sans-ethiopic", ["ethiopic"]]];
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'";

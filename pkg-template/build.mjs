// Puts the package together: node pkg-template/build.mjs <wasm-pack's output> <package folder>
//
// In: core.js, core_bg.wasm, compat.js (the same as JavaScript) and names.json (what tools/pkg.sh leaves), and the files
// beside this one.
// Beside those: modules.json, what of the two bundles is which module's (tools/size.mjs).
// Out: the npm package, which is also what a backend serves as the script embed. Both run the same wasm:
// - npm: the modules as they are, with the glue (core.js) and the bytes as text (bytes.js), for every bundler;
// - embed: malipo.js, and the same file as malipo-<hash>.js: all that a button needs to be pressed. It loads rest-<hash>.js and
//   core-<hash>.wasm together. What has its content's hash in its name may be cached for ever. What is served lies there
//   compressed as well, so that no server compresses at run time;
// - web: for bundlers that copy files: one module that fetches core-<hash>.wasm; the rest are the modules of npm, and the
//   languages are loaded as those do.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const template = dirname(fileURLToPath(import.meta.url));
const root = dirname(template);
const esbuild = createRequire(join(root, ".tools/npm/package.json"))("esbuild");

// Copied as they are, to be read by people as well as by bundlers: the modules, their types, and what goes with them.
const LANGUAGES = readdirSync(join(template, "texts")).map((it) => it.replace(".js", ""));
const MODULES = [
  ...readdirSync(template).filter((it) => it.endsWith(".js") && it !== "malipo.js"),
  ...LANGUAGES.map((it) => `texts/${it}.js`),
];
const DECLARATIONS = readdirSync(template).filter((it) => it.endsWith(".d.ts"));
const PLAIN = [...MODULES, ...DECLARATIONS, "custom-elements.json", "README.md"];
const LICENCES = ["LICENSE-MIT", "LICENSE-APACHE"];
// Class fields and private methods stay as they are; lowering them costs more bytes than the engines before them are worth.
const LANGUAGE = "es2022";
// How brotli may write distances (RFC 7932, 4): the low bits that are kept apart, and how many distances have codes of their own.
const DISTANCES = [[0, 0], [0, 1], [1, 0], [1, 6], [1, 26], [2, 16], [3, 56], [3, 96]];

const [built, target] = process.argv.slice(2).map((it) => resolve(it));
if (!target) fail("usage: node pkg-template/build.mjs <wasm-pack's output> <package folder>");

// Made aside and moved at the end: a failed build leaves the last good package.
const out = `${target}.new`;
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "texts"), { recursive: true });

// Of each bundle's text, how many bytes of it are which module's.
const contents = new Map();
const wasm = readFileSync(join(built, "core_bg.wasm"));
const wasmName = `core-${short(wasm)}.wasm`;
const compat = minify(asModule(read(join(built, "compat.js"))));
const compatName = `compat-${short(compat)}.js`;
const glue = minify(withoutLoader(withFreshViews(shortenNames(read(join(built, "core.js"))))));
const texts = LANGUAGES.filter((it) => it !== "en").map((it) => [it, minify(read(join(template, `texts/${it}.js`)))]);
const textsNames = Object.fromEntries(texts.map(([code, content]) => [code, `texts-${code}-${short(content)}.js`]));
const rest = script("rest.js", {
  "javascript.js": written("embed/javascript.js", { "compat.js's hash": pin(compat) }),
  "pinned.js": written("embed/pinned.js"),
});
const restName = `rest-${short(rest)}.js`;
const entry = embed();
const entryName = `malipo-${short(entry)}.js`;
// What the modules load, and what the embed loads.
const generated = { "core.js": glue, "bytes.js": `export default"${wasm.toString("base64")}";\n`, "compat.js": compat, "web.js": web() };
const served = { "malipo.js": entry, [entryName]: entry, [restName]: rest, [wasmName]: wasm, [compatName]: compat };
for (const [code, content] of texts) served[textsNames[code]] = content;

for (const name of PLAIN) write(name, read(join(template, name)));
for (const name of LICENCES) cpSync(join(root, name), join(out, name));
for (const [name, content] of Object.entries({ ...generated, ...served })) write(name, content);
// For pages that pin what they load: the entry alone, which vouches for the others. They stand here for those who audit.
const pinned = { [entryName]: entry, [restName]: rest, [wasmName]: wasm, [compatName]: compat };
for (const [code, content] of texts) pinned[textsNames[code]] = content;
const integrities = Object.fromEntries(Object.entries(pinned).map(([name, content]) => [name, integrity(content)]));
write("integrity.json", `${JSON.stringify(integrities, null, 2)}\n`);
write("package.json", `${JSON.stringify(manifest(), null, 2)}\n`);

for (const name of [...MODULES, ...Object.keys(generated), ...Object.keys(served)]) compress(name);

writeFileSync(join(built, "modules.json"), JSON.stringify({ "malipo.js": contents.get(entry), rest: contents.get(rest) }));

rmSync(target, { recursive: true, force: true });
renameSync(out, target);
console.log(`build.mjs: with integrity, and the WebAssembly asked for beside the entry:
<link rel="preload" as="fetch" href="/malipo/${wasmName}" crossorigin="anonymous">
<script type="module" src="/malipo/${entryName}" integrity="${integrities[entryName]}" crossorigin="anonymous"></script>`);

/** The script embed: one module, which loads all else by its name and hash. */
function embed() {
  const hashes = Object.fromEntries(texts.map(([code, content]) => [code, pin(content)]));
  const source = { "rest.js's hash": pin(rest) };
  return script("malipo.js", {
    "fetched.js": fetched(),
    "source.js": written("embed/source.js", source),
    "languages.js": written("embed/languages.js", { "const HASHES = {};": `const HASHES = ${JSON.stringify(hashes)};` }),
    "pinned.js": written("embed/pinned.js"),
  });
}

/** malipo/web: the same, but what is no WebAssembly stays an import that a bundler follows. */
function web() {
  const own = { "fetched.js": fetched(), "source.js": written("web/source.js") };
  return bundle("malipo.js", { own, options: { external: ["./rest.js", "./texts/*"] } });
}

/**
 * A file of the embed. It is run in pages alone, and nearly all of it at once: Chromium (136 and later) compiles what begins with
 * these words beside the page, and not one function after the other where it is called (0.1 s of a slow phone's start).
 */
function script(from, own) {
  const define = Object.fromEntries(["Element", "HTMLElement", "customElements"].map((it) => [`globalThis.${it}`, "true"]));
  return bundle(from, { own, options: { define, banner: { js: "//# allFunctionsCalledOnLoad" } } });
}

function fetched() {
  return written("web/fetched.js", { "./core_bg.wasm": `./${wasmName}`, "core_bg.wasm's integrity": `sha256-${hash(wasm)}` });
}

/** A file of the template with what only the build knows. */
function written(name, known = {}) {
  return Object.entries(known).reduce((text, [from, to]) => replace(text, from, to, name), read(join(template, name)));
}

/** One module out of the package's that begin with this one, with `own` in place of those of the same name. */
function bundle(from, { own = {}, options = {} }) {
  const folder = mkdtempSync(join(tmpdir(), "malipo-"));
  mkdirSync(join(folder, "texts"));
  for (const name of [...MODULES, "malipo.js"]) writeFileSync(join(folder, name), withShortStyle(read(join(template, name))));
  for (const [name, content] of Object.entries({ "core.js": glue, ...own })) writeFileSync(join(folder, name), content);
  const { outputFiles, metafile } = esbuild.buildSync({
    absWorkingDir: folder,
    entryPoints: [from],
    bundle: true,
    format: "esm",
    target: LANGUAGE,
    minify: true,
    legalComments: "none",
    metafile: true,
    write: false,
    ...options,
  });
  rmSync(folder, { recursive: true });
  const [{ text }] = outputFiles;
  const [{ inputs }] = Object.values(metafile.outputs);
  contents.set(text, Object.fromEntries(Object.entries(inputs).map(([name, it]) => [name, it.bytesInOutput])));
  // As esbuild lists what a module exports to one that imports it whole: in a page it meets what Object.prototype was given.
  if (/\bfor\s*\(var \w+ in /.test(text)) fail(`${from} holds a for-in`);
  return text;
}

/** Line ends in a sheet are for people. */
function withShortStyle(text) {
  return text.replace(/(?<=CSS = `)[^`]*/, (sheet) => sheet.replaceAll("\n", ""));
}

/** Glue that leaves it to its caller where the wasm comes from: `imports()`, then `finish(instance)`. */
function withoutLoader(text) {
  const [kept, loader] = text.split(/^async function __wbg_load\(/m);
  for (const name of ["__wbg_get_imports", "__wbg_finalize_init"]) {
    if (!loader || !kept.includes(`function ${name}(`)) fail(`core.js has no ${name} before its loader`);
  }
  return `${kept}\nexport { __wbg_get_imports as imports, __wbg_finalize_init as finish };`;
}

/**
 * Glue whose views of the memory are made anew when it has grown. It tells by the old buffer's being detached; that of
 * compat.js is only left behind, and would be read on.
 */
function withFreshViews(text) {
  const stale = /if \((cached\w+Memory0) === null \|\| \1\.(buffer\.detached|byteLength)\b.*\{$/gm;
  const views = text.match(/^let cached\w+Memory0 = null;$/gm) ?? [];
  if (views.length === 0 || text.match(stale)?.length !== views.length) fail("core.js looks at its memory in another way");
  const [, memory] = /new Uint8Array\((wasm\.\S+)\.buffer\)/.exec(text) ?? fail("core.js has no view of its memory");
  return text.replace(stale, (_, view) => `if (${view} === null || ${view}.buffer !== ${memory}.buffer) {`);
}

/** What wasm2js wrote runs at once, over imports of its own; here it is a function of the imports. */
function asModule(text) {
  const [kept, start] = text.replace(/^import .*$/gm, "").split(/^var retasmFunc = /m);
  if (!start || !kept.includes("function asmFunc(")) fail("compat.js does not look like what wasm2js writes");
  return `${kept}\nexport default asmFunc;`;
}

function minify(text) {
  return esbuild.transformSync(text, { format: "esm", target: LANGUAGE, minify: true, legalComments: "none" }).code;
}

/** Gives the glue the short names that wasm-opt gave the wasm's imports and exports. */
function shortenNames(text) {
  const { imports, exports } = JSON.parse(read(join(built, "names.json")));
  for (const [from, name, short] of imports) {
    text = replace(text, `"${from}": import`, `"${moduleName()}": import`, "core.js", true);
    text = swap(text, new RegExp(`(?<=[\\s{])${escape(name)}(?=: )`, "g"), short, name);
  }
  for (const [name, short] of exports) {
    // Some exports are for the start of the module only: not every one is called by the glue.
    text = text.replace(new RegExp(`(?<=\\bwasm\\.)${escape(name)}\\b`, "g"), () => short);
  }
  return text;
}

/** What wasm-opt calls the one module that the wasm imports from. */
function moduleName() {
  const names = new Set(WebAssembly.Module.imports(new WebAssembly.Module(wasm)).map((it) => it.module));
  if (names.size !== 1) fail(`the wasm imports from ${names.size} modules, not from its glue alone: ${[...names]}`);
  return [...names][0];
}

function manifest() {
  const it = JSON.parse(read(join(template, "package.json")));
  const version = /^\[workspace\.package\][^[]*?^version = "([^"]+)"/ms.exec(read(join(root, "Cargo.toml")))?.[1];
  if (!version) fail("Cargo.toml names no version under [workspace.package]");
  const exports = { ...it.exports, "./malipo.wasm": `./${wasmName}` };
  const files = [...PLAIN, ...LICENCES, "integrity.json", ...Object.keys(generated), ...Object.keys(served)].sort();
  return { ...it, version, exports, files };
}

function compress(name) {
  const bytes = readFileSync(join(out, name));
  // What a page loads is tried in several ways, of which the smallest is kept: 0.1 KB in all.
  const ways = /^(malipo|rest|core|texts)-/.test(name) || name === "malipo.js" ? DISTANCES : [[0, 0]];
  const tried = ways.map(([NPOSTFIX, NDIRECT]) => {
    const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT, BROTLI_PARAM_NPOSTFIX, BROTLI_PARAM_NDIRECT } = constants;
    const params = { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_SIZE_HINT]: bytes.length, [BROTLI_PARAM_NPOSTFIX]: NPOSTFIX, [BROTLI_PARAM_NDIRECT]: NDIRECT };
    return brotliCompressSync(bytes, { params });
  });
  write(`${name}.br`, tried.reduce((best, it) => (it.length < best.length ? it : best)));
  write(`${name}.gz`, gzipSync(bytes, { level: 9 }));
}

/** Replaces text that must be there: a name that changed must stop the build, not break the page. */
function replace(text, from, to, where = "core.js", optional = false) {
  if (!optional && !text.includes(from)) fail(`${where} does not mention ${from}`);
  return text.replaceAll(from, () => to);
}

function swap(text, pattern, to, name) {
  if (text.search(pattern) < 0) fail(`core.js does not provide ${name}, which the wasm imports`);
  return text.replace(pattern, () => to);
}

function escape(name) {
  return name.replace(/[$.*+?^{}()|[\]\\]/g, "\\$&");
}

/** What a page's script line says. What the entry says of the others is shorter: its bytes are waited for. */
function integrity(content) {
  return `sha384-${createHash("sha384").update(content).digest("base64")}`;
}

function hash(content) {
  return createHash("sha256").update(content).digest("base64");
}

/** What embed/pinned.js is told, which adds the sign that every hash ends with. */
function pin(content) {
  return hash(content).replace("=", "");
}

/** What is in a file's name of it: embed/pinned.js has it from the whole one. */
function short(content) {
  return Buffer.from(hash(content), "base64").toString("hex", 0, 8);
}

function read(path) {
  if (!existsSync(path)) fail(`${path} is missing`);
  return readFileSync(path, "utf8");
}

function write(name, content) {
  writeFileSync(join(out, name), content);
}

function fail(sentence) {
  console.error(`build.mjs: ${sentence}`);
  process.exit(1);
}

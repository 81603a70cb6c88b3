// What a developer does: node tests/consumers/prepare.mjs [--install] SET-UP...
//
// Packs pkg/ as it would be published, installs it into a copy of the set-up's app, beside the tools that the app pins, and
// builds the app. All of it under target/consumers/; --install only installs the tools. What is there already is kept: the
// tools until the lock file changes, the package until its tarball does. Nothing of an earlier build is.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { find } from "./setups.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const apps = fileURLToPath(new URL("apps", import.meta.url));
const target = join(root, "target/consumers");

// Kept from one build to the next.
const INSTALLED = ["node_modules", ".tools-of", ".package-of"];
// None of them phones home from a test.
const QUIET = { NEXT_TELEMETRY_DISABLED: "1", ASTRO_TELEMETRY_DISABLED: "1", NG_CLI_ANALYTICS: "false" };

const onlyInstalls = process.argv.includes("--install");
const names = process.argv.slice(2).filter((it) => it !== "--install");
if (names.length === 0) fail("usage: node tests/consumers/prepare.mjs [--install] SET-UP...");

for (const name of names) {
  const setup = find(name) ?? fail(`no set-up is called ${name}: see tests/consumers/setups.json`);
  const folder = join(target, setup.app);
  installTools(setup.app, folder);
  if (onlyInstalls) continue;
  installPackage(setup.app, folder);
  copy(setup.app, folder);
  if (!setup.build) continue;
  const said = npm(folder, "run", "--silent", setup.build);
  const known = new RegExp(setup.warns ?? "^$");
  const warns = said.split("\n").filter((it) => /\bwarn|\(!\)|⚠/i.test(it) && !known.test(it));
  if (warns.length > 0) fail(`${name} is built with a warning:\n${said}`);
}

/** The app's tools, of the versions in its lock file. */
function installTools(app, folder) {
  mkdirSync(folder, { recursive: true });
  const { devDependencies } = JSON.parse(readFileSync(join(apps, app, "package.json"), "utf8"));
  if (Object.keys(devDependencies).length === 0) return;
  const files = ["package.json", "package-lock.json"];
  if (!files.every((it) => existsSync(join(apps, app, it)))) {
    fail(`${app} has no package-lock.json: npm install --package-lock-only in tests/consumers/apps/${app}`);
  }
  const wanted = hash(files.map((it) => readFileSync(join(apps, app, it))));
  if (stamp(folder, ".tools-of") === wanted) return;
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  for (const it of files) cpSync(join(apps, app, it), join(folder, it));
  install(folder);
  writeFileSync(join(folder, ".tools-of"), wanted);
}

/** The package, from the tarball that would be published. */
function installPackage(app, folder) {
  const tarball = pack();
  const wanted = hash([readFileSync(tarball)]);
  if (stamp(folder, ".package-of") === wanted) return;
  cpSync(join(apps, app, "package.json"), join(folder, "package.json"));
  // Vite has put its own version of an older one there.
  rmSync(join(folder, "node_modules/.vite"), { recursive: true, force: true });
  install(folder, "--no-save", tarball);
  writeFileSync(join(folder, ".package-of"), wanted);
}

/** The app's files, and nothing else of an earlier time. */
function copy(app, folder) {
  for (const it of readdirSync(folder)) if (!INSTALLED.includes(it)) rmSync(join(folder, it), { recursive: true });
  cpSync(join(apps, app), folder, { recursive: true, filter: (it) => !it.startsWith(join(apps, app, "node_modules")) });
}

/** The path of the tarball. Its name is its content's, so that two that pack at once do not harm each other. */
function pack() {
  if (!existsSync(join(root, "pkg/package.json"))) fail("pkg/ is not built: run make pkg");
  const aside = mkdtempSync(join(target, "pack-"));
  const name = execFileSync("npm", ["pack", "--silent", "--pack-destination", aside, join(root, "pkg")], { encoding: "utf8" }).trim();
  const tarball = join(target, `malipo-${hash([readFileSync(join(aside, name))])}.tgz`);
  renameSync(join(aside, name), tarball);
  rmSync(aside, { recursive: true });
  return tarball;
}

// No tool needs its install script: what they run comes as packages of its own. Not `npm ci`: it stops where a lock file does not
// name the native half of a tool for every system, which depends on what the registry had on the day.
function install(folder, ...what) {
  npm(folder, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...what);
}

/** What npm, or the tool that it runs, says. */
function npm(folder, ...args) {
  const { status, error, stdout, stderr } = spawnSync("npm", args, { cwd: folder, encoding: "utf8", env: { ...process.env, ...QUIET } });
  if (error || status !== 0) fail(`npm ${args.join(" ")} in ${folder}: ${error ?? `exit ${status}`}\n${stdout}${stderr}`);
  return `${stdout}${stderr}`;
}

function stamp(folder, name) {
  return existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : undefined;
}

function hash(contents) {
  const all = createHash("sha256");
  for (const it of contents) all.update(it);
  return all.digest("hex").slice(0, 16);
}

function fail(sentence) {
  console.error(`prepare.mjs: ${sentence}`);
  process.exit(1);
}

// A project that has installed the package: what `npm pack` makes of pkg/, unpacked, beside the tools' own packages.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Where tools/setup.sh has put what tools/package-lock.json names. */
export const TOOLS = join(root, ".tools/npm/node_modules");

/** The same for React 18, which lies apart. */
export const REACT_18 = join(root, ".tools/npm/react-18/node_modules");

const here = mkdtempSync(join(tmpdir(), "malipo-package-"));
after(() => rmSync(here, { recursive: true }));

let tarball;

/** The path of the tarball, made once. */
export function pack() {
  if (!existsSync(join(root, "pkg/package.json"))) throw new Error("pkg/ is not built: run make pkg");
  tarball ??= join(here, execFileSync("npm", ["pack", "--silent", "--pack-destination", here, join(root, "pkg")], { encoding: "utf8" }).trim());
  return tarball;
}

/**
 * A new folder with the package in its node_modules, beside `packages` (names with the folders they lie in), and the files
 * given by their names and contents.
 */
export function consumer(packages = {}, files = {}) {
  const folder = mkdtempSync(join(here, "consumer-"));
  unpack(join(folder, "node_modules/malipo"));
  for (const [name, from] of Object.entries(packages)) {
    const path = join(folder, "node_modules", name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(join(from, name), path);
  }
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** The package's files, into a folder. */
export function unpack(folder) {
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xzf", pack(), "--strip-components=1", "-C", folder]);
}

/** The files of a folder beside this one, into a consumer's. */
export function copy(name, folder) {
  cpSync(fileURLToPath(new URL(name, import.meta.url)), folder, { recursive: true });
}

/** Runs a program of the tools; its output where it fails. */
export function run(program, args, folder) {
  try {
    execFileSync(process.execPath, [join(TOOLS, program), ...args], { cwd: folder, encoding: "utf8", stdio: "pipe" });
    return "";
  } catch (error) {
    if (typeof error.stdout !== "string") throw error;
    return `${error.stdout}${error.stderr}` || String(error);
  }
}

// The languages beside English in the script embed: files beside the entry, each loaded when a page wants it.
import { importPinned } from "./pinned.js";

// Written by build.mjs, by BCP 47 code: the hash in the file's name, and the file's integrity.
const FILES = {};
const failures = {};

const load = (code) => () => {
  const [hash, integrity] = FILES[code].split(" ");
  return importPinned([`./texts-${code}-${hash}.js`, integrity], failures[code]).catch((error) => {
    failures[code] = (failures[code] ?? 0) + 1;
    throw error;
  });
};

/** By their BCP 47 codes. */
export const LANGUAGES = Object.fromEntries(Object.keys(FILES).map((code) => [code, load(code)]));

// The languages beside English in the script embed: files beside the entry, each loaded when a page wants it.
import { importPinned } from "./pinned.js";

// Written by build.mjs: the files' hashes by BCP 47 code.
const HASHES = {};

const load = (code) => () => importPinned(`texts-${code}`, HASHES[code]);

/** By their BCP 47 codes. */
export const LANGUAGES = Object.fromEntries(Object.keys(HASHES).map((code) => [code, load(code)]));

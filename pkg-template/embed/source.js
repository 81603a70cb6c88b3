// Where the Rust half comes from in the script embed: files beside the entry, whose hashes are written in here.
import * as core from "./core.js";
import { importPinned } from "./pinned.js";

export { wasm } from "./fetched.js";

/** As JavaScript. */
export async function compat(failures) {
  const { default: instantiate } = await importPinned(["./compat.js", "compat.js's integrity"], failures);
  core.finish({ exports: instantiate(core.imports()) });
  return core;
}

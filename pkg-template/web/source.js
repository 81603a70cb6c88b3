// Where the Rust half comes from in malipo/web: a file that the bundler copies because of how it is named, or, as JavaScript, a
// module that it finds as any other.
import * as core from "./core.js";

export { wasm } from "./fetched.js";

/** As JavaScript. */
export async function compat() {
  const { default: instantiate } = await import("./compat.js");
  core.finish({ exports: instantiate(core.imports()) });
  return core;
}

// Where what is loaded later comes from in malipo/web: the Rust half is a file that the bundler copies because of how it is named;
// the rest are modules that it finds as any other. They come with the entry: a browser may remember for ever that an import()
// failed, and the next press is to load again.
import * as modules from "./rest.js";

export { wasm } from "./fetched.js";

/** The modules of rest.js. */
export const rest = async () => modules;

// Where what is loaded later comes from in malipo/web: the Rust half is a file that the bundler copies because of how it is named;
// the rest are modules that it finds as any other.

export { wasm } from "./fetched.js";

/** The modules of rest.js. */
export const rest = () => import("./rest.js");

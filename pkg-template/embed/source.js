// Where what is loaded later comes from in the script embed: files beside the entry, whose hashes are written in here.
import { importPinned } from "./pinned.js";

export { wasm } from "./fetched.js";

/** The modules of rest.js. */
export const rest = () => importPinned("rest", "rest.js's hash");

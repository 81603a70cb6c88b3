// Where the Rust half comes from in the script embed: a file beside the entry, compiled while it comes. Its hash is written
// in here, and those of all others, so that an entry with an integrity of its own vouches for the whole widget.
import * as core from "./core.js";
import { importPinned } from "./pinned-web.js";

/** As WebAssembly. */
export async function wasm() {
  const response = await fetch(new URL("./core_bg.wasm", import.meta.url), { integrity: "core_bg.wasm's integrity" });
  if (!response.ok) throw new TypeError(`the server answered ${response.status} for the widget's wasm`);
  const imports = core.imports();
  // A server that calls it something else is no reason not to run it.
  const streams = WebAssembly.instantiateStreaming && response.headers.get("content-type") === "application/wasm";
  const { instance } = await (streams
    ? WebAssembly.instantiateStreaming(response, imports)
    : WebAssembly.instantiate(await response.arrayBuffer(), imports));
  core.finish(instance);
  return core;
}

/** As JavaScript. */
export async function compat(failures) {
  const { default: instantiate } = await importPinned(["./compat.js", "compat.js's integrity"], failures);
  core.finish({ exports: instantiate(core.imports()) });
  return core;
}

// The Rust half as a file beside this one, compiled while it comes: for the script embed and for malipo/web. Its hash is written
// in here, so that an entry with an integrity of its own vouches for it.
import * as core from "./core.js";

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

// The Rust half as a file beside this one, compiled while it comes: for the script embed and for malipo/web. Its hash is written
// in here, so that an entry with an integrity of its own vouches for it, and what a server says instead is not taken for it.

/** As WebAssembly: what makes an instance of it, over the imports of its glue. */
export async function wasm() {
  const response = await fetch(new URL("./core_bg.wasm", import.meta.url), { integrity: "core_bg.wasm's integrity" });
  // A server that calls it something else is no reason not to run it.
  const streams = WebAssembly.compileStreaming && response.headers.get("content-type") === "application/wasm";
  const module = await (streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer()));
  return (imports) => WebAssembly.instantiate(module, imports);
}

// Starts the Rust half, once for the page: as WebAssembly, or, where that is refused, as the same code in JavaScript.
import { compat, wasm } from "./source.js";

let loading;
let failures = 0;

/** The glue over the Rust half, ready for use. After a failure the next call loads again. */
export function load() {
  loading ??= (runsWasm() ? wasm() : compat(failures)).catch((error) => {
    loading = undefined;
    failures += 1;
    throw error;
  });
  return loading;
}

/**
 * Whether the browser and the page's policy run WebAssembly. A CSP without 'wasm-unsafe-eval' refuses the smallest module; a
 * file that came broken, or as another one, does not tell.
 */
export function runsWasm() {
  try {
    return Boolean(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)));
  } catch {
    return false;
  }
}

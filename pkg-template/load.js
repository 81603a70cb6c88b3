// Starts the Rust half, once for the page: as WebAssembly, or, where that is refused, as the same code in JavaScript.
import { nextTask } from "./promises.js";
import { rest, wasm } from "./source.js";

let loading;

/**
 * What is loaded from the first press on, at the latest, as two promises: `rest` of the modules of rest.js, and `core` of the
 * same with the Rust half behind it, ready for use. After a failure the next call loads again.
 */
export function load() {
  if (loading) return loading;
  const modules = rest();
  const core = start(modules).catch((error) => {
    loading = undefined;
    throw error;
  });
  return (loading = { rest: modules, core });
}

async function start(modules) {
  // To ask for each of the two takes its time.
  await nextTask();
  const made = runsWasm() ? wasm() : modules.then(({ compat }) => compat());
  const [core, instantiate] = await Promise.all([modules, made]);
  core.finish(await instantiate(core.imports()));
  return core;
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

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
  const core = start(modules);
  // Before whoever waits for it hears of that, and presses again.
  core.catch(() => (loading = undefined));
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
 * Whether the browser and the page's policy run WebAssembly as ours is. A CSP without 'wasm-unsafe-eval' refuses any module; a
 * file that came broken, or as another one, does not tell.
 */
export function runsWasm() {
  try {
    // What tools/pkg.sh lets the Rust half do beyond the first WebAssembly, once each: `(memory 0) (func (param f32)
    // local.get 0 i32.trunc_sat_f32_s i32.extend8_s i32.const 0 i32.const 0 memory.fill)`.
    return Boolean(new WebAssembly.Module(Uint8Array.from(atob("AGFzbQEAAAABBQFgAX0AAwIBAAUDAQAAChABDgAgAPwAwEEAQQD8CwAL"), (it) => it.charCodeAt())));
  } catch {
    return false;
  }
}

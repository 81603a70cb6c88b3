// Where the Rust half comes from in the npm package: modules beside this one, which every bundler finds and no server has to
// serve in a special way. The script embed and malipo/web have their own in its place: embed/ and web/.

/** As WebAssembly, whose bytes are a module's text. */
export async function wasm() {
  const [core, { default: text }] = await Promise.all([import("./core.js"), import("./bytes.js")]);
  const bytes = Uint8Array.from(atob(text), (it) => it.charCodeAt(0));
  const { instance } = await WebAssembly.instantiate(bytes, core.imports());
  core.finish(instance);
  return core;
}

/** As JavaScript. */
export async function compat() {
  const [core, { default: instantiate }] = await Promise.all([import("./core.js"), import("./compat.js")]);
  core.finish({ exports: instantiate(core.imports()) });
  return core;
}

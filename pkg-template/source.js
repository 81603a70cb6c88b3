// Where what is loaded later comes from in the npm package: modules beside this one, which every bundler finds and no server has
// to serve in a special way. The script embed and malipo/web have their own in its place: embed/ and web/.
//
// As JavaScript the Rust half comes by rest.js: few pages need it, and those wait once more.

/** The modules of rest.js. */
export const rest = () => import("./rest.js");

/** The Rust half as WebAssembly, whose bytes are a module's text: what makes an instance of it, over the imports of its glue. */
export async function wasm() {
  const { default: text } = await import("./bytes.js");
  const module = await WebAssembly.compile(Uint8Array.from(atob(text), (it) => it.charCodeAt(0)));
  return (imports) => WebAssembly.instantiate(module, imports);
}

// The Rust half as JavaScript, in the npm package and in malipo/web. The script embed has its own in its place: embed/.

/** Resolves to what makes an instance of it, over the imports that its glue has. */
export async function compat() {
  const { default: instantiate } = await import("./compat.js");
  return (imports) => ({ exports: instantiate(imports) });
}

// The Rust half as JavaScript, in the script embed: a file beside the entry, whose hash is written in here.
import { importPinned } from "./pinned.js";

/** Resolves to what makes an instance of it, over the imports that its glue has. */
export async function compat() {
  const { default: instantiate } = await importPinned("compat", "compat.js's hash");
  return (imports) => ({ exports: instantiate(imports) });
}

// Loads the WebAssembly half, once for the page.

let loading;
let failures = 0;

/** The glue with its wasm, ready for use. After a failure the next call loads again. */
export function load() {
  loading ??= fetchAll().catch((error) => {
    loading = undefined;
    failures += 1;
    throw error;
  });
  return loading;
}

async function fetchAll() {
  const wasm = fetch(new URL("./core_bg.wasm", import.meta.url));
  // Whichever fails first is reported; the other must not go unhandled.
  wasm.catch(() => {});
  const core = await importGlue();
  const response = await wasm;
  if (!response.ok) throw new Error(`the server answered ${response.status} for the widget's wasm`);
  await core.default({ module_or_path: response });
  return core;
}

// Some browsers remember for ever that an import failed, so a second try needs another address.
function importGlue() {
  if (failures === 0) return import("./core.js");
  const again = new URL("./core.js", import.meta.url);
  again.search = `again=${failures}`;
  return import(/* webpackIgnore: true */ /* @vite-ignore */ again.href);
}

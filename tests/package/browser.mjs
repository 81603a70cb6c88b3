// Pages in Chromium that report by themselves what they found.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LIMIT_MS, launch, serveFiles } from "../chromium.mjs";

/** Opens `page` of a folder, and gives what the page posts to /report (see pages/report.js); it may send nothing else. */
export async function report(folder, page) {
  let resolve, reject;
  const promise = new Promise((...both) => ([resolve, reject] = both));
  const find = (pathname) => (existsSync(join(folder, pathname)) ? readFileSync(join(folder, pathname)) : undefined);
  const posted = (pathname, bytes) => (pathname === "/report" ? resolve(JSON.parse(bytes)) : reject(new Error(`${page} sent something to ${pathname}`)));
  const stage = await serveFiles(find, { posted });
  const limit = setTimeout(() => reject(new Error(`${page} reported nothing within ${LIMIT_MS} ms`)), LIMIT_MS);
  let browser;
  try {
    browser = await launch();
    browser.on("disconnected", () => reject(new Error(`chromium ended before ${page} had reported`)));
    const tab = await browser.newPage();
    await tab.goto(`${stage.origin}/${page}`);
    return await promise;
  } finally {
    clearTimeout(limit);
    await browser?.close();
    stage.close();
  }
}

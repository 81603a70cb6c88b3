// Files of the script embed whose content is known when it is built: none is run that came as another one.

/**
 * Imports a file beside the entry. Browsers check no integrity of what import() names; they do of what a link preloads, and
 * import() takes what was preloaded. Those that do not know such links (Safari before 17, Firefox before 115) take the file
 * by its name.
 */
export async function importPinned([name, integrity], failures = 0) {
  const url = new URL(name, import.meta.url);
  // Some browsers remember for ever that an import failed, so a second try needs another address.
  if (failures) url.search = `again=${failures}`;
  const { href } = url;
  const link = document.createElement("link");
  if (link.relList.supports("modulepreload")) {
    Object.assign(link, { rel: "modulepreload", crossOrigin: "anonymous", integrity, href });
    try {
      await new Promise((resolve, reject) => {
        link.onload = resolve;
        link.onerror = () => reject(new TypeError(`${href} did not come, or came as another file`));
        document.head.append(link);
      });
    } finally {
      link.remove();
    }
  }
  return import(/* webpackIgnore: true */ /* @vite-ignore */ href);
}

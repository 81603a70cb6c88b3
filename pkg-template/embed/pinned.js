// Files of the script embed whose content is known when it is built: none is run that came as another one.

// How often each file did not come.
const failures = {};

/**
 * Imports a file beside the entry, by the SHA-256 of what is in it, with which its name ends. Browsers check no integrity of
 * what import() names; they do of what a link preloads, and import() takes what was preloaded. Those that do not know such
 * links (Safari before 17, Firefox before 115) take the file by its name.
 */
export async function importPinned(name, hash) {
  const beginning = Array.from(atob(hash).slice(0, 8), (it) => it.charCodeAt().toString(16).padStart(2, 0));
  const url = new URL(`${name}-${beginning.join("")}.js`, import.meta.url);
  // Some browsers remember for ever that an import failed, so a second try needs another address.
  if (failures[name]) url.search = `again=${failures[name]}`;
  const { href } = url;
  const link = document.createElement("link");
  try {
    if (link.relList.supports("modulepreload")) {
      Object.assign(link, { rel: "modulepreload", crossOrigin: "anonymous", integrity: `sha256-${hash}`, href });
      await new Promise((resolve, reject) => {
        link.onload = resolve;
        link.onerror = () => reject(new TypeError(`${href} did not come, or came as another file`));
        document.head.append(link);
      });
    }
    return await import(/* webpackIgnore: true */ /* @vite-ignore */ href);
  } catch (error) {
    failures[name] = (failures[name] ?? 0) + 1;
    throw error;
  } finally {
    link.remove();
  }
}

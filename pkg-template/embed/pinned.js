// Files of the script embed whose content is known when it is built: none is run that came as another one.

// Some browsers remember for ever that an import failed, so a second try needs another address.
let again = "";

/**
 * Imports a file beside the entry, by the SHA-256 of what is in it, with which its name ends. Browsers check no integrity of
 * what import() names; they do of what a link preloads, and import() takes what was preloaded. Those that do not know such
 * links (Safari before 17, Firefox before 115) take the file by its name.
 */
export async function importPinned(name, hash) {
  const beginning = Array.from(atob(hash).slice(0, 8), (it) => it.charCodeAt().toString(16).padStart(2, 0));
  const { href } = new URL(`${name}-${beginning.join("")}.js${again}`, import.meta.url);
  const link = document.createElement("link");
  try {
    if (link.relList.supports("modulepreload")) {
      // A policy by nonces lets nothing in without one; for import() it is the entry's that counts.
      const nonce = document.querySelector("script[nonce]")?.nonce ?? "";
      Object.assign(link, { rel: "modulepreload", crossOrigin: "anonymous", integrity: `sha256-${hash}=`, nonce, href });
      await new Promise((resolve, reject) => {
        link.onload = resolve;
        link.onerror = () => reject(new TypeError(`${href} did not come, is another file, or is refused by a policy`));
        document.head.append(link);
      });
    }
    return await import(/* webpackIgnore: true */ /* @vite-ignore */ href);
  } catch (error) {
    again += again ? 1 : "?again=1";
    throw error;
  } finally {
    link.remove();
  }
}

// The languages beside English in the script embed: files beside the entry, each loaded when a page wants it.

// Written by build.mjs: the files' names by BCP 47 code.
const FILES = {};
const load = (name) => () => import(/* webpackIgnore: true */ /* @vite-ignore */ new URL(name, import.meta.url).href);

export const LANGUAGES = Object.fromEntries(Object.entries(FILES).map(([code, name]) => [code, load(name)]));

// The languages beside English, each loaded when a page wants it. The script embed has embed/languages.js in its place.

/** By their BCP 47 codes. */
export const LANGUAGES = {
  am: () => import("./texts/am.js"),
  ar: () => import("./texts/ar.js"),
  es: () => import("./texts/es.js"),
  fr: () => import("./texts/fr.js"),
  lg: () => import("./texts/lg.js"),
  pt: () => import("./texts/pt.js"),
  rw: () => import("./texts/rw.js"),
  sw: () => import("./texts/sw.js"),
};

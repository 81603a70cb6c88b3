// How the index is made (search.mjs) and read (search.js): the same for both, or it finds nothing.
export const SETTINGS = {
  fields: ["title", "page", "text"],
  storeFields: ["title", "page", "text"],
  searchOptions: { boost: { title: 4, page: 2 }, prefix: true, fuzzy: 0.15, combineWith: "AND" },
};

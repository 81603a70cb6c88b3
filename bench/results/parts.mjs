// The parts that make a whole run, by the names of their files: what is not there is named in RESULTS.md.
export const EXPECTED = [
  "page-ready", "page-peers", "page-outcome", "page-requests", "page-profile", "page-bytes",
  "many", "verify", "initiate", "instances", "outcome", "requests", "functions",
];

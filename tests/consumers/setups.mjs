// The set-ups of setups.json, and what is known of each.
//
// name; app (its folder in apps/, named like it where not said); title; build (a script of its package.json); warns (a pattern of
// the warning that the build may give); folder (what is served then) or dev (Vite's dev server) or serve (arguments of node,
// `{port}` among them) or run (a program for node); rendered (the tag is in the HTML that the server sends); tools (the packages
// whose versions count); step (what a user must do).
import { readFileSync } from "node:fs";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));

export const SETUPS = read("setups.json").map((it) => ({ app: it.name, ...it }));

export function find(name) {
  return SETUPS.find((it) => it.name === name);
}

/** The tools of a set-up with their pinned versions: `Vite 8.3.8`. */
export function versions({ app, tools }) {
  const { devDependencies } = read(`apps/${app}/package.json`);
  return tools.map((it) => (it === "node" ? `node ${process.versions.node.split(".")[0]}` : `${it} ${devDependencies[it]}`)).join(", ");
}

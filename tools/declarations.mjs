// Reads pkg-template/*.d.ts, the one source of what is documented about options, members, events and words.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/** Where the declarations lie. */
export const template = new URL("../pkg-template/", import.meta.url);
const require = createRequire(new URL("../.tools/npm/package.json", import.meta.url));

/** The analyzer, and the TypeScript that it brings. */
export const { create, ts } = await import(pathToFileURL(require.resolve("@custom-elements-manifest/analyzer")));

/** A file of the package, parsed. */
export function source(name) {
  return ts.createSourceFile(name, readFileSync(new URL(name, template), "utf8"), ts.ScriptTarget.ES2022, true);
}

/** The members of an interface or a class: name, type as written, description, and the default that the description ends with. */
export function members(file, name) {
  const isOne = (it) => ts.isInterfaceDeclaration(it) || ts.isClassDeclaration(it);
  const found = file.statements.find((it) => isOne(it) && it.name.text === name) ?? fail(`${file.fileName} has no interface ${name}`);
  return found.members.filter((it) => it.name).map((it) => {
    const description = described(it) ?? fail(`${file.fileName}: ${name}.${it.name.text} has no description`);
    const [, byDefault] = /Default: (?:`([^`]+)`|(\d+))\.$/.exec(description)?.filter(Boolean) ?? [];
    const parameters = (it.parameters ?? []).map((it) => ({
      name: it.name.text,
      type: { text: text(it.type) },
      ...(it.questionToken && { optional: true }),
    }));
    const isMethod = ts.isMethodSignature(it) || ts.isMethodDeclaration(it);
    return { name: it.name.text, type: text(it.type), description, parameters, isMethod, byDefault: byDefault && { default: byDefault } };
  });
}

/** The words of a union, each with the comment above it, where there is one. */
export function words(file, name) {
  const found = file.statements.find((it) => ts.isTypeAliasDeclaration(it) && it.name.text === name) ?? fail(`${file.fileName} has no type ${name}`);
  const all = [...found.type.getFullText().matchAll(/(?:\/\*\*([^]*?)\*\/\s*)?\|?\s*"([\w-]+)"/g)];
  return all.map(([, comment, word]) => ({ name: word, description: comment?.replace(/\s*\n\s*\*?\s*/g, " ").trim() }));
}

/** A type on one line. */
export function text(type) {
  return type.getText().replace(/\s+/g, " ").replace(/^\| /, "").replace(/ \| undefined$/, "");
}

function described(node) {
  const comment = ts.getTextOfJSDocComment(node.jsDoc?.at(-1)?.comment);
  return comment?.replace(/\s+/g, " ");
}

function fail(sentence) {
  throw new Error(sentence);
}

// The pages are good HTML: node --test tests/docs/*.test.mjs, after make docs.
import assert from "node:assert/strict";
import { test } from "node:test";

import { pages, require } from "./pages.mjs";

const { HtmlValidate } = require("html-validate");
const validator = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:a11y"],
  rules: {
    // Matters of taste: the template's.
    "doctype-style": "off",
    "no-trailing-whitespace": "off",
    "void-style": "off",
    "attribute-boolean-style": "off",
    "long-title": "off",
    "no-implicit-button-type": "off",
    "prefer-native-element": "off",
    "no-redundant-role": "off",
    "no-raw-characters": "off",
    // GitHub's anchors of "1. Words" begin with a digit, which HTML allows.
    "valid-id": ["error", { relaxed: true }],
    "no-inline-style": "error",
  },
});

for (const { name, text } of pages) {
  test(`${name} is valid`, async () => {
    const { results } = await validator.validateString(text);
    const found = results.flatMap(({ messages }) => messages).map(({ line, ruleId, message }) => `${line}: ${message} (${ruleId})`);
    assert.deepEqual(found, []);
  });
}

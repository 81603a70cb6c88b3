// The package where there is no page: node --test tests/*.test.mjs
import assert from "node:assert/strict";
import { test } from "node:test";

const before = new Set(Object.getOwnPropertyNames(globalThis));
const { PayButton, PayButtonElement, PayError, PayStatusElement } = await import("../pkg-template/index.js");
const { format } = await import("../pkg-template/amount.js");

/** What the constructor throws for these arguments. */
function refused(...args) {
  try {
    new PayButton(...args);
  } catch (error) {
    assert.ok(error instanceof PayError, String(error));
    return { code: error.code, names: error.errors.map((it) => it.name), error };
  }
  assert.fail("it was not refused");
}

test("importing it touches nothing", () => {
  assert.deepEqual(Object.getOwnPropertyNames(globalThis).filter((it) => !before.has(it)), []);
  for (const it of [PayButton, PayButtonElement, PayStatusElement]) assert.equal(typeof it, "function");
});

test("the constructor names everything that it can see to be wrong, all at once", () => {
  const { code, names, error } = refused(null, { initiateUrl: "/i", verfyUrl: "/v", colour: "red" });
  assert.equal(code, "bad-option");
  assert.deepEqual(names, ["target", "verfyUrl", "colour"]);
  assert.match(error.message, /target, verfyUrl, colour/);
  assert.equal(error.retryable, false);
});

test("an option named like a secret is a secret, however it is written", () => {
  for (const name of ["secretKey", "secret_key", "consumer-secret", "CLIENTSECRET", "privateKey", "apiKey"]) {
    const { code, names, error } = refused({}, { [name]: "sk-123" });
    assert.equal(code, "secret-in-browser", name);
    assert.ok(names.includes(name));
    assert.ok(!JSON.stringify(error.errors).includes("sk-123"), "the value is not repeated");
  }
});

test("a key that stands where an option's name belongs is not repeated", () => {
  const isTold = (name) => {
    const { code, error } = refused({}, { [name]: "x" });
    assert.equal(code, "bad-option", name);
    return `${error} ${JSON.stringify(error.errors)}`.includes(name);
  };
  for (const name of ["jo_live_s3cr3t", "Bearer whsec_secret", "jo_test_letters", "whsec_letters", "-----BEGIN PRIVATE KEY-----", "x_jo_test_abc1", "my-whsec", "eyJh.eyJ0.c2ln", "s3cr3t", "address12"]) assert.ok(!isTold(name), name);
  for (const name of ["joTest", "order_id", "data-x", "address1"]) assert.ok(isTold(name), name);
});

test("what is no object is no options", () => {
  for (const options of [undefined, null, "x", 1]) assert.ok(refused({}, options).names.includes("options"));
});

test("amounts are written from their exact digits", () => {
  const plain = (...args) => format(...args).replaceAll("\u00a0", " ");
  for (const [amount, currency, lang, expected] of [
    ["10000", "UGX", "en", "UGX 10,000"],
    ["10000", "UGX", "lg", "UGX 10,000"],
    ["1250.5", "KES", "en", "KES 1,250.50"],
    ["1250.50", "KES", "en-KE", "KES 1,250.50"],
    ["90071992547409931.07", "KES", "en", "KES 90,071,992,547,409,931.07"],
    ["0.1", "USD", "en", "USD 0.10"],
    ["1234.567", "BHD", "en", "BHD 1,234.567"],
    ["10000", undefined, "en", "10,000"],
    ["12.50", undefined, "en", "12.50"],
    ["ten", "UGX", "en", "UGX ten"],
    ["10", "shillings", "en", "shillings 10"],
    ["10", "UGX", "not a language", "UGX 10"],
    ["", "UGX", "en", ""],
  ]) {
    assert.equal(plain(amount, currency, lang), expected, `${amount} ${currency} ${lang}`);
  }
});

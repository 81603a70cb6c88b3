// A shop's own backend behind the pay button, for JoyndPay: what it takes and what it answers. See README.md.

import { timingSafeEqual } from "node:crypto";
import express from "express";
import { begin, payments, settle, shown } from "./payments.js";

// The shop's own prices, in whole shillings: the page names an article, never an amount.
const CATALOGUE = new Map([
  ["kitenge-tee", 25000],
  ["coffee-kg", 38000],
]);
const CODES = { 400: "bad-option", 409: "busy", 413: "bad-option", 415: "bad-option", 422: "order-changed" };
const { SHOP_ORIGIN: SHOP, PUBLIC_URL, PORT = 8080, HOST = "127.0.0.1" } = process.env;
if (!SHOP || !PUBLIC_URL) throw new Error("SHOP_ORIGIN or PUBLIC_URL is not set");

/** An error with the HTTP status that it is to be answered with. */
const refusal = (status, message) => Object.assign(new Error(message), { status });
const unknown = (status) => refusal(status, "what became of this payment is not known yet: ask again");

/** Text, or none: a query made of objects is no name. */
const text = (it) => (typeof it === "string" ? it : "");

async function initiate(request, response) {
  const { sku, quantity = 1, return_url: returnUrl } = request.body ?? {};
  const key = (request.get("Idempotency-Key") ?? "").replaceAll('"', "");
  if (!CATALOGUE.has(sku) || !Number.isInteger(quantity) || quantity < 1 || 999 < quantity)
    throw refusal(400, "accepted: sku, an article of the catalogue, and quantity, from 1 to 999");
  if (key.length !== 36 || !`${text(returnUrl)}/`.startsWith(`${SHOP}/`))
    throw refusal(400, `accepted: return_url, a page of ${SHOP}, and Idempotency-Key, a UUID`);
  // What is paid for: whatever else counts belongs in here, too.
  const wish = `${quantity} ${sku}`;
  let [row] = payments("key = ?", key);
  if (row && row.wish !== wish) throw refusal(422, "Idempotency-Key: was used with another body");
  if (row?.status === "begun") row = await settle(row);
  // None yet, or one whose page nobody has.
  if (row !== null && !row?.key) row = await begin(key, wish, CATALOGUE.get(sku) * quantity, returnUrl);
  if (row === null) throw unknown(409);
  if (!row.key) throw refusal(424, "JoyndPay did not begin this payment; the backend's log says more");
  response.json(shown(row));
}

async function verify({ body }, response) {
  const [row] = payments("order_id = ?", text(body?.order_id));
  const [known, given] = [Buffer.from(row?.token ?? ""), Buffer.from(text(body?.token))];
  if (!row || known.length !== given.length || !timingSafeEqual(known, given))
    throw refusal(404, "no such order, or its token is missing or wrong");
  response.json(shown(row.status === "success" ? row : ((await settle(row)) ?? row)));
}

/** It is signed by nobody: it proves nothing, and means "go and ask". */
async function ipn({ body }, response) {
  const [row] = payments("order_id = ? AND status <> 'success'", text(body?.order_id));
  if (row && (await settle(row)) === null) throw unknown(503);
  response.json({ status: "success" });
}

/** The shopper is back: on to the shop's page, with the token in the fragment, which is sent to no server. */
function back(request, response) {
  const [row] = payments("back = ?", text(request.query.of));
  const order = row ? `#malipo_order=${row.order_id}&malipo_token=${row.token}` : "";
  response.redirect(303, `${row?.return_url ?? SHOP}${order}`);
}

const app = express().disable("x-powered-by");
app.use("/pay", (request, response, next) => {
  response.set({
    "Cache-Control": "no-store",
    "Access-Control-Allow-Origin": SHOP,
    "Access-Control-Allow-Headers": "content-type, idempotency-key",
    "Access-Control-Expose-Headers": "Retry-After",
    "Access-Control-Max-Age": "7200",
  });
  if (request.method === "OPTIONS") return response.sendStatus(204);
  next();
});
app.get("/pay/return", back);
app.use("/pay", (request, response, next) => {
  if (request.method !== "POST") throw refusal(405, "accepted: POST");
  const isJson = request.path === "/ipn" || request.is("application/json");
  if (!isJson) throw refusal(415, "accepted: application/json");
  next();
});
app.use(express.json({ limit: "64kb" }), express.urlencoded({ limit: "64kb" }));
app.post("/pay/initiate", initiate);
app.post("/pay/verify", verify);
app.post("/pay/ipn", ipn);
app.use((error, request, response, next) => {
  const { status = 500 } = error;
  if (status === 500) console.error(error);
  if (status === 409 || status === 503) response.set("Retry-After", "3");
  const message = status === 500 ? "the backend's log says what is wrong" : error.message;
  response.status(status).json({ status: "error", code: CODES[status] ?? "backend", error: [message] });
});
const server = app.listen(PORT, HOST, () => {
  console.log(`listening on http://${HOST}:${server.address().port}`);
});

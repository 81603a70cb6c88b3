// A shop's own backend behind the pay button: initiate, verify and IPN for JoyndPay. README.md says how to run it.

import { randomBytes, timingSafeEqual } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import express from "express";

// The keys and their mode (test or live); the origin of the page with the button; where JoyndPay reaches this program.
const NEEDED = ["JOYNDPAY_PUBLIC_KEY", "JOYNDPAY_SECRET_KEY", "JOYNDPAY_MODE", "SHOP_ORIGIN", "PUBLIC_URL"];
const missing = NEEDED.filter((name) => !process.env[name]);
if (missing.length) throw new Error(`missing in the environment: ${missing.join(", ")}`);
const { JOYNDPAY_MODE: MODE, SHOP_ORIGIN: SHOP, PUBLIC_URL, DATA_DIR = "." } = process.env;
const { JOYNDPAY_URL: JOYNDPAY = "https://joyndpay.com", PORT = 8080, HOST = "127.0.0.1" } = process.env;
// The shop's own prices: the page names an article, never an amount. Whole shillings; README.md says how to have cents.
const CATALOGUE = new Map([["kitenge-tee", 25000], ["coffee-kg", 38000]]);
const CURRENCY = "UGX";
const CODES = { 400: "bad-option", 409: "busy", 413: "bad-option", 415: "bad-option", 422: "order-changed" };

const db = new DatabaseSync(`${DATA_DIR}/payments-${MODE}.sqlite`);
db.exec(`PRAGMA busy_timeout = 5000; CREATE TABLE IF NOT EXISTS payments (order_id TEXT PRIMARY KEY, key TEXT UNIQUE,
  wish TEXT, token TEXT, amount INTEGER, begun INTEGER, status TEXT NOT NULL, reason TEXT, redirect_url TEXT)`);
const text = (it) => (typeof it === "string" ? it : "");
const query = (sql, ...values) => db.prepare(sql).all(...values);
const payments = (where, ...values) =>
  query(`SELECT *, unixepoch() - begun AS age FROM payments WHERE ${where}`, ...values.map(text));

/** An error with the HTTP status that it is to be answered with. */
const refusal = (status, message) => Object.assign(new Error(message), { status });
const busy = () => refusal(409, "what became of this payment is not known yet: it is looked up; send the same again");

/** How a payment stands, and where it is paid: the answer of initiate and of verify. */
const shown = ({ order_id, token, status, reason, redirect_url, amount }) => ({
  order_id, token, status, reason, redirect_url: status === "success" ? null : redirect_url,
  amount: String(amount), currency: CURRENCY, fees_added: MODE === "live", test: MODE === "test",
});

/** The `data` of JoyndPay's answer; empty where it says no. */
async function joyndpay(path, body) {
  const keys = { ApiKey: process.env.JOYNDPAY_PUBLIC_KEY, SecretKey: process.env.JOYNDPAY_SECRET_KEY };
  const headers = { ...keys, "Content-Type": "application/json" };
  // Less than the 10 s that the button waits, the whole of it; and a redirect must not carry the keys elsewhere.
  const options = { method: "POST", headers, redirect: "error", signal: AbortSignal.timeout(8000) };
  const call = fetch(`${JOYNDPAY}/api/${path}/payment`, { ...options, body: JSON.stringify(body) });
  const answer = await call.then((it) => it.json()).catch(String);
  if (answer?.status === "success" && answer.data?.order_id === body.order_id) return answer.data;
  console.error(body.order_id, path, answer);
  if (answer?.status === "error") return {};
  throw busy();
}

async function initiate(request, response) {
  const { sku, quantity = 1, return_url: back } = request.body ?? {};
  const key = (request.get("Idempotency-Key") ?? "").replaceAll('"', "");
  if (!CATALOGUE.has(sku) || !Number.isInteger(quantity) || quantity < 1 || 999 < quantity)
    throw refusal(400, "accepted: sku, an article of the catalogue, and quantity, a whole number from 1 to 999");
  if (key.length !== 36 || typeof back !== "string" || !`${back}/`.startsWith(`${SHOP}/`))
    throw refusal(400, `accepted: return_url, a page of ${SHOP}, and the header Idempotency-Key, a UUID`);
  const wish = `${quantity} ${sku}`; // what is paid for: whatever else counts belongs in here, too
  let [row] = payments("key = ?", key);
  if (row && row.wish !== wish) throw refusal(422, "Idempotency-Key: was used with another body");
  if (row?.status === "begun") row = await settle(row);
  response.json(shown(row?.key ? row : await begin(key, wish, CATALOGUE.get(sku) * quantity, back)));
}

/** Opens a payment at JoyndPay. It is written down first: of two requests at once, the second finds the first. */
async function begin(key, wish, amount, back) {
  const [order_id, token] = [randomBytes(8).toString("hex").toUpperCase(), randomBytes(16).toString("hex")];
  const insert = "INSERT INTO payments VALUES (?, ?, ?, ?, ?, unixepoch(), 'begun', NULL, NULL) ON CONFLICT DO NOTHING";
  if (!db.prepare(insert).run(order_id, key, wish, token, amount).changes) throw busy();
  const ask = { order_id, amount, currency: CURRENCY };
  const callback_url = `${back}${back.includes("?") ? "&" : "?"}malipo_order=${order_id}&malipo_token=${token}`;
  const data = await joyndpay("initiate", { ...ask, ipn_url: `${PUBLIC_URL}/pay/ipn`, callback_url });
  const isSame = Object.keys(ask).every((name) => data[name] === ask[name]);
  if (!isSame || !String(data.redirect_url).startsWith(`${JOYNDPAY}/make/payment/${MODE}/`)) {
    query("UPDATE payments SET status = 'failed', key = NULL WHERE order_id = ? AND status = 'begun'", order_id);
    throw refusal(424, "JoyndPay did not begin the payment that was asked for; the backend's log says more");
  }
  const opened = "UPDATE payments SET status = 'pending', redirect_url = ? WHERE order_id = ? AND status = 'begun'";
  query(opened, data.redirect_url, order_id);
  return payments("order_id = ?", order_id)[0];
}

/** Asks JoyndPay how a payment stands, and writes it down. Paid stays paid; what failed may be paid after all. */
async function settle(row) {
  if (row.status === "begun" && row.age < 15) throw busy(); // the request that begins it may still be running
  const data = await joyndpay("verify", { order_id: row.order_id });
  let [status, reason] = [data.status, null];
  // More than the price is well: live, JoyndPay's fees come on top.
  const isEnough = typeof data.amount === "number" && data.amount >= row.amount && data.currency === CURRENCY;
  if ((status === "success" && !isEnough) || (row.reason && status !== "success"))
    [status, reason] = ["pending", "review"]; // for a person to look at
  else if (row.status === "begun" && status !== "success")
    status = "failed"; // cut off: nobody has its page, so nobody can pay it, and the key may begin another
  if (["pending", "success", "failed"].includes(status) && (status !== row.status || reason !== row.reason)) {
    // Deliver by a job of your own that looks for status 'success' and notes what it delivered: never from a page.
    console.log(row.order_id, status, data);
    // Failed is only what still stands as it was read: a page may have been handed out meanwhile.
    query(`UPDATE payments SET status = ?1, reason = ?2, key = IIF(status = 'begun' AND ?1 = 'failed', NULL, key)
      WHERE order_id = ?3 AND IIF(?1 = 'failed', status = ?4, status <> 'success')`, status, reason, row.order_id, row.status);
  }
  return payments("order_id = ?", row.order_id)[0];
}

async function verify({ body }, response) {
  const { order_id, token } = body ?? {};
  const [row] = payments("order_id = ?", order_id);
  const [known, given] = [Buffer.from(row?.token ?? ""), Buffer.from(text(token))];
  if (!row || known.length !== given.length || !timingSafeEqual(known, given))
    throw refusal(404, "no such order, or its token is missing or wrong");
  response.json(shown(row.status === "success" ? row : await settled(row)));
}

/** The payment as it stands now, or as it stood where that cannot be found out. */
const settled = (row) => settle(row).catch((error) => (error.status === 409 || console.error(error), row));

/** It is signed by nobody: it proves nothing, and means "go and ask". */
async function ipn({ body }, response) {
  for (const row of payments("status <> 'success' AND order_id = ?", body?.order_id)) await settle(row);
  response.json({ status: "success" });
}

if (process.argv[2] === "reconcile") {
  // For cron, every few minutes: asks about what no page and no notification has told.
  for (const row of payments("status NOT IN ('begun', 'success') AND begun > unixepoch() - 259200"))
    await settled(row);
  process.exit();
}
const app = express().disable("x-powered-by");
app.use("/pay", (request, response, next) => {
  response.set({ "Cache-Control": "no-store", "Access-Control-Allow-Origin": SHOP, "Access-Control-Max-Age": "7200",
    "Access-Control-Allow-Headers": "content-type, idempotency-key", "Access-Control-Expose-Headers": "Retry-After" });
  if (request.method === "OPTIONS") return response.sendStatus(204);
  if (request.method !== "POST") throw refusal(405, "accepted: POST");
  if (request.path !== "/ipn" && !request.is("application/json")) throw refusal(415, "accepted: application/json");
  next();
});
app.use(express.json({ limit: "64kb" }), express.urlencoded({ limit: "64kb" }));
app.post("/pay/initiate", initiate);
app.post("/pay/verify", verify);
app.post("/pay/ipn", ipn);
app.use((error, request, response, next) => {
  const status = error.status ?? 500;
  if (status === 500) console.error(error);
  if (status === 409) response.set("Retry-After", "3");
  const message = status === 500 ? "the backend's log says what is wrong" : error.message;
  response.status(status).json({ status: "error", code: CODES[status] ?? "backend", error: [message] });
});
const server = app.listen(PORT, HOST, () => console.log(`listening on http://${HOST}:${server.address().port}`));

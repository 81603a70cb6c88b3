// The shop's records of its payments, and what may become of one.

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { call, isCheckout, MODE } from "./joyndpay.js";

const CURRENCY = "UGX";

const { PUBLIC_URL, DATA_DIR = "." } = process.env;
const db = new DatabaseSync(`${DATA_DIR}/payments-${MODE}.sqlite`);
db.exec(readFileSync(new URL("schema.sql", import.meta.url), "utf8"));

const seconds = () => Math.floor(Date.now() / 1000);

/** The payments of which this is true. */
export function payments(condition, ...values) {
  return db.prepare(`SELECT * FROM payments WHERE ${condition}`).all(...values);
}

/** How a payment stands, and where it is paid: the answer of initiate and of verify. */
export const shown = (row) => ({
  order_id: row.order_id,
  token: row.token,
  status: row.status,
  reason: row.reason,
  redirect_url: row.status === "success" ? null : row.redirect_url,
  amount: String(row.amount),
  currency: CURRENCY,
  fees_added: MODE === "live",
  test: MODE === "test",
});

/** Opens a payment at JoyndPay; null where nobody knows whether that was done, or another request does it. */
export async function begin(key, wish, amount, returnUrl) {
  const order_id = randomBytes(8).toString("hex").toUpperCase();
  const [token, back] = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
  // It is written down first: of two requests at once, the second finds its key taken.
  const insert = "INSERT OR IGNORE INTO payments VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'begun', NULL, NULL)";
  const values = [order_id, key, wish, amount, token, back, returnUrl, seconds()];
  if (db.prepare(insert).run(...values).changes === 0) return null;
  const data = await call("initiate", {
    order_id,
    amount,
    currency: CURRENCY,
    ipn_url: `${PUBLIC_URL}/pay/ipn`,
    callback_url: `${PUBLIC_URL}/pay/return?of=${back}`,
  });
  if (data === null) return null;
  const isAsAsked = data.amount === amount && data.currency === CURRENCY && isCheckout(data.redirect_url);
  const change = isAsAsked ? "status = 'pending', redirect_url = ?" : "status = 'failed', key = NULL";
  const update = db.prepare(`UPDATE payments SET ${change} WHERE order_id = ? AND status = 'begun'`);
  update.run(...(isAsAsked ? [data.redirect_url] : []), order_id);
  return payments("order_id = ?", order_id)[0];
}

/** Asks JoyndPay how a payment stands, and writes it down; null where nobody knows. Paid stays paid. */
export async function settle(row) {
  // The request that begins it may still be running.
  if (row.status === "begun" && seconds() < row.begun + 15) return null;
  const data = await call("verify", { order_id: row.order_id });
  if (data === null) return null;
  const [status, reason] = judged(row, data);
  const isKnown = ["pending", "success", "failed"].includes(status);
  if (isKnown && (status !== row.status || reason !== row.reason)) {
    // Deliver by a job of your own that looks for status 'success', and notes it: never from a page.
    console.log(row.order_id, status, data);
    // Failed is only what still stands as it was read: a page may have been handed out meanwhile.
    const update = db.prepare(`UPDATE payments
      SET status = ?1, reason = ?2, key = IIF(status = 'begun' AND ?1 = 'failed', NULL, key)
      WHERE order_id = ?3 AND IIF(?1 = 'failed', status = ?4, status <> 'success')`);
    update.run(status, reason, row.order_id, row.status);
  }
  return payments("order_id = ?", row.order_id)[0];
}

/** Status and reason of a payment of which JoyndPay says this. */
function judged(row, { status, amount, currency }) {
  // More than the price is well: live, JoyndPay's fees come on top.
  const isEnough = typeof amount === "number" && amount >= row.amount && currency === CURRENCY;
  if (status === "success" && isEnough) return ["success", null];
  // Too little, or another currency: a person has to look, whatever JoyndPay says afterwards.
  if (status === "success" || row.reason) return ["pending", "review"];
  // Cut off while it was begun: nobody has its page, so nobody can pay it, and the key may begin another.
  if (row.status === "begun") return ["failed", null];
  return [status, null];
}

// A shop's receiver of Malipo's webhooks, in plain Node.js: `WEBHOOK_SECRET=whsec_... node receiver.mjs [port]`.
//
// What every receiver has to do, in whatever language:
//   1. check the signature over the raw body (Standard Webhooks 1.0.0: https://www.standardwebhooks.com);
//   2. answer 2xx only when the event is safely kept: anything else is sent again, over days;
//   3. fulfil once per order_id, on payment.paid with "test": false. The same event may come twice, and late.
import { createHmac, timingSafeEqual } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";

const SECRET = process.env.WEBHOOK_SECRET ?? "";
if (!SECRET.startsWith("whsec_")) {
  console.error("WEBHOOK_SECRET: the key that is webhook.secret in malipo.toml; accepted: whsec_ and base64");
  process.exit(2);
}
const KEY = Buffer.from(SECRET.slice("whsec_".length), "base64");
const TOLERANCE_S = 5 * 60;
const MOST_BYTES = 64 * 1024;
// Stands for a table of your database with a unique index over order_id.
const FULFILLED = process.env.FULFILLED_FILE ?? "fulfilled.txt";

const server = createServer((request, response) => {
  const chunks = [];
  let size = 0;
  request.on("data", (chunk) => {
    size += chunk.length;
    if (size > MOST_BYTES) request.destroy();
    else chunks.push(chunk);
  });
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    const status = isSigned(request.headers, body) ? take(JSON.parse(body)) : 401;
    response.writeHead(status).end();
  });
});

/** Whether the body was signed with our key, a short while ago. */
function isSigned(headers, body) {
  const id = headers["webhook-id"] ?? "";
  const time = headers["webhook-timestamp"] ?? "";
  if (Math.abs(Date.now() / 1000 - Number(time)) > TOLERANCE_S || !/^\d+$/.test(time)) return false;
  const mac = createHmac("sha256", KEY).update(`${id}.${time}.`).update(body).digest();
  // While a key is being changed there are two signatures; one that fits is enough.
  return (headers["webhook-signature"] ?? "").split(" ").some((text) => {
    const [version, signature] = text.split(",");
    const given = Buffer.from(signature ?? "", "base64");
    return version === "v1" && given.length === mac.length && timingSafeEqual(given, mac);
  });
}

/** Keeps an event, and says how it went: a status that is not 2xx brings it back later. */
function take({ type, data }) {
  switch (type) {
    case "payment.paid":
      fulfil(data);
      break;
    case "payment.failed":
      console.log(`${data.order_id}: not paid; keep the basket, it may still be paid late`);
      break;
    case "payment.duplicate":
      // One payment link that was paid twice has two transactions: that one is named.
      const which = data.transaction_ref ?? data.provider_ref;
      console.log(`${data.order_id}: PAID TWICE; give ${data.amount} ${data.currency} back (${which})`);
      break;
    case "payment.review":
      console.log(`${data.order_id}: look at it: ${data.amount} ${data.currency} came, or nothing (${data.provider_ref})`);
      break;
    default:
      console.log(`${type}: not known here, and that is fine`);
  }
  return 204;
}

function fulfil(data) {
  const done = existsSync(FULFILLED) ? readFileSync(FULFILLED, "utf8").split("\n") : [];
  if (done.includes(data.order_id)) {
    console.log(`${data.order_id}: told again; it was fulfilled before`);
    return;
  }
  appendFileSync(FULFILLED, `${data.order_id}\n`);
  const what = data.test ? "a TEST, nothing is shipped" : "ship it";
  console.log(`${data.order_id}: paid ${data.amount} ${data.currency}; ${what}`);
}

server.listen(Number(process.argv[2] ?? 8080), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/`);
});

// The real programs: the sandbox that plays the provider, the backend, and the origins through which they are reached.
import { spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Front, now } from "./front.mjs";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** The widget's files. */
export const PKG = process.env.MALIPO_PKG_DIR ?? join(ROOT, "pkg");

/**
 * Sandbox and backend behind two origins; without `push`, the backend tells no events. The shop has so many `doors`: origins of
 * their own, each of which has as many streams as a browser may hold.
 */
export class Stack {
  #folder = mkdtempSync(join(tmpdir(), "malipo-bench-"));
  #programs = [];
  #orders = 0;

  static async start({ push = true, doors = 1 } = {}) {
    const stack = new Stack();
    process.once("exit", () => rmSync(stack.#folder, { recursive: true, force: true }));
    stack.doors = await Promise.all(Array.from({ length: doors }, () => Front.open("127.0.0.1")));
    [stack.shop] = stack.doors;
    stack.provider = await Front.open("localhost");
    try {
      stack.sandboxOrigin = await stack.#run("malipo-sandbox", [
        "--listen", "127.0.0.1:0", "--public-url", stack.provider.origin, "--joyndpay-public-key", PUBLIC_KEY, "--joyndpay-secret-key", SECRET_KEY,
      ]);
      stack.provider.pass("/", stack.sandboxOrigin);
      const config = join(stack.#folder, "malipo.toml");
      writeFileSync(config, configuration(stack, join(stack.#folder, "malipo.sqlite")));
      stack.serverOrigin = await stack.#run("malipo-server", ["--config", config]);
    } catch (error) {
      stack.stop();
      throw error;
    }
    for (const door of stack.doors) {
      for (const prefix of ["/pay/", "/malipo/"]) door.pass(prefix, stack.serverOrigin);
      // 204: "do not come back".
      if (!push) door.status("/pay/events", 204);
    }
    return stack;
  }

  /** An order that nobody has paid for yet, and the quote for it as a shop's server signs it. */
  order() {
    this.#orders += 1;
    const orderId = `BENCH-${String(this.#orders).padStart(4, "0")}`;
    return { orderId, quote: quote(orderId) };
  }

  /** What the backend answered to the press for this quote, once the browser asks for the checkout page it names: `{answer, request}`. */
  async begun(quote, shop = this.shop) {
    const { answer } = await shop.answered((it) => it.path === "/pay/initiate" && it.answer !== undefined && it.body.includes(quote));
    const { pathname } = new URL(JSON.parse(answer).redirect_url);
    return { answer: JSON.parse(answer), request: await this.provider.comes((it) => it.path === pathname) };
  }

  /** A payment of which the provider tells by itself: from then on the backend relies on being told. */
  async prove() {
    const { orderId, quote } = this.order();
    const body = JSON.stringify({ quote, amount: AMOUNT, currency: CURRENCY, return_url: `${this.shop.origin}/` });
    const answer = await fetch(`${this.shop.origin}/pay/initiate`, { method: "POST", headers: { "content-type": "application/json", "idempotency-key": `"${randomUUID()}"` }, body });
    if (!answer.ok) throw new Error(`the backend answered ${answer.status} to an initiate: ${await answer.text()}`);
    await this.settle(orderId);
    await new Promise((done) => setTimeout(done, COUNTS_AFTER_MS));
  }

  /** What the provider knows of an order, or `undefined`. */
  async payment(orderId) {
    const ledger = await (await fetch(`${this.sandboxOrigin}/sandbox/ledger`)).json();
    return ledger.payments.find((it) => it.order_id === orderId);
  }

  /** Lets the provider have the money for an order; gives the moment at which its notification reached the backend. */
  async settle(orderId) {
    const { id } = await this.payment(orderId);
    const before = this.shop.seen.length;
    const answer = await fetch(`${this.sandboxOrigin}/sandbox/joyndpay/payments/${id}/succeed`, { method: "POST" });
    if (!answer.ok) throw new Error(`the sandbox answered ${answer.status} to settling ${orderId}`);
    const isNew = (it) => this.shop.seen.indexOf(it) >= before;
    const told = (it) => it.path.startsWith("/pay/notify/") && it.body.includes(orderId) && isNew(it);
    return (await this.shop.comes(told)).at;
  }

  /**
   * The moment at which the backend knows that an order is paid, to a few milliseconds. As the shop's own server reads it: nobody is
   * asked because of that, where one more listener would be taken for the shopper, who looks at the page again.
   */
  async knows(orderId) {
    for (;;) {
      const answer = await fetch(`${this.serverOrigin}/api/orders/${orderId}`, { headers: { authorization: `Bearer ${SHOP_KEY}` } });
      if (!answer.ok) throw new Error(`the backend answered ${answer.status} to the shop's question about ${orderId}`);
      if ((await answer.json()).state === "paid") return now();
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
  }

  /** The calls of the provider's API that were made for an order. */
  async calls(orderId) {
    const payment = await this.payment(orderId);
    const { calls } = await (await fetch(`${this.sandboxOrigin}/sandbox/calls`)).json();
    const isAbout = (it) => [orderId, payment.id].some((id) => JSON.stringify(it).includes(id));
    return calls.filter(isAbout);
  }

  stop() {
    for (const program of this.#programs) program.kill("SIGKILL");
    for (const door of this.doors) door.close();
    this.provider.close();
  }

  /** Starts a program and waits until it listens; gives its origin. */
  async #run(name, args) {
    const child = spawn(program(name), [...args, "--exit-with-stdin"], { stdio: ["pipe", "pipe", "pipe"], env: ownEnvironment() });
    this.#programs.push(child);
    const lines = [];
    createInterface(child.stderr).on("line", (line) => lines.push(line));
    return new Promise((done, failed) => {
      const told = () => lines.slice(-20).join("\n");
      child.on("error", failed);
      child.on("exit", (code) => failed(new Error(`${name} ended with ${code} before it listened\n${told()}`)));
      createInterface(child.stdout).on("line", (line) => {
        const origin = line.split(`${name} listening on `)[1];
        if (origin) done(origin);
      });
    });
  }
}

function program(name) {
  const built = process.env.MALIPO_BIN_DIR ?? join(resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target"), "debug");
  const path = join(built, name);
  if (!existsSync(path)) throw new Error(`${path} is missing: \`make programs\` builds it`);
  return path;
}

/** Without what would be keys of a configuration to the backend. */
function ownEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MALIPO_")));
}

function configuration({ shop, doors, provider }, store) {
  return `
shop = "${SHOP}"
mode = "sandbox"
provider = "joyndpay"
listen = "127.0.0.1:0"
public_url = "${shop.origin}"
shop_origins = ${JSON.stringify(doors.map((it) => it.origin))}
widget_dir = "${PKG}"
[store]
sqlite = "${store}"
[quote]
key = "${QUOTE_KEY}"
[shop_api]
key = "${SHOP_KEY}"
[limits]
requests_per_ip_per_minute = 1000000
[joyndpay]
public_key = "${PUBLIC_KEY}"
secret_key = "${SECRET_KEY}"
base_url = "${provider.origin}/joyndpay/api"
[log]
level = "warn"
`;
}

/** A compact JWT, HS256, good for an hour. */
function quote(orderId) {
  const encode = (it) => Buffer.from(JSON.stringify(it)).toString("base64url");
  const claims = { order_id: orderId, amount: AMOUNT, currency: CURRENCY, aud: `${SHOP}:sandbox`, exp: Math.floor(Date.now() / 1000) + 3600 };
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${createHmac("sha256", QUOTE_KEY).update(signed).digest("base64url")}`;
}

export const AMOUNT = "25000";
export const CURRENCY = "UGX";
/** A notification may come until 15 s after its payment; every 2 s the backend reads whether they come. */
const COUNTS_AFTER_MS = 20_000;
const SHOP = "bench-shop";
const QUOTE_KEY = "benchmark-quote-key-of-thirty-two-bytes-and-more";
const SHOP_KEY = "benchmark-shop-key-of-thirty-two-bytes-and-more";
/** How often it is looked whether the backend knows. */
const LOOK_MS = 5;
const PUBLIC_KEY = "bench-public-key";
const SECRET_KEY = "bench-secret-key";

// What a browser or a provider talks to: serves the pages of the benchmark, passes the rest on, and writes every request down.
import { Agent, createServer, request as send } from "node:http";
import { extname } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

export class Front {
  /**
   * Every request that came, in order: `{method, path, body, at, done, answer, passed}`; the times are this process's wall clock
   * in milliseconds, `answer` is there where it is JSON; `passed` is when the last word of a stream went through that has a status.
   */
  seen = [];
  #files = new Map();
  #upstreams = [];
  #waiting = new Set();
  #server;
  #agent = new Agent({ keepAlive: true });

  /** Opens one at a free port of `host`, which is `127.0.0.1` or `localhost`. */
  static async open(host = "127.0.0.1") {
    const front = new Front();
    front.#server = createServer((request, response) => front.#serve(request, response));
    await new Promise((done) => front.#server.listen(0, "127.0.0.1", done));
    front.origin = `http://${host}:${front.#server.address().port}`;
    return front;
  }

  /** Serves this text or these bytes at an exact path, compressed as a shop's web server would have it. */
  file(path, content) {
    const raw = Buffer.from(content);
    const br = brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
    this.#files.set(path, { raw, br, type: TYPES[extname(path)] ?? TYPES[".html"] });
  }

  /** Answers with this status and nothing else at an exact path. */
  status(path, status) {
    this.#files.set(path, { status });
  }

  /** Takes requests of an exact path and never answers. */
  hang(path) {
    this.#files.set(path, { hangs: true });
  }

  /** Passes what begins with `prefix` on to an origin. The longest prefix wins. */
  pass(prefix, origin) {
    this.#upstreams.push({ prefix, origin });
    this.#upstreams.sort((one, other) => other.prefix.length - one.prefix.length);
  }

  /** The first request that fits, once it is there. */
  async comes(fits, limitMs = PATIENCE_MS) {
    return this.#until(() => this.seen.find(fits), limitMs);
  }

  /** The first request that fits, once it is answered. */
  async answered(fits, limitMs = PATIENCE_MS) {
    return this.#until(() => this.seen.find((it) => it.done !== undefined && fits(it)), limitMs);
  }

  close() {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #serve(request, response) {
    const seen = { method: request.method, path: request.url, body: "", at: now(), done: undefined };
    this.seen.push(seen);
    try {
      const body = Buffer.concat(await request.toArray());
      seen.body = body.toString();
      this.#tell();
      response.on("close", () => {
        seen.done = now();
        this.#tell();
      });
      this.#answer(request, body, response, seen);
    } catch {
      // The browser went away in the middle: a page that was closed.
      response.destroy();
    }
  }

  #answer(request, body, response, seen) {
    const { pathname } = new URL(request.url, this.origin);
    const file = this.#files.get(pathname);
    if (file?.hangs) return undefined;
    if (file?.status) return response.writeHead(file.status).end();
    if (file) {
      const compressed = /\bbr\b/.test(request.headers["accept-encoding"] ?? "");
      const headers = { "content-type": file.type, "cache-control": "no-cache", ...(compressed && { "content-encoding": "br" }) };
      return response.writeHead(200, headers).end(compressed ? file.br : file.raw);
    }
    const upstream = this.#upstreams.find(({ prefix }) => pathname.startsWith(prefix));
    if (!upstream) return response.writeHead(404).end();
    const { host: _, connection: __, ...headers } = request.headers;
    const passed = send(upstream.origin + request.url, { method: request.method, headers, agent: this.#agent }, (answer) => {
      const { connection: ___, "keep-alive": ____, "transfer-encoding": _____, ...others } = answer.headers;
      response.writeHead(answer.statusCode, others);
      // The head of a stream goes out before its first event.
      response.flushHeaders();
      answer.pipe(response);
      if (answer.headers["content-type"]?.startsWith("application/json")) {
        seen.answer = "";
        answer.on("data", (chunk) => (seen.answer += chunk));
      }
      if (answer.headers["content-type"]?.startsWith("text/event-stream")) {
        answer.on("data", (chunk) => {
          if (chunk.includes("status")) seen.passed = now();
        });
      }
      answer.on("error", () => response.destroy());
    });
    passed.on("error", () => response.destroy());
    response.on("close", () => passed.destroy());
    return passed.end(body);
  }

  #tell() {
    for (const look of this.#waiting) look();
  }

  #until(find, limitMs) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = find();
        if (found === undefined) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(found);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        const last = this.seen.slice(-12).map((it) => `${it.method} ${it.path}`);
        reject(new Error(`${this.origin}: a request did not come within ${limitMs} ms; the last were\n  ${last.join("\n  ")}`));
      }, limitMs);
      this.#waiting.add(look);
      look();
    });
  }
}

/** The wall clock, in milliseconds with a fraction: the same that `Date.now()` in a page shows. */
export const now = () => performance.timeOrigin + performance.now();

/** How long something may take that takes a second or two, on a machine that is busy with other things. */
export const PATIENCE_MS = 60_000;
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".wasm": "application/wasm" };

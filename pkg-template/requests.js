// Requests to the backend, as the options said that were frozen at the press: what Widget.options() gave.
import { takePlace } from "./places.js";

// The longest body that is read, in bytes: src/checkout/answer/mod.rs.
const BODY_MOST = 65_536;

/** Posts `body`; resolves to the response and its text, in place of which stands `true` where it is longer than anything that is read. */
export async function send(said, url, key, body, signal) {
  const own = ["content-type", "application/json", "accept", "application/json"];
  if (key) own.push("idempotency-key", `"${key}"`);
  const response = await ask(said, url, own, { signal, method: "POST", body: JSON.stringify(body) });
  return [response, response.headers.get("content-length") > BODY_MOST || (await response.text())];
}

/**
 * Asks for server-sent events, by fetch, which can carry the token in a header; `EventSource` would put it into the URL. Resolves
 * to a reader of bytes, to `false` where the server does not want us back, and to nothing where there is no place or no stream.
 */
export async function listen(said, url, token, signal) {
  if (!(await takePlace(signal))) return undefined;
  const own = ["accept", "text/event-stream"];
  if (token) own.push("authorization", `Bearer ${token}`);
  const { status, body } = await ask(said, url, own, { signal });
  if (status === 204 || (status >= 400 && status < 500)) return false;
  return status === 200 ? body.getReader() : undefined;
}

/** `own`: headers of ours, on top of the page's; both as names and values in turn. */
async function ask([values, pageHeaders], url, own, init) {
  const all = [...pageHeaders, ...own];
  const headers = new Headers();
  all.forEach((value, at) => {
    try {
      if (at % 2) headers.set(all[at - 1], value);
    } catch {
      // A name or value that no header may have: the request goes without, and the backend says what it misses.
    }
  });
  // Judged by Rust, which takes more for white space than JavaScript: the word alone, because a `Request` of any other throws.
  const [credentials] = /include|omit/.exec(values.find((_, at) => at % 2 && values[at - 1] === "credentials")) ?? ["same-origin"];
  const response = await fetch(new Request(url, { __proto__: null, ...init, headers, credentials }));
  if (response instanceof Response) return response;
  throw new TypeError("the page's fetch brought no Response");
}

// Promises of the page's half: one that nobody looks at is no unhandled rejection, and says the error to whoever does.
import { PayError } from "./error.js";

export function defer() {
  const deferred = {};
  deferred.promise = handled(new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject })));
  return deferred;
}

export function handled(promise) {
  promise.catch(() => {});
  return promise;
}

/** Until the next task: long work is cut with it, and a press gets its turn. A timer would be late in a hidden tab. */
export function nextTask() {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => resolve(port1.close());
    port2.postMessage(0);
  });
}

export const rejected = (error) => handled(Promise.reject(error));
export const asError = (value) => (value instanceof PayError ? value : new PayError(value));
export const aborted = (message) => new PayError({ code: "aborted", message });
export const destroyed = () => new PayError({ code: "destroyed", message: "the widget was removed" });

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

export const rejected = (error) => handled(Promise.reject(error));
export const asError = (value) => (value instanceof PayError ? value : new PayError(value));
export const aborted = (message) => new PayError({ code: "aborted", message });
export const destroyed = () => new PayError({ code: "destroyed", message: "the widget was removed" });

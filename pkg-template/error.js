/** What went wrong. `code` is one of a closed list; `retryable` says whether pressing again may help. */
export class PayError extends Error {
  constructor({ code, message, retryable = false, errors = [] }) {
    super(message);
    this.name = "PayError";
    this.code = code;
    this.retryable = retryable;
    this.errors = errors;
  }
}

// What the page is told: states, outcomes, errors, and the events on the target.

/** Where an attempt stands. */
export type PayState =
  /** Nothing has been pressed. */
  | "idle"
  /** The backend is asked to begin. */
  | "initiating"
  /** The checkout page is known and not open yet: it waits behind a link. */
  | "opening"
  /** The shopper is paying, or may be. */
  | "waiting"
  /** Paid. */
  | "success"
  /** The provider's final no. A late success may still follow. */
  | "failed"
  /** Our own deadline: whether it was paid is not known. A late end may still follow. */
  | "expired"
  /** The shopper gave up here. A late success may still follow. */
  | "cancelled"
  /** The attempt could not begin, and can be begun again. */
  | "error";

/** What a verify said, for `check()`. `pending`: not known yet. */
export type Status = "pending" | "success" | "failed";

/** Why the provider said no. */
export type PayFailure = "declined" | "expired" | "cancelled" | "review" | "other";

/** The stable codes of {@link PayError}, the same in the page and in the backend's answers. */
export type PayErrorCode =
  /** An option, attribute or header is not accepted; `errors` names all of them. */
  | "bad-option"
  /** A provider's secret is in the page: nothing is sent. */
  | "secret-in-browser"
  /** An endpoint is neither https nor http on a loopback host. */
  | "insecure-url"
  /** The backend's `redirect_url` is not one to which a shopper may be sent: nothing is opened. */
  | "unsafe-redirect-url"
  /** The backend, or a file of the widget, could not be reached. */
  | "network"
  /** The backend took too long. */
  | "timeout"
  /** The backend wants fewer calls. */
  | "rate-limited"
  /** The backend said no; its text is in `message`. */
  | "backend"
  /** The backend's answer is of no known shape. */
  | "protocol"
  /** A verify answer was about another order: ignored. */
  | "order-mismatch"
  /** The order exists, with another price. */
  | "order-changed"
  /** The backend's amount or currency is not the one that is shown. */
  | "amount-mismatch"
  /** The quote is too old for a new attempt. */
  | "quote-expired"
  /** Another attempt for this order is under way. */
  | "busy"
  /** A listener of `pay-start` prevented it, or the button is disabled, or there is nothing to resume. */
  | "aborted"
  /** The widget was removed. */
  | "destroyed"
  /** This browser is too old for the widget, or there is none: on a server nothing but importing works. */
  | "unsupported";

/** An option, attribute or header that is not accepted. */
export interface BadOption {
  /** As the page wrote it: `poll-interval` on an element, `pollInterval` in options, `headers.X-Name`. */
  name: string;
  /** As the page wrote it, 80 characters at most; empty where it may be a secret. */
  value: string;
  /** What is accepted. */
  expected: string;
}

/** How an attempt ended. A hint to the page: the backend's record is the truth. */
export interface Outcome {
  /** `expired`: our own deadline; whether it was paid is not known. */
  status: "success" | "failed" | "expired" | "cancelled";
  /** The shop's name of the order; absent where it was cancelled before the backend named it. */
  orderId?: string;
  /** Decimal string in major units, as the backend said: `"10000"`, `"1250.50"`. */
  amount?: string;
  /** ISO 4217, as the backend said. */
  currency?: string;
  /** It was told after the attempt's end. */
  late: boolean;
  /** The attempt was taken up again, after a reload say. */
  resumed: boolean;
}

/** What every event of a resumed attempt carries. */
export interface Resumed {
  /** The attempt was taken up again, after a reload say. */
  resumed?: true;
}

/**
 * The events, dispatched on the element, or on the target of `new PayButton(target, ...)`: they bubble, and leave shadow
 * roots. An attempt ends with exactly one of `pay-success`, `pay-failed`, `pay-expired`, `pay-cancelled`, or with a
 * `pay-error` whose `terminal` is true. After an end other than success, a verify may still bring `pay-success` (or, after
 * `pay-expired`, `pay-failed`) with `late: true`.
 */
export interface PayEventMap {
  /** Pressed. Cancelable: `preventDefault()` stops it before anything is opened or sent. */
  "pay-start": CustomEvent<Record<string, never>>;
  /** The backend answered. `test`: no money moves. */
  "pay-initiated": CustomEvent<{ orderId: string; redirectUrl?: string; test?: boolean } & Resumed>;
  /** The checkout page is open; `mode` says how. */
  "pay-opened": CustomEvent<{ orderId: string; mode: "tab" | "popup" | "redirect" | "link" } & Resumed>;
  /** The browser refused a tab: the link is shown as soon as it is known, and the attempt goes on. */
  "pay-blocked": CustomEvent<{ orderId?: string; redirectUrl?: string } & Resumed>;
  /** The provider sent the link by SMS or e-mail; `to` is masked. */
  "pay-sent": CustomEvent<{ orderId: string; sentTo: { channel: string; to?: string }[] } & Resumed>;
  /** A verify said pending; `checks` counts them. */
  "pay-pending": CustomEvent<{ orderId: string; checks: number } & Resumed>;
  /**
   * Terminal: the backend said that this order is paid. A hint to the page: thank the shopper, and no more. The backend's
   * record is the truth.
   */
  "pay-success": CustomEvent<{ orderId: string; status: "success"; amount?: string; currency?: string; late?: true } & Resumed>;
  /** Terminal: the provider's final no. */
  "pay-failed": CustomEvent<{ orderId: string; status: "failed"; reason?: PayFailure; late?: true } & Resumed>;
  /** Terminal: our own deadline. Whether it was paid is not known. */
  "pay-expired": CustomEvent<{ orderId: string; status: "expired" } & Resumed>;
  /** Terminal: the shopper gave up here. */
  "pay-cancelled": CustomEvent<{ orderId?: string; status: "cancelled" } & Resumed>;
  /**
   * Something went wrong, once a code and spell of trouble. `terminal`: it ended the attempt. `retryable`: pressing again
   * may help. `errors`: every option that is not accepted.
   */
  "pay-error": CustomEvent<
    { code: PayErrorCode; message: string; retryable: boolean; terminal: boolean; orderId?: string; errors?: BadOption[] } & Resumed
  >;
  /** `state` has changed. */
  "pay-change": CustomEvent<{ state: PayState; previous: PayState } & Resumed>;
}

declare global {
  // So that addEventListener knows them on every element, the document and the window.
  interface ElementEventMap extends PayEventMap {}
  interface GlobalEventHandlersEventMap extends PayEventMap {}
}

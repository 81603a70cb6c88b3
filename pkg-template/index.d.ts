// The types of malipo. What each thing promises stands in its comment; the whole contract, in the project's documentation.

/** Where an attempt stands. */
export type PayState =
  | "idle"
  | "initiating"
  | "opening"
  | "waiting"
  | "success"
  | "failed"
  | "expired"
  | "cancelled"
  | "error";

/** What a verify said, for `check()`. `pending` means: not known yet. */
export type PayStatus = "pending" | "success" | "failed";

/** The stable codes of `PayError`, the same in the page and in the backend's answers. */
export type PayErrorCode =
  | "bad-option"
  | "secret-in-browser"
  | "insecure-url"
  | "unsafe-redirect-url"
  | "network"
  | "timeout"
  | "rate-limited"
  | "backend"
  | "protocol"
  | "order-mismatch"
  | "order-changed"
  | "amount-mismatch"
  | "quote-expired"
  | "busy"
  | "aborted"
  | "destroyed"
  | "unsupported";

/** An option, attribute or header that is not accepted. `value` is empty where it may be a secret. */
export interface BadOption {
  name: string;
  value: string;
  expected: string;
}

/** Why a payment could not begin, or what is in its way. */
export class PayError extends Error {
  constructor(error: { code: PayErrorCode; message: string; retryable?: boolean; errors?: BadOption[] });
  /** The stable code. */
  readonly code: PayErrorCode;
  /** Pressing again may help. */
  readonly retryable: boolean;
  /** Every option that is not accepted, where that is the matter. */
  readonly errors: BadOption[];
}

/** How an attempt ended. A hint to the page: the backend's record is the truth. */
export interface Outcome {
  status: "success" | "failed" | "expired" | "cancelled";
  orderId?: string;
  /** Decimal string in major units. */
  amount?: string;
  /** ISO 4217. */
  currency?: string;
  /** It came after the attempt's end. */
  late: boolean;
  /** The attempt was taken up again, after a reload say. */
  resumed: boolean;
}

/** A text, or something with an obvious one. */
type Text = string | number;

/** The options; on the elements they are attributes in kebab-case. */
export interface PayButtonOptions {
  /** The backend's endpoint: absolute, or relative to the page; https, or http on a loopback host. */
  initiateUrl: string;
  /** The backend's endpoint that says where the order stands. */
  verifyUrl: string;
  /** Where `cancel()` is told. */
  cancelUrl?: string;
  /** Server-sent events; the backend's answer may name it as well. */
  eventsUrl?: string;
  /** The shop's name of the order: 1 to 64 of `A-Z a-z 0-9 . _ -`. */
  orderId?: Text;
  /** What is shown: a decimal in major units. The backend decides what is charged. Write it as a string. */
  amount?: Text;
  /** ISO 4217, such as `UGX`. */
  currency?: string;
  description?: string;
  customerName?: string;
  customerEmail?: string;
  customerPhone?: Text;
  /** A quote signed by the shop's server, sent as is. */
  quote?: string;
  /** An article of the backend's catalogue. */
  sku?: Text;
  /** How many of it: 1 to 999. */
  quantity?: Text;
  /** How the checkout page is opened; `auto` (the default): a tab, but the page itself or a link where tabs do not work. */
  mode?: "auto" | "tab" | "popup" | "redirect" | "link";
  /** Milliseconds between verifies: 2500, at least 1000. */
  pollInterval?: Text;
  /** Milliseconds until the attempt ends as `expired`; the default follows the backend's own expiry. */
  timeout?: Text;
  /** Origins to which the checkout page may belong; a string of them is separated by spaces. Default: any https origin. */
  checkoutOrigins?: string | readonly string[];
  /** As fetch's: `same-origin` is the default. */
  credentials?: "same-origin" | "include" | "omit";
  /** Language of the amount; else the page's. */
  lang?: string;
  /** `auto` (the default) follows the page's color-scheme. */
  theme?: "auto" | "light" | "dark";
  /** The button's words; "Pay" is the default. */
  label?: string;
  disabled?: boolean;
  /** Added to every request. May not replace content-type, accept or idempotency-key. */
  headers?: Record<string, string> | Headers;
  /** Words of your own, by the names of `texts/en.js`; the page's language has the others. `{}` stands for a value. */
  texts?: Partial<Record<TextName, string>>;
  /** Draws nothing; the page calls `start()` in its own click handler. */
  headless?: boolean;
}

/** What `PayButton` and both elements can do. */
interface PayMembers {
  /** Where the attempt stands. */
  readonly state: PayState;
  /** The WebAssembly half is there. Nothing needs to wait for it; it rejects where it could not be loaded. */
  readonly ready: Promise<void>;
  /** What ended or hindered the attempt last. */
  readonly error: PayError | null;
  /**
   * As if pressed: call it in a click handler. Resolves when the attempt has ended; rejects with `PayError` where it could
   * not begin. While one is under way it brings its tab forward and returns the same promise.
   */
  start(): Promise<Outcome>;
  /** Asks the backend now. */
  check(): Promise<PayStatus>;
  /** Takes up an attempt begun before; never begins one. */
  resume(orderId?: string): Promise<Outcome>;
  /** Brings the checkout page back; call it in a click handler. `false` where the browser refused, or there is none. */
  reopen(): boolean;
  /** Gives the payment up, after a last verify: a success wins. */
  cancel(): Promise<Outcome>;
  /** Removes everything; idempotent; silent ever after. */
  destroy(): void;
}

/**
 * A pay button drawn into an element of the page.
 *
 * @example
 * const pay = new PayButton(document.querySelector("#pay"), { initiateUrl: "/pay/initiate", verifyUrl: "/pay/verify", sku: "tea" });
 */
export class PayButton implements PayMembers {
  /**
   * Draws at once and waits for nothing. Values are judged later: a `pay-error` on the target, and the rejection of
   * `start()`.
   *
   * @throws {PayError} for a target that is no Element, unknown options, and options named like a secret: all at once.
   */
  constructor(target: Element, options: PayButtonOptions);
  readonly state: PayState;
  readonly ready: Promise<void>;
  readonly error: PayError | null;
  start(): Promise<Outcome>;
  check(): Promise<PayStatus>;
  resume(orderId?: string): Promise<Outcome>;
  reopen(): boolean;
  cancel(): Promise<Outcome>;
  destroy(): void;
}

/** Each attribute as a property: its text, empty where it is absent. Setting `null` removes it. */
type AttributeProperties = {
  [Name in Exclude<keyof PayButtonOptions, "headers" | "texts" | "headless" | "disabled" | "lang">]-?: string;
} & { disabled: boolean };

declare const HTMLElementWithAttributes: new () => HTMLElement & AttributeProperties;

declare class PayElement extends HTMLElementWithAttributes implements PayMembers {
  static readonly observedAttributes: readonly string[];
  /** Added to every request: for a CSRF token, say. */
  headers?: Record<string, string> | Headers;
  /** Words of your own, by the names of `texts/en.js`; the page's language has the others. `{}` stands for a value. */
  texts?: Partial<Record<TextName, string>>;
  readonly state: PayState;
  readonly ready: Promise<void>;
  readonly error: PayError | null;
  start(): Promise<Outcome>;
  check(): Promise<PayStatus>;
  resume(orderId?: string): Promise<Outcome>;
  reopen(): boolean;
  cancel(): Promise<Outcome>;
  destroy(): void;
}

/** `<pay-button>`: the attributes are the options in kebab-case, and the truth. */
export class PayButtonElement extends PayElement {}

/** `<pay-status>`: for thank-you pages. Takes up the attempt from which the shopper comes back; begins none. */
export class PayStatusElement extends PayElement {}

/** Marks every event of a resumed attempt. */
interface Resumed {
  resumed?: true;
}

/** The events, dispatched on the target: bubbling, composed. */
export interface PayEventMap {
  /** Pressed. Cancelable: `preventDefault()` stops it before anything is opened or sent. */
  "pay-start": CustomEvent<Record<string, never>>;
  /** The backend answered. */
  "pay-initiated": CustomEvent<{ orderId: string; redirectUrl?: string; test?: boolean } & Resumed>;
  /** The checkout page is open. */
  "pay-opened": CustomEvent<{ orderId: string; mode: "tab" | "popup" | "redirect" | "link" } & Resumed>;
  /** The browser refused a tab: the link is shown as soon as it is known, and the attempt goes on. */
  "pay-blocked": CustomEvent<{ orderId?: string; redirectUrl?: string } & Resumed>;
  /** The provider sent the link by SMS or e-mail. */
  "pay-sent": CustomEvent<{ orderId: string; sentTo: { channel: string; to?: string }[] } & Resumed>;
  /** A verify said pending; `checks` counts them. */
  "pay-pending": CustomEvent<{ orderId: string; checks: number } & Resumed>;
  /** Terminal: paid. A hint to the page; the backend's record is the truth. */
  "pay-success": CustomEvent<{ orderId: string; status: "success"; amount?: string; currency?: string; late?: true } & Resumed>;
  /** Terminal: the provider's final no. */
  "pay-failed": CustomEvent<
    { orderId: string; status: "failed"; reason?: "declined" | "expired" | "cancelled" | "review" | "other"; late?: true } & Resumed
  >;
  /** Terminal: our own deadline. Whether it was paid is not known. */
  "pay-expired": CustomEvent<{ orderId: string; status: "expired" } & Resumed>;
  /** Terminal: the shopper gave up here. */
  "pay-cancelled": CustomEvent<{ orderId?: string; status: "cancelled" } & Resumed>;
  /** Something went wrong, once a code and spell of trouble. */
  "pay-error": CustomEvent<
    { code: PayErrorCode; message: string; retryable: boolean; terminal: boolean; orderId?: string; errors?: BadOption[] } & Resumed
  >;
  /** `state` has changed. */
  "pay-change": CustomEvent<{ state: PayState; previous: PayState } & Resumed>;
}

// Only what is marked so is exported.
export {};

declare global {
  interface HTMLElementTagNameMap {
    "pay-button": PayButtonElement;
    "pay-status": PayStatusElement;
  }
  interface HTMLElementEventMap extends PayEventMap {}
}

/** What the button says, by name. The English words stand in `texts/en.js`. */
export type TextName =
  | "pay"
  | "starting"
  | "complete-in-tab"
  | "going-to-checkout"
  | "checking"
  | "follow-link"
  | "open-host"
  | "sent-to"
  | "sent-somewhere"
  | "pay-there"
  | "page-will-tell"
  | "come-back"
  | "trouble"
  | "offline"
  | "in-review"
  | "try-again-there"
  | "cancelling"
  | "paid"
  | "not-paid"
  | "try-again"
  | "link-expired"
  | "unknown"
  | "if-paid-wait"
  | "cancelled"
  | "if-paid-dont"
  | "could-not-start"
  | "press-again"
  | "tell-the-shop"
  | "check-connection"
  | "busy-elsewhere"
  | "plus-fees"
  | "test"
  | "reopen"
  | "check-now"
  | "cancel"
  | "opening-tab"
  | "go-back"
  | "not-loaded";

// The types of malipo. What each thing promises stands in its comment; the whole contract, in the project's documentation.
import type { AttributeProperties, PayButtonOptions, PayHeaders } from "./attributes.js";
import type { BadOption, Outcome, PayErrorCode, PayState, Status } from "./events.js";
import type { PayTexts } from "./words.js";

export type {
  PayButtonAttributes,
  PayButtonOptions,
  PayElementOptions,
  PayHeaders,
  PayMode,
  PayStatusAttributes,
  PayStatusOptions,
  PayTheme,
} from "./attributes.js";
export type { BadOption, Outcome, PayErrorCode, PayEventMap, PayFailure, PayState, Status } from "./events.js";
export type { PayTexts, TextName } from "./words.js";

/** Why a payment could not begin, or what is in its way. */
export class PayError extends Error {
  constructor(error: { code: PayErrorCode; message: string; retryable?: boolean; errors?: BadOption[] });
  /** The stable code: what a program looks at. `message` is a sentence for a developer. */
  readonly code: PayErrorCode;
  /** Pressing again may help. */
  readonly retryable: boolean;
  /** Every option that is not accepted, where that is the matter; else empty. */
  readonly errors: readonly BadOption[];
}

/** What `PayButton` and both elements can do. */
interface PayMembers {
  /** Where the attempt stands. */
  readonly state: PayState;
  /** The WebAssembly half is there. Nothing needs to wait for it; it rejects where it could not be loaded. */
  readonly ready: Promise<void>;
  /** What hindered the attempt last, as long as it does. */
  readonly error: PayError | null;
  /**
   * As if pressed: call it in a click handler, before any `await`. Resolves when the attempt has ended, whatever the end;
   * rejects with `PayError` where it could not begin (`aborted`: a listener of `pay-start` prevented it, or the button is
   * disabled). While an attempt is under way it brings its tab forward and returns the same promise. After success it
   * resolves with that, and begins nothing, while order and quote are unchanged.
   */
  start(): Promise<Outcome>;
  /** Asks the backend now. Rejects with `PayError` where there is no payment to ask about, or no answer. */
  check(): Promise<Status>;
  /**
   * Takes up an attempt begun before, of this order where one is named; never begins one. Rejects with `PayError` (`aborted`)
   * where there is none.
   */
  resume(orderId?: string): Promise<Outcome>;
  /** Brings the checkout page back; call it in a click handler. `false` where the browser refused, or there is none. */
  reopen(): boolean;
  /**
   * Gives the payment up, after a last verify (3 s at most): a success wins. Tells `cancelUrl`, and closes the tab where the
   * browser lets it.
   */
  cancel(): Promise<Outcome>;
  /** Removes everything; idempotent; silent ever after. The payment itself goes on: a later element takes it up. */
  destroy(): void;
}

/**
 * A pay button drawn into an element of the page. Its events are dispatched on that element.
 *
 * @example
 * const target = document.querySelector<HTMLElement>("#pay")!;
 * const pay = new PayButton(target, { initiateUrl: "/pay/initiate", verifyUrl: "/pay/verify", sku: "tea" });
 * target.addEventListener("pay-success", (event) => showThanks(event.detail.orderId));
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
  check(): Promise<Status>;
  resume(orderId?: string): Promise<Outcome>;
  reopen(): boolean;
  cancel(): Promise<Outcome>;
  destroy(): void;
}

declare const HTMLElementWithAttributes: new () => HTMLElement & AttributeProperties;

/** The word, unless it begins like one of our events: those are all in the map. */
type NotOurs<Name extends string> = Name extends `pay-${string}` ? never : Name;

declare class PayElement extends HTMLElementWithAttributes implements PayMembers {
  static readonly observedAttributes: readonly string[];
  /** Added to every request: for a CSRF token, say. May not replace content-type, accept or idempotency-key. */
  headers: PayHeaders | undefined;
  /** Words of your own in place of ours, by the names of `texts/en.js`; the page's language has the others. */
  texts: PayTexts | undefined;
  readonly state: PayState;
  readonly ready: Promise<void>;
  readonly error: PayError | null;
  start(): Promise<Outcome>;
  check(): Promise<Status>;
  resume(orderId?: string): Promise<Outcome>;
  reopen(): boolean;
  cancel(): Promise<Outcome>;
  /** Removes everything; idempotent; silent ever after, also where the element is put into the page again. */
  destroy(): void;

  addEventListener<Name extends keyof HTMLElementEventMap>(
    type: Name,
    listener: (this: this, event: HTMLElementEventMap[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<Name extends string>(
    type: NotOurs<Name>,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** `<pay-button>`: the attributes are the options in kebab-case, and the truth. Not usable before it is defined. */
export class PayButtonElement extends PayElement {}

/** `<pay-status>`: for thank-you pages. Takes up the attempt from which the shopper comes back; begins none. */
export class PayStatusElement extends PayElement {}

declare global {
  interface HTMLElementTagNameMap {
    "pay-button": PayButtonElement;
    "pay-status": PayStatusElement;
  }
}

// What the page says: the options of the classes, and the attributes of the elements, which are the same in kebab-case.
import type { PayTexts } from "./words.js";

/** A text, or a number that has an obvious one. */
export type Text = string | number;

/**
 * How the checkout page is opened. `tab`: a new tab. `popup`: a sized window. `redirect`: the whole page goes there. `link`:
 * nothing is opened; a link is shown, or "sent to your phone". `auto`: a tab, but the whole page in browsers inside apps, and
 * a link in frames that may open nothing.
 */
export type PayMode = "auto" | "tab" | "popup" | "redirect" | "link";

/** `auto` follows the page's color-scheme. */
export type PayTheme = "auto" | "light" | "dark";

/** Added to every request. */
export type PayHeaders = Readonly<Record<string, string>> | Headers;

/** What every widget needs, and may be told. `undefined` is absent. */
interface CommonOptions {
  /** The backend's endpoint that says where the order stands; absolute, or relative to the page; https, or http on a loopback host. */
  verifyUrl: string;
  /** The backend's endpoint that is told of `cancel()`. Default: none. */
  cancelUrl?: string | undefined;
  /** Server-sent events of the backend. Default: what its answer names, on the origin of `initiateUrl`. */
  eventsUrl?: string | undefined;
  /** The shop's name of the order: 1 to 64 of `A-Z a-z 0-9 . _ -`. */
  orderId?: Text | undefined;
  /**
   * What is shown: a decimal in major units, as a string (`"10000"`, `"1250.50"`; a number would lose digits). The backend
   * decides what is charged; where its amount is another one, nothing is opened.
   */
  amount?: string | undefined;
  /** ISO 4217 in capitals, such as `UGX`. */
  currency?: string | undefined;
  /** What is bought: at most 500 characters. Sent to the backend. */
  description?: string | undefined;
  /** Sent to the backend: at most 200 characters. */
  customerName?: string | undefined;
  /** Sent to the backend: at most 200 characters. */
  customerEmail?: string | undefined;
  /** Sent to the backend: at most 200 characters. A string keeps its plus sign and leading zero. */
  customerPhone?: string | undefined;
  /** A quote signed by the shop's server, sent as is. */
  quote?: string | undefined;
  /** An article of the backend's catalogue. */
  sku?: Text | undefined;
  /** How many of `sku`: 1 to 999. Default: 1. */
  quantity?: Text | undefined;
  /** How the checkout page is opened. Default: `auto`. */
  mode?: PayMode | undefined;
  /** Milliseconds between verifies, at least 1000. Default: 2500. */
  pollInterval?: Text | undefined;
  /**
   * Milliseconds until the attempt ends as `expired`, 1000 to 86400000. Default: what the backend's expiry leaves and 90 s,
   * within 1 to 30 minutes; without an expiry 15 minutes.
   */
  timeout?: Text | undefined;
  /** Origins to which the checkout page may belong; in a string they are separated by spaces. Default: any https origin. */
  checkoutOrigins?: string | readonly string[] | undefined;
  /** As fetch's. Default: `same-origin`. */
  credentials?: "same-origin" | "include" | "omit" | undefined;
  /** Language of words and amount, BCP 47: `en`, `fr`, `sw`, `lg`, `rw`, `am`, `ar`, `pt`, `es`. Default: the page's. */
  lang?: string | undefined;
  /** Default: `auto`. */
  theme?: PayTheme | undefined;
  /** The button's words. Default: "Pay", in the page's language. */
  label?: string | undefined;
  /** It cannot be pressed. */
  disabled?: boolean | undefined;
  /** Added to every request: for a CSRF token, say. May not replace content-type, accept or idempotency-key. */
  headers?: PayHeaders | undefined;
  /** Words of your own in place of ours, by the names of `texts/en.js`; the page's language has the others. */
  texts?: PayTexts | undefined;
}

/** No provider's secret belongs into a page: the widget refuses to work with one. */
interface NoSecrets {
  /** Never: secrets stay on the server. */
  secretKey?: never;
  /** Never: secrets stay on the server. */
  consumerSecret?: never;
  /** Never: secrets stay on the server. */
  clientSecret?: never;
  /** Never: secrets stay on the server. */
  privateKey?: never;
  /** Never: secrets stay on the server. */
  apiKey?: never;
}

/** The options of `<pay-button>`, in camelCase. */
export interface PayElementOptions extends CommonOptions, NoSecrets {
  /** The backend's endpoint that begins a payment; absolute, or relative to the page; https, or http on a loopback host. */
  initiateUrl: string;
}

/** The options of `<pay-status>`, in camelCase: it begins no payment. */
export interface PayStatusOptions extends CommonOptions, NoSecrets {
  /** Not used. */
  initiateUrl?: string | undefined;
}

/** The options of {@link PayButton}. */
export interface PayButtonOptions extends PayElementOptions {
  /** Draws nothing; the page calls `start()` in its own click handler. Default: `false`. */
  headless?: boolean | undefined;
}

/** `pollInterval` as `poll-interval`. */
type Kebab<Name> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `-${Lowercase<First>}`}${Kebab<Rest>}`
  : Name;

/**
 * Options as attributes; what only JavaScript can say is left out. Secrets stay in, as what may never be given: JSX takes any
 * other name that has a dash.
 */
type Attributes<Options> = {
  [Name in keyof Options as Exclude<Kebab<Name>, "headers" | "texts" | "headless" | "checkout-origins">]: Options[Name];
} & {
  /** Origins to which the checkout page may belong, separated by spaces. Default: any https origin. */
  "checkout-origins"?: string | undefined;
};

/** The attributes of `<pay-button>`. */
export type PayButtonAttributes = Attributes<PayElementOptions>;

/** The attributes of `<pay-status>`. */
export type PayStatusAttributes = Attributes<PayStatusOptions>;

/** What a property may be set to: null and undefined take its attribute away. */
type Settable<Value> = Value | null | undefined;

/** Each attribute as a property: its text, empty where it is absent. `lang` is every element's own. */
export interface AttributeProperties {
  get initiateUrl(): string;
  set initiateUrl(initiateUrl: Settable<string>);
  get verifyUrl(): string;
  set verifyUrl(verifyUrl: Settable<string>);
  get cancelUrl(): string;
  set cancelUrl(cancelUrl: Settable<string>);
  get eventsUrl(): string;
  set eventsUrl(eventsUrl: Settable<string>);
  get orderId(): string;
  set orderId(orderId: Settable<Text>);
  get amount(): string;
  set amount(amount: Settable<string>);
  get currency(): string;
  set currency(currency: Settable<string>);
  get description(): string;
  set description(description: Settable<string>);
  get customerName(): string;
  set customerName(customerName: Settable<string>);
  get customerEmail(): string;
  set customerEmail(customerEmail: Settable<string>);
  get customerPhone(): string;
  set customerPhone(customerPhone: Settable<string>);
  get quote(): string;
  set quote(quote: Settable<string>);
  get sku(): string;
  set sku(sku: Settable<Text>);
  /** Empty: 1. */
  get quantity(): string;
  set quantity(quantity: Settable<Text>);
  /** Empty: `auto`. */
  get mode(): PayMode | "";
  set mode(mode: Settable<PayMode | "">);
  /** Empty: 2500. */
  get pollInterval(): string;
  set pollInterval(pollInterval: Settable<Text>);
  get timeout(): string;
  set timeout(timeout: Settable<Text>);
  /** A list is separated by spaces. */
  get checkoutOrigins(): string;
  set checkoutOrigins(checkoutOrigins: Settable<string | readonly string[]>);
  /** Empty: `same-origin`. */
  get credentials(): "same-origin" | "include" | "omit" | "";
  set credentials(credentials: Settable<"same-origin" | "include" | "omit" | "">);
  /** Empty: `auto`. */
  get theme(): PayTheme | "";
  set theme(theme: Settable<PayTheme | "">);
  get label(): string;
  set label(label: Settable<string>);
  /** It cannot be pressed. */
  disabled: boolean;
}

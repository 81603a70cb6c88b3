// malipo/react: the elements as components, for React 18 and 19.
import type { ForwardRefExoticComponent, HTMLAttributes, RefAttributes } from "react";
import type { PayButtonElement, PayElementOptions, PayEventMap, PayStatusElement, PayStatusOptions } from "./index.js";

/** A handler for each event: `onSuccess` for `pay-success`. It gets the DOM event: what it says is in `event.detail`. */
export type PayHandlers = {
  [Name in keyof PayEventMap as Name extends `pay-${infer Word}` ? `on${Capitalize<Word>}` : never]?:
    | ((event: PayEventMap[Name]) => void)
    | undefined;
};

type Props<Element, Options> = Omit<HTMLAttributes<Element>, keyof Options | keyof PayHandlers> & Options & PayHandlers;

/** The options, a handler for each event, and what any element takes; the children are what shows without a script. */
export type PayButtonProps = Props<PayButtonElement, PayElementOptions>;

/** The options, a handler for each event, and what any element takes; the children are what shows without a script. */
export type PayStatusProps = Props<PayStatusElement, PayStatusOptions>;

/**
 * `<pay-button>`. A ref to it is the element, with `start()`, `check()`, `cancel()`, `state` and the rest.
 *
 * @example
 * <PayButton initiateUrl="/pay/initiate" verifyUrl="/pay/verify" sku="tea" onSuccess={(event) => thank(event.detail.orderId)}>
 *   <form method="post" action="/pay/checkout"><input type="hidden" name="sku" value="tea" /><button>Pay</button></form>
 * </PayButton>
 */
export const PayButton: ForwardRefExoticComponent<PayButtonProps & RefAttributes<PayButtonElement>>;

/** `<pay-status>`: for thank-you pages. A ref to it is the element. */
export const PayStatus: ForwardRefExoticComponent<PayStatusProps & RefAttributes<PayStatusElement>>;

// <pay-button> and <pay-status> in Preact's JSX, as Preact documents it for custom elements. Type only:
//     import type {} from "malipo/types/preact";
// Events: `onpay-success={...}`.
import type { HTMLAttributes } from "preact";
import type { PayButtonAttributes, PayButtonElement, PayEventMap, PayHeaders, PayStatusAttributes, PayStatusElement, PayTexts } from "./index.js";

type Listeners = { [Name in keyof PayEventMap as `on${Name}`]?: ((event: PayEventMap[Name]) => void) | undefined };

type ElementProps<Element extends EventTarget, Attributes> = Omit<HTMLAttributes<Element>, keyof Attributes> &
  Attributes &
  Listeners & {
    /** Added to every request. */
    headers?: PayHeaders | undefined;
    /** Words of your own in place of ours. */
    texts?: PayTexts | undefined;
  };

declare global {
  namespace preact.JSX {
    interface IntrinsicElements {
      "pay-button": ElementProps<PayButtonElement, PayButtonAttributes>;
      "pay-status": ElementProps<PayStatusElement, PayStatusAttributes>;
    }
  }
}

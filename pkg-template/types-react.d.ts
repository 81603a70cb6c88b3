// <pay-button> and <pay-status> in React's JSX (18 and 19), as React documents it for custom elements. Type only:
//     import type {} from "malipo/types/react";
// React 19 listens to `onpay-success={...}`. React 18 passes no functions to custom elements: malipo/react does for both.
import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { PayButtonAttributes, PayButtonElement, PayEventMap, PayHeaders, PayStatusAttributes, PayStatusElement, PayTexts } from "./index.js";

type Listeners = { [Name in keyof PayEventMap as `on${Name}`]?: ((event: PayEventMap[Name]) => void) | undefined };

type ElementProps<Element, Attributes> = Omit<DetailedHTMLProps<HTMLAttributes<Element>, Element>, keyof Attributes> &
  Attributes &
  Listeners & {
    /** React passes it on to custom elements as it is. */
    class?: string | undefined;
    /** Added to every request. React 19 only. */
    headers?: PayHeaders | undefined;
    /** Words of your own in place of ours. React 19 only. */
    texts?: PayTexts | undefined;
  };

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "pay-button": ElementProps<PayButtonElement, PayButtonAttributes>;
      "pay-status": ElementProps<PayStatusElement, PayStatusAttributes>;
    }
  }
}

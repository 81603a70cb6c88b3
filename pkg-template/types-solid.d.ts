// <pay-button> and <pay-status> in Solid's JSX, as Solid documents it for custom elements. Type only:
//     import type {} from "malipo/types/solid";
// Events: `on:pay-success={...}`. Solid sets attributes on custom elements as properties where it is told `prop:`.
import type { JSX } from "solid-js";
import type { PayButtonAttributes, PayButtonElement, PayEventMap, PayHeaders, PayStatusAttributes, PayStatusElement, PayTexts } from "./index.js";

type Listeners = { [Name in keyof PayEventMap as `on:${Name}`]?: ((event: PayEventMap[Name]) => void) | undefined };

type ElementProps<Element, Attributes> = Omit<JSX.HTMLAttributes<Element>, keyof Attributes> &
  Attributes &
  Listeners & {
    /** Added to every request. */
    "prop:headers"?: PayHeaders | undefined;
    /** Words of your own in place of ours. */
    "prop:texts"?: PayTexts | undefined;
  };

declare module "solid-js" {
  namespace JSX {
    interface IntrinsicElements {
      "pay-button": ElementProps<PayButtonElement, PayButtonAttributes>;
      "pay-status": ElementProps<PayStatusElement, PayStatusAttributes>;
    }
  }
}

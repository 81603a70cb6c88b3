// <pay-button> and <pay-status> in Svelte's templates, as Svelte documents it for custom elements. Type only:
//     import type {} from "malipo/types/svelte";
// Events: `onpay-success={...}` in Svelte 5, `on:pay-success={...}` in Svelte 4.
import type { HTMLAttributes } from "svelte/elements";
import type { PayButtonAttributes, PayButtonElement, PayEventMap, PayHeaders, PayStatusAttributes, PayStatusElement, PayTexts } from "./index.js";

type Listeners = {
  [Name in keyof PayEventMap as `on${Name}` | `on:${Name}`]?: ((event: PayEventMap[Name]) => void) | null | undefined;
};

type ElementProps<Element extends EventTarget, Attributes> = Omit<HTMLAttributes<Element>, keyof Attributes> &
  Attributes &
  Listeners & {
    /** Added to every request. */
    headers?: PayHeaders | undefined;
    /** Words of your own in place of ours. */
    texts?: PayTexts | undefined;
  };

declare module "svelte/elements" {
  interface SvelteHTMLElements {
    "pay-button": ElementProps<PayButtonElement, PayButtonAttributes>;
    "pay-status": ElementProps<PayStatusElement, PayStatusAttributes>;
  }
}

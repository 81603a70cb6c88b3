// <pay-button> and <pay-status> in Vue's templates, as Vue documents it for custom elements of others. Type only:
//     import type {} from "malipo/types/vue";
// Events: `@pay-success="..."`. Tell Vue's compiler that they are custom elements: `isCustomElement: (tag) => tag.startsWith("pay-")`.
import type { EmitFn, HTMLAttributes, PublicProps } from "vue";
import type { PayButtonElement, PayElementOptions, PayEventMap, PayStatusElement, PayStatusOptions } from "./index.js";

type Emits = { [Name in keyof PayEventMap]: (event: PayEventMap[Name]) => void };

type CustomElement<Element, Options> = new () => Element & {
  /** For templates only. */
  $props: Omit<HTMLAttributes, keyof Options> & Options & PublicProps;
  /** For templates only. */
  $emit: EmitFn<Emits>;
};

declare module "vue" {
  interface GlobalComponents {
    "pay-button": CustomElement<PayButtonElement, PayElementOptions>;
    "pay-status": CustomElement<PayStatusElement, PayStatusOptions>;
  }
}

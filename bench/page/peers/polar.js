import { PolarEmbedCheckout } from "@polar-sh/checkout/embed";

// Its links open the checkout in a frame over the page.
PolarEmbedCheckout.init();

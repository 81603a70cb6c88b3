// The pages that are compared: the same shop around each way to pay.
import { AMOUNT, CURRENCY } from "./stack.mjs";

/** A shop's page: what comes into its head, where the button stands, and what says that the button is ready. */
export function shopPage({ head = "", button, ready = "" }) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kitenge tee</title>
<link rel="icon" href="data:,">
<style>body { font: 16px/1.5 sans-serif; margin: 24px; max-width: 40em } #pay { font: inherit; padding: 12px 24px }</style>
${head}
</head>
<body>
<h1>Kitenge tee</h1>
<p>Sewn in Kampala out of wax print, in five sizes. It is washed cold, and dries in the shade.</p>
${button}
<p>We send it within two days, by boda boda in town and by bus elsewhere.</p>
<p>What does not fit comes back within a fortnight.</p>
${ready}
</body>
</html>
`;
}

/**
 * `<pay-button>` as the README embeds it, its line for the stylesheet included unless `isBare`; with `wasm`, that file is asked
 * for beside the script; `script` is where the script is.
 */
export function malipoPage({ quote }, { wasm, script = "/malipo/malipo.js", isBare = false } = {}) {
  const room = isBare ? "" : "<style>pay-button:not(:defined) { display: inline-block; min-height: 52px }</style>\n";
  const preload = wasm ? `<link rel="preload" as="fetch" href="/malipo/${wasm}" crossorigin="anonymous">\n` : "";
  return shopPage({
    head: `${room}${preload}<script type="module" src="${script}"></script>`,
    button: `<pay-button initiate-url="/pay/initiate" verify-url="/pay/verify" quote="${quote}" amount="${AMOUNT}" currency="${CURRENCY}">
  <form method="post" action="/pay/checkout"><input type="hidden" name="quote" value="${quote}"><button>Pay</button></form>
</pay-button>`,
    ready: `<script>
customElements.whenDefined("pay-button").then(() => isReady(document.querySelector("pay-button").shadowRoot.querySelector("[part~=button]")));
</script>`,
  });
}

/** The flow of by-hand/by-hand.js. */
export function byHandPage({ quote }) {
  return shopPage({
    head: '<script type="module" src="/by-hand.js"></script>',
    button: `<button id="pay" data-quote="${quote}">Pay UGX 25,000</button>`,
    ready: READY,
  });
}

/** The button of naive/naive.js. */
export function naivePage({ quote }) {
  return shopPage({
    head: '<script type="module" src="/naive.js"></script><link rel="modulepreload" href="/malipo/malipo.js">',
    button: `<button id="pay" hidden data-quote="${quote}" data-amount="${AMOUNT}" data-currency="${CURRENCY}">Pay UGX 25,000</button>`,
    ready: `<script>new MutationObserver(([{ target }]) => isReady(target)).observe(document.querySelector("#pay"), { attributes: true })</script>`,
  });
}

/** The page without any way to pay: what the set-up costs by itself. */
export function emptyPage() {
  return shopPage({ button: '<button id="pay">Pay</button>', ready: READY });
}

/** Scripts of type module run one after the other: this one behind that of the button. */
export const READY = '<script type="module">isReady(document.querySelector("#pay"))</script>';

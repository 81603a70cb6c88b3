// The same WebAssembly the simple way: a button that waits until all of it is there.
import { PayButton } from "/malipo/malipo.js";

const button = document.querySelector("#pay");
const { quote, amount, currency } = button.dataset;
const pay = new PayButton(button, { initiateUrl: "/pay/initiate", verifyUrl: "/pay/verify", quote, amount, currency, headless: true });
await pay.ready;
button.addEventListener("click", () => pay.start());
button.hidden = false;

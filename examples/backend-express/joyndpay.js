// Calls JoyndPay, with the keys of the environment.

const { JOYNDPAY_PUBLIC_KEY: ApiKey, JOYNDPAY_SECRET_KEY: SecretKey, JOYNDPAY_MODE } = process.env;
const { JOYNDPAY_URL = "https://joyndpay.com" } = process.env;
if (!ApiKey || !SecretKey || !JOYNDPAY_MODE)
  throw new Error("JOYNDPAY_PUBLIC_KEY, JOYNDPAY_SECRET_KEY or JOYNDPAY_MODE is not set");

/** `test` or `live`, as the keys are. */
export const MODE = JOYNDPAY_MODE;

/** Whether this is a checkout page of JoyndPay's, and of the keys' mode. */
export function isCheckout(url) {
  return String(url).startsWith(`${JOYNDPAY_URL}/make/payment/${MODE}/`);
}

/** The `data` of JoyndPay's answer: empty where it says no, null where nobody knows what became of it. */
export async function call(path, body) {
  const request = {
    method: "POST",
    headers: { ApiKey, SecretKey, "Content-Type": "application/json" },
    body: JSON.stringify(body),
    // The keys must not go elsewhere.
    redirect: "error",
    // The whole call, to the last byte: the button waits 10 s for verify.
    signal: AbortSignal.timeout(8000),
  };
  let answer;
  try {
    answer = await (await fetch(`${JOYNDPAY_URL}/api/${path}/payment`, request)).json();
  } catch (error) {
    answer = String(error);
  }
  if (answer?.status === "success" && answer.data?.order_id === body.order_id) return answer.data;
  console.error(body.order_id, path, answer);
  return answer?.status === "error" ? {} : null;
}

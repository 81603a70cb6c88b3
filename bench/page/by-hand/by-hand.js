// The same flow, as small as a good developer writes it for a day on which nothing goes wrong.
const button = document.querySelector("#pay");

async function post(url, body) {
  const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.json();
}

button.addEventListener("click", async () => {
  const tab = open("about:blank");
  const { quote } = button.dataset;
  const { order_id, token, redirect_url } = await post("/pay/initiate", { quote, return_url: location.href });
  tab.opener = null;
  tab.location.replace(redirect_url);
  let status = "pending";
  while (status === "pending") {
    await new Promise((done) => setTimeout(done, 2500));
    ({ status } = await post("/pay/verify", { order_id, token }));
  }
  button.dispatchEvent(new CustomEvent(`pay-${status}`, { bubbles: true, detail: { orderId: order_id } }));
});

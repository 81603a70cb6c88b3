// The shop's own script: it needs nothing of the widget to hear its events.
document.querySelector("#pay").addEventListener("pay-success", ({ detail }) => {
  document.querySelector("#paid").textContent = `Paid: ${detail.orderId}`;
});

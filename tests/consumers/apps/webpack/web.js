import "malipo/web";

document.querySelector("#pay").addEventListener("pay-success", ({ detail }) => {
  document.querySelector("#paid").textContent = `Paid: ${detail.orderId}`;
});

// The thank-you page: thanks where it was paid, and says so where nobody came back from a payment.
document.querySelector("#no-order").hidden = /[?#&]malipo_order=/.test(location.href);
document.addEventListener("pay-success", () => {
  document.querySelector("#title").textContent = "Asante! It is paid";
});

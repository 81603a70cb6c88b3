import PaystackPop from "@paystack/inline-js";

const paystack = new PaystackPop();
document.querySelector("#pay").addEventListener("click", () => {
  paystack.newTransaction({ key: "pk_test_0000000000000000000000000000000000000000", email: "amina@example.test", amount: 2500000, currency: "KES" });
});

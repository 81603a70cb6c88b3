import "@google-pay/button-element";

const TOKENS = { type: "PAYMENT_GATEWAY", parameters: { gateway: "example", gatewayMerchantId: "exampleGatewayMerchantId" } };
const CARDS = { allowedAuthMethods: ["PAN_ONLY", "CRYPTOGRAM_3DS"], allowedCardNetworks: ["MASTERCARD", "VISA"] };
document.querySelector("google-pay-button").paymentRequest = {
  apiVersion: 2,
  apiVersionMinor: 0,
  allowedPaymentMethods: [{ type: "CARD", parameters: CARDS, tokenizationSpecification: TOKENS }],
  merchantInfo: { merchantId: "12345678901234567890", merchantName: "Shop" },
  transactionInfo: { totalPriceStatus: "FINAL", totalPriceLabel: "Total", totalPrice: "25000", currencyCode: "UGX", countryCode: "UG" },
};

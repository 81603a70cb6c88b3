// Amounts as people read them. An amount is a decimal text; nothing here turns it into a number.

/** `"38000"`, `"UGX"` as `UGX 38,000`. */
export function shown(amount, currency) {
  const [whole, fraction] = amount.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${currency} ${fraction ? `${grouped}.${fraction}` : grouped}`;
}

// What n measurements come to.

/** The value that half of them do not exceed. */
export const median = (values) => quantile(values, 0.5);

/** The value that this share of them does not exceed: between two of them, in proportion. */
export function quantile(values, share) {
  if (values.length === 0) throw new Error("nothing was measured");
  const sorted = [...values].sort((one, other) => one - other);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  return below + (sorted[Math.ceil(place)] - below) * (place - Math.floor(place));
}

/** As a note: how far they lie apart. */
export const spread = (values) => (values.length === 1 ? "one run" : `${rounded(Math.min(...values))} to ${rounded(Math.max(...values))} in ${values.length} runs`);

/** With as many places as say something. */
export const rounded = (value) => (Math.abs(value) >= 10 ? Math.round(value) : Number(value.toFixed(2)));

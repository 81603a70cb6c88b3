// For cron, every few minutes: asks about the payments of which no page and no notification has told.

import { payments, settle } from "./payments.js";

const THREE_DAYS = 3 * 86400;
const since = Math.floor(Date.now() / 1000) - THREE_DAYS;
for (const row of payments("status NOT IN ('begun', 'success') AND begun > ?", since)) {
  // One that fails does not keep the others from being asked about.
  await settle(row).catch((error) => console.error(row.order_id, error));
}

"""For cron, every few minutes: asks about the payments of which no page and no notification has told."""

import logging
import time

from payments import payments, settle

THREE_DAYS = 3 * 86400

for row in payments("status NOT IN ('begun', 'success') AND begun > ?", int(time.time()) - THREE_DAYS):
    try:
        settle(row)
    except Exception:  # one that fails does not keep the others from being asked about
        logging.exception(row["order_id"])

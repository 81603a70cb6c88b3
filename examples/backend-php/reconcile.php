<?php

/** For cron, every few minutes: asks about the payments of which no page and no notification has told. */

declare(strict_types=1);

require_once __DIR__ . '/payments.php';

const THREE_DAYS = 3 * 86400;

foreach (payments("status NOT IN ('begun', 'success') AND begun > ?", time() - THREE_DAYS) as $row) {
    try {
        settle($row);
    } catch (Throwable $it) { // one that fails does not keep the others from being asked about
        error_log("$row[order_id]: $it");
    }
}

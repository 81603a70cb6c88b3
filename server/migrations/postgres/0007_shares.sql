-- For whom calls were leased: 0 the schedule, 1 a shopper who watches or a notification, 2 a shopper who has pressed.
-- Each has a part of the budget that the others leave alone, so each is counted by itself.
ALTER TABLE call_leases ADD COLUMN urgency bigint NOT NULL DEFAULT 2 CHECK (urgency BETWEEN 0 AND 2);

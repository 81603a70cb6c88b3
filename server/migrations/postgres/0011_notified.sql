-- When the provider last told of an attempt by itself. A payment that it did not tell of, around the time at which it was
-- noted, shows that its notifications do not come.
ALTER TABLE attempts ADD COLUMN notified_at bigint;

-- What the shop is told about its payments: written in the same transaction as what it tells, delivered afterwards.
CREATE TABLE outbox (
    -- The webhook-id: the same for every try.
    event_id     TEXT NOT NULL,
    channel      TEXT NOT NULL CHECK (channel IN ('webhook', 'hook')),
    order_id     TEXT NOT NULL REFERENCES orders (order_id),
    attempt_id   TEXT NOT NULL REFERENCES attempts (attempt_id),
    kind         TEXT NOT NULL,
    -- The JSON exactly as it is signed and sent, each time.
    body         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    tries        INTEGER NOT NULL DEFAULT 0,
    -- When it is tried next; NULL: delivered, or given up.
    next_at      INTEGER,
    delivered_at INTEGER,
    -- Why the last try failed; never what the receiver answered.
    last_error   TEXT,
    PRIMARY KEY (event_id, channel)
) STRICT;
CREATE INDEX outbox_due ON outbox (next_at) WHERE next_at IS NOT NULL;
-- How many events of an attempt were written: numbers their names, also when the events are long gone.
ALTER TABLE attempts ADD COLUMN told INTEGER NOT NULL DEFAULT 0;

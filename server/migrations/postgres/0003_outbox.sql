-- What the shop is told about its payments: written in the same transaction as what it tells, delivered afterwards.
CREATE TABLE outbox (
    -- The webhook-id: the same for every try.
    event_id     text COLLATE "C" NOT NULL,
    channel      text NOT NULL CHECK (channel IN ('webhook', 'hook')),
    order_id     text COLLATE "C" NOT NULL REFERENCES orders (order_id),
    attempt_id   text COLLATE "C" NOT NULL REFERENCES attempts (attempt_id),
    kind         text NOT NULL,
    -- The JSON exactly as it is signed and sent, each time.
    body         text NOT NULL,
    created_at   bigint NOT NULL,
    tries        bigint NOT NULL DEFAULT 0,
    -- When it is tried next; NULL: delivered, or given up.
    next_at      bigint,
    delivered_at bigint,
    -- Why the last try failed; never what the receiver answered.
    last_error   text,
    PRIMARY KEY (event_id, channel)
);
CREATE INDEX outbox_due ON outbox (channel, next_at) WHERE next_at IS NOT NULL;
-- Few rows at any time: what waits, and what was given up.
CREATE INDEX outbox_open ON outbox (created_at) WHERE delivered_at IS NULL;
-- How many events of an attempt were written: numbers their names, also when the events are long gone.
ALTER TABLE attempts ADD COLUMN told bigint NOT NULL DEFAULT 0;

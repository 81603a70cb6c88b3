-- What an operator reads.

-- Money that was given back, as people noted it. Only ever appended to.
CREATE TABLE refund_notes (
    note_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id   text COLLATE "C" NOT NULL REFERENCES orders (order_id),
    attempt_id text COLLATE "C" NOT NULL REFERENCES attempts (attempt_id),
    minor      bigint NOT NULL CHECK (0 < minor),
    currency   text NOT NULL,
    reason     text NOT NULL,
    noted_by   text NOT NULL,
    -- Whether the attempt became `refunded` with it.
    marked     boolean NOT NULL,
    noted_at   bigint NOT NULL
);
CREATE INDEX refund_notes_by_order ON refund_notes (order_id);

-- Lists, newest first.
CREATE INDEX attempts_by_age ON attempts (created_at, attempt_id);
CREATE INDEX attempts_by_status ON attempts (status, created_at, attempt_id);
CREATE INDEX attempts_by_provider ON attempts (provider, created_at, attempt_id);
-- The last day.
CREATE INDEX attempts_paid ON attempts (paid_at) WHERE paid_at IS NOT NULL;
CREATE INDEX attempts_failed ON attempts (updated_at) WHERE status = 'failed';
-- What waits: few rows at any time, so that counting them is quick. The condition is that of the count, to the letter.
CREATE INDEX attempts_waiting ON attempts (status) WHERE status IN ('created', 'pending', 'unknown', 'orphaned', 'needs_review', 'duplicate_paid');
CREATE INDEX outbox_by_order ON outbox (order_id);

-- Orders, attempts, and what proves that somebody may ask about them. Times are Unix milliseconds, money is minor units.

-- What is being paid. The price never changes; `paid_by` is written once.
CREATE TABLE orders (
    order_id   TEXT PRIMARY KEY,
    minor      INTEGER NOT NULL CHECK (0 < minor),
    currency   TEXT NOT NULL,
    paid_by    TEXT REFERENCES attempts (attempt_id) DEFERRABLE INITIALLY DEFERRED,
    created_at INTEGER NOT NULL
) STRICT;

-- One try to pay an order. The row is written before the provider is called, so that a crash in between is found.
CREATE TABLE attempts (
    attempt_id        TEXT PRIMARY KEY,
    order_id          TEXT NOT NULL REFERENCES orders (order_id),
    provider          TEXT NOT NULL,
    reference         TEXT NOT NULL,
    provider_ref      TEXT,
    status            TEXT NOT NULL CHECK (status IN ('created', 'pending', 'unknown', 'orphaned', 'refused', 'failed',
                                                      'needs_review', 'paid', 'duplicate_paid', 'refunded')),
    received_minor    INTEGER,
    received_currency TEXT,
    -- Why it is not (or not yet) paid, in the provider's judgement.
    reason            TEXT,
    -- How the shopper reaches it: a page, or messages that carry a link (JSON: [{"channel", "to"?}], masked).
    redirect_url      TEXT,
    sent_to           TEXT,
    expires_at        INTEGER,
    description       TEXT,
    return_url        TEXT NOT NULL,
    -- Hashes of what the provider holds: the value in the return URL, and the one in the notification URL's path.
    return_hash       BLOB NOT NULL UNIQUE,
    notify_hash       BLOB NOT NULL UNIQUE,
    late              INTEGER NOT NULL DEFAULT 0,
    cancelled_at      INTEGER,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    paid_at           INTEGER,
    -- When the provider is asked next by itself; NULL: never again.
    next_check_at     INTEGER,
    UNIQUE (provider, reference),
    UNIQUE (provider, provider_ref)
) STRICT;

-- At most one attempt an order that a shopper may be paying, whatever the code above it believes. One that waits for a
-- person is not among them: an old attempt may come to need a review while a new one is under way.
CREATE UNIQUE INDEX one_live_attempt ON attempts (order_id) WHERE status IN ('created', 'pending', 'unknown');
CREATE INDEX attempts_by_order ON attempts (order_id, created_at);
CREATE INDEX attempts_due ON attempts (provider, next_check_at) WHERE next_check_at IS NOT NULL;

-- Which payload came with an Idempotency-Key, for 24 hours.
CREATE TABLE idempotency_keys (
    key          TEXT PRIMARY KEY,
    payload_hash BLOB NOT NULL,
    order_id     TEXT NOT NULL REFERENCES orders (order_id),
    created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Who may ask how an order stands. Only hashes are kept, so a stolen file opens nothing.
CREATE TABLE tokens (
    token_hash BLOB PRIMARY KEY,
    order_id   TEXT NOT NULL REFERENCES orders (order_id),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_by_age ON tokens (expires_at);

-- Notifications that could not be placed, for a person to look at. `names` is what they say they are about.
CREATE TABLE parked_notices (
    provider    TEXT NOT NULL,
    names       TEXT NOT NULL,
    summary     TEXT NOT NULL,
    times       INTEGER NOT NULL DEFAULT 1,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (provider, names, summary)
) STRICT, WITHOUT ROWID;

-- What these records are: `mode` is written once; `ready_at` is written to find out whether writing works.
CREATE TABLE about (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

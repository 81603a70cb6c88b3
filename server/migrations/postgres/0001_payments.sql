-- Orders, attempts, and what proves that somebody may ask about them. Times are Unix milliseconds, money is minor units.
-- The same tables as SQLite's; identifiers compare by bytes (COLLATE "C"), so that an upgrade of the system's collation
-- cannot break a unique index.

-- What is being paid. The price never changes; `paid_by` is written once.
CREATE TABLE orders (
    order_id   text COLLATE "C" PRIMARY KEY,
    minor      bigint NOT NULL CHECK (0 < minor),
    currency   text NOT NULL,
    paid_by    text COLLATE "C",
    created_at bigint NOT NULL,
    -- The transaction that last changed what its shoppers are told; servers read what is new by it (store/postgres/news.rs).
    changed_in xid8
);
CREATE INDEX orders_by_change ON orders (changed_in) WHERE changed_in IS NOT NULL;

-- One try to pay an order. The row is written before the provider is called, so that a crash in between is found.
CREATE TABLE attempts (
    attempt_id        text COLLATE "C" PRIMARY KEY,
    -- The order in which they were begun.
    nth               bigint GENERATED ALWAYS AS IDENTITY,
    order_id          text COLLATE "C" NOT NULL REFERENCES orders (order_id),
    provider          text COLLATE "C" NOT NULL,
    reference         text COLLATE "C" NOT NULL,
    provider_ref      text COLLATE "C",
    status            text NOT NULL CHECK (status IN ('created', 'pending', 'unknown', 'orphaned', 'refused', 'failed',
                                                      'needs_review', 'paid', 'duplicate_paid', 'refunded')),
    received_minor    bigint,
    received_currency text,
    -- Why it is not (or not yet) paid, in the provider's judgement.
    reason            text,
    -- How the shopper reaches it: a page, or messages that carry a link (JSON: [{"channel", "to"?}], masked).
    redirect_url      text,
    sent_to           text,
    expires_at        bigint,
    description       text,
    return_url        text NOT NULL,
    -- Hashes of what the provider holds: the value in the return URL, and the one in the notification URL's path.
    return_hash       bytea NOT NULL UNIQUE,
    notify_hash       bytea NOT NULL UNIQUE,
    late              boolean NOT NULL DEFAULT false,
    cancelled_at      bigint,
    created_at        bigint NOT NULL,
    updated_at        bigint NOT NULL,
    paid_at           bigint,
    -- When the provider is asked next by itself; NULL: never again.
    next_check_at     bigint,
    UNIQUE (provider, reference),
    UNIQUE (provider, provider_ref)
);
ALTER TABLE orders ADD CONSTRAINT orders_paid_by FOREIGN KEY (paid_by) REFERENCES attempts (attempt_id);

-- At most one attempt an order that a shopper may be paying, whatever the code above it believes. One that waits for a
-- person is not among them: an old attempt may come to need a review while a new one is under way.
CREATE UNIQUE INDEX one_live_attempt ON attempts (order_id) WHERE status IN ('created', 'pending', 'unknown');
CREATE INDEX attempts_by_order ON attempts (order_id, nth);
CREATE INDEX attempts_due ON attempts (provider, next_check_at) WHERE next_check_at IS NOT NULL;
-- Few rows at any time: what is being begun.
CREATE INDEX attempts_created ON attempts (created_at) WHERE status = 'created';

-- Which payload came with an Idempotency-Key, for 24 hours.
CREATE TABLE idempotency_keys (
    key          text COLLATE "C" PRIMARY KEY,
    payload_hash bytea NOT NULL,
    order_id     text COLLATE "C" NOT NULL REFERENCES orders (order_id),
    created_at   bigint NOT NULL
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Who may ask how an order stands. Only hashes are kept, so a stolen copy opens nothing.
CREATE TABLE tokens (
    token_hash bytea PRIMARY KEY,
    order_id   text COLLATE "C" NOT NULL REFERENCES orders (order_id),
    expires_at bigint NOT NULL
);
CREATE INDEX tokens_by_age ON tokens (expires_at);

-- Notifications that could not be placed, for a person to look at. `names` is what they say they are about. The hash
-- stands for all three, which may be longer than an index takes.
CREATE TABLE parked_notices (
    hash        bytea PRIMARY KEY,
    provider    text NOT NULL,
    names       text NOT NULL,
    summary     text NOT NULL,
    times       bigint NOT NULL DEFAULT 1,
    received_at bigint NOT NULL
);

-- What these records are: `mode` is written once; `ready_at` is written to find out whether writing works.
CREATE TABLE about (
    name  text PRIMARY KEY,
    value text NOT NULL
);

-- Payment links that the operator made by hand, and a row a payer. Who pays is kept masked, and as a keyed hash.
CREATE TABLE links (
    provider      TEXT NOT NULL,
    external_ref  TEXT NOT NULL,
    -- The provider's name of it; NULL while nobody knows whether it was made.
    link_ref      TEXT,
    kind          TEXT NOT NULL CHECK (kind IN ('SINGLE', 'BULK')),
    amount_option TEXT NOT NULL CHECK (amount_option IN ('OPEN', 'RESTRICTED')),
    minor         INTEGER NOT NULL CHECK (0 < minor),
    currency      TEXT NOT NULL,
    name          TEXT NOT NULL,
    description   TEXT NOT NULL,
    redirect_url  TEXT,
    expires_at    INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (provider, external_ref),
    UNIQUE (provider, link_ref)
) STRICT, WITHOUT ROWID;

CREATE TABLE link_payments (
    provider          TEXT NOT NULL,
    external_ref      TEXT NOT NULL,
    number            INTEGER NOT NULL CHECK (0 < number),
    order_id          TEXT NOT NULL,
    payer             BLOB,
    shown             TEXT NOT NULL,
    -- Whether it was sent to this payer when it was last saved.
    asked             INTEGER NOT NULL CHECK (asked IN (0, 1)),
    status            TEXT NOT NULL CHECK (status IN ('pending', 'paid', 'needs_review', 'duplicate_paid')),
    reason            TEXT,
    received_minor    INTEGER,
    received_currency TEXT,
    transaction_ref   TEXT,
    updated_at        INTEGER NOT NULL,
    PRIMARY KEY (provider, external_ref, number),
    UNIQUE (provider, order_id),
    -- One transaction counts once, however often it is told.
    UNIQUE (provider, external_ref, transaction_ref),
    FOREIGN KEY (provider, external_ref) REFERENCES links (provider, external_ref) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

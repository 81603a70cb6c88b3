-- Payment links that the operator made by hand, and a row a payer. Who pays is kept masked, and as a keyed hash.
CREATE TABLE links (
    provider      text NOT NULL,
    external_ref  text NOT NULL,
    -- The provider's name of it; NULL while nobody knows whether it was made.
    link_ref      text,
    kind          text NOT NULL CHECK (kind IN ('SINGLE', 'BULK')),
    amount_option text NOT NULL CHECK (amount_option IN ('OPEN', 'RESTRICTED')),
    minor         bigint NOT NULL CHECK (0 < minor),
    currency      text NOT NULL,
    name          text NOT NULL,
    description   text NOT NULL,
    redirect_url  text,
    expires_at    bigint NOT NULL,
    created_at    bigint NOT NULL,
    PRIMARY KEY (provider, external_ref),
    UNIQUE (provider, link_ref)
);

CREATE TABLE link_payments (
    provider          text NOT NULL,
    external_ref      text NOT NULL,
    number            bigint NOT NULL CHECK (0 < number),
    order_id          text NOT NULL,
    payer             bytea,
    shown             text NOT NULL,
    -- Whether it was sent to this payer when it was last saved.
    asked             boolean NOT NULL,
    status            text NOT NULL CHECK (status IN ('pending', 'paid', 'needs_review', 'duplicate_paid')),
    reason            text,
    received_minor    bigint,
    received_currency text,
    transaction_ref   text,
    updated_at        bigint NOT NULL,
    PRIMARY KEY (provider, external_ref, number),
    UNIQUE (provider, order_id),
    -- One transaction counts once, however often it is told.
    UNIQUE (provider, external_ref, transaction_ref),
    FOREIGN KEY (provider, external_ref) REFERENCES links (provider, external_ref) ON DELETE CASCADE
);

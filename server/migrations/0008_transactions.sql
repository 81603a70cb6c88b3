-- The provider's transactions that notifications told of, by attempt: one told twice is one payment, another one is a second.
CREATE TABLE told_transactions (
    attempt_id      TEXT NOT NULL REFERENCES attempts (attempt_id),
    transaction_ref TEXT NOT NULL,
    told_at         INTEGER NOT NULL,
    PRIMARY KEY (attempt_id, transaction_ref)
) STRICT, WITHOUT ROWID;

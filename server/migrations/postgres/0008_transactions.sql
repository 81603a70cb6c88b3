-- The provider's transactions that notifications told of, by attempt: one told twice is one payment, another one is a second.
CREATE TABLE told_transactions (
    attempt_id      text COLLATE "C" NOT NULL REFERENCES attempts (attempt_id),
    transaction_ref text NOT NULL,
    told_at         bigint NOT NULL,
    PRIMARY KEY (attempt_id, transaction_ref)
);

-- The transaction's own reference, with which one was told: '' where it was told without, NULL where a server before this
-- column wrote it down. Two payments may share a reference, the bank's say; which is which tells the transaction's own.
ALTER TABLE told_transactions ADD COLUMN told_with text;

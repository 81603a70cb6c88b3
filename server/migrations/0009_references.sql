-- A transaction may be told by more of its references, or by fewer, than before: each is a row of its own. What was joined
-- stays, for a reference may hold a slash itself.
INSERT OR IGNORE INTO told_transactions (attempt_id, transaction_ref, told_at)
SELECT attempt_id, substr(transaction_ref, 1, instr(transaction_ref, '/') - 1), told_at
FROM told_transactions WHERE 1 < instr(transaction_ref, '/')
UNION ALL
SELECT attempt_id, substr(transaction_ref, instr(transaction_ref, '/') + 1), told_at
FROM told_transactions WHERE instr(transaction_ref, '/') BETWEEN 1 AND length(transaction_ref) - 1;

-- The same conditions without IN: for each IN of three values and more, SQLite builds a table each time a row is written.
DROP INDEX one_live_attempt;
CREATE UNIQUE INDEX one_live_attempt ON attempts (order_id) WHERE status = 'created' OR status = 'pending' OR status = 'unknown';
DROP INDEX attempts_waiting;
CREATE INDEX attempts_waiting ON attempts (status) WHERE status = 'created' OR status = 'pending' OR status = 'unknown'
    OR status = 'orphaned' OR status = 'needs_review' OR status = 'duplicate_paid';

-- To whom a provider was asked to send a link, so that nobody is sent many by strangers. Only keyed hashes are kept, for a day.
CREATE TABLE link_sends (
    recipient  BLOB NOT NULL,
    attempt_id TEXT NOT NULL,
    sent_at    INTEGER NOT NULL,
    PRIMARY KEY (recipient, attempt_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_sends_by_age ON link_sends (sent_at);
CREATE INDEX link_sends_by_attempt ON link_sends (attempt_id);

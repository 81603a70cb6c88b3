-- To whom a provider was asked to send a link, so that nobody is sent many by strangers. Only keyed hashes are kept, for a day.
CREATE TABLE link_sends (
    recipient  bytea NOT NULL,
    attempt_id text NOT NULL,
    sent_at    bigint NOT NULL,
    PRIMARY KEY (recipient, attempt_id)
);
CREATE INDEX link_sends_by_age ON link_sends (sent_at);
CREATE INDEX link_sends_by_attempt ON link_sends (attempt_id);

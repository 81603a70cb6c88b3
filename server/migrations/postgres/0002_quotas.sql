-- How many calls a provider takes from us with one key, over all servers that share this store.

-- Calls that a server has taken to make soon; they count until the last moment at which one of them may still lie within
-- the provider's window.
CREATE TABLE call_leases (
    budget       text NOT NULL,
    calls        bigint NOT NULL CHECK (0 < calls),
    counts_until bigint NOT NULL
);
CREATE INDEX call_leases_by_budget ON call_leases (budget, counts_until);

-- What a provider's last 429 asked for: silence until then, and a budget cut in half as often as `level` says. A level
-- wears off with time, counted from `changed_at`.
CREATE TABLE call_refusals (
    budget       text PRIMARY KEY,
    silent_until bigint NOT NULL,
    level        bigint NOT NULL,
    changed_at   bigint NOT NULL
);

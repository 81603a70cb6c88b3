-- The last payments through a provider.
CREATE INDEX attempts_paid_by_provider ON attempts (provider, paid_at) WHERE paid_at IS NOT NULL;

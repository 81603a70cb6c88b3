-- The last payments through a provider. It may be there: until 2026-11-22 the change before this one made it, in the same step.
CREATE INDEX IF NOT EXISTS attempts_paid_by_provider ON attempts (provider, paid_at) WHERE paid_at IS NOT NULL;

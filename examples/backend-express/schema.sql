-- One row a press. The file is made where it is missing, one for each mode.
PRAGMA busy_timeout = 5000;
CREATE TABLE IF NOT EXISTS payments (
    order_id TEXT PRIMARY KEY,  -- its name at JoyndPay and in the page
    key TEXT UNIQUE,            -- the press's Idempotency-Key; given back where its payment was never opened
    wish TEXT NOT NULL,         -- what is paid for
    amount INTEGER NOT NULL,    -- what that costs
    token TEXT NOT NULL,        -- whoever has it may ask how the payment stands
    back TEXT NOT NULL UNIQUE,  -- by this the shopper comes back from JoyndPay's page
    return_url TEXT NOT NULL,   -- to this page of the shop
    begun INTEGER NOT NULL,     -- when, in Unix seconds
    status TEXT NOT NULL,       -- begun, pending, success or failed
    reason TEXT,                -- review: a person has to look
    redirect_url TEXT           -- JoyndPay's page, once it is known
);

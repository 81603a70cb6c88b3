//! A hostile page, network and shopper, as `docs/hostile.md` lists them: each is a table, or a flood, through the real HTTP.

mod answers;
mod cores;
mod elsewhere;
mod floods;
mod origins;
mod prices;
mod replays;
mod slow;
mod tokens;
mod wire;

/// So many requests from one address as no test sends: what is tested here are the other limits.
const NO_CEILING: &str = "limits.requests_per_ip_per_minute = 1000000";

//! `[joyndpay]`.

use super::{Mode, Origin, Reader, base_url, calling, checkout_origin, key};
use crate::config::JoyndPay;

pub(super) fn read(keys: &mut Reader, mode: Option<Mode>) -> Option<JoyndPay> {
    let accepted = "a key of the provider's dashboard (joyndpay.com/user/api)";
    let public_key = key(keys, "joyndpay.public_key", accepted, mode);
    let secret_key = key(keys, "joyndpay.secret_key", accepted, mode);
    let default = Some("https://joyndpay.com/api");
    let base_url = base_url(keys, "joyndpay.base_url", default, mode);
    let default = base_url.as_ref().and_then(Origin::of);
    let checkout_origin = checkout_origin(keys, "joyndpay.checkout_origin", default, mode);
    let calling = calling(keys, "joyndpay", WATCH_INTERVAL_MS, CALLS_PER_MINUTE);
    Some(JoyndPay {
        public_key: public_key?,
        secret_key: secret_key?,
        base_url: base_url?.as_str().trim_end_matches('/').to_owned(),
        checkout_origin: checkout_origin?,
        calling,
    })
}

/// JoyndPay's documentation polls every 2 to 3 s an order (read 2026-11-21).
const WATCH_INTERVAL_MS: u32 = 2_500;
/// It documents no limit.
const CALLS_PER_MINUTE: u32 = 600;

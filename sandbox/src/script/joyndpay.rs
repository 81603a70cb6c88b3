//! The script's part about JoyndPay.

use serde::{Deserialize, Serialize};

use super::{
    CallScript,
    limits::{MAX_DELAY_MS, MAX_IPN_DELAY_MS, Problems},
};

/// The part of JoyndPay.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct JoyndPayScript {
    pub(crate) initiate: CallScript,
    pub(crate) verify: CallScript,
    /// Answer every refusal with this HTTP status instead of 401, 404, 409 or 422.
    pub(crate) error_status: Option<u16>,
    pub(crate) ipn: IpnScript,
    pub(crate) checkout: CheckoutScript,
}

/// Notifications.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct IpnScript {
    pub(crate) mode: IpnMode,
    pub(crate) encoding: Encoding,
    /// How many equal notifications of one change.
    pub(crate) copies: u32,
    pub(crate) delay_ms: u64,
    /// How often each is tried until the merchant answers 200.
    pub(crate) attempts: u32,
    /// The pause before the second try; each further pause is twice as long.
    pub(crate) retry_ms: u64,
}

/// Whether and when merchants are notified.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IpnMode {
    /// When the status changes.
    #[default]
    Normal,
    Never,
    /// The payment succeeds as it is created, and its notification is out before initiate answers.
    BeforeAnswer,
    /// On creation comes one that claims success though nothing was paid; the rest as `normal`.
    Forged,
}

/// How a notification is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Encoding {
    #[default]
    Json,
    Form,
}

/// The checkout page.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CheckoutScript {
    /// Send the browser to `callback_url` after the outcome.
    pub(crate) redirect: bool,
    /// `Cross-Origin-Opener-Policy` of the page.
    pub(crate) coop: Option<String>,
    /// How long "take a while" takes.
    pub(crate) slow_ms: u64,
}

impl JoyndPayScript {
    pub(super) fn check(&self, problems: &mut Problems) {
        let Self {
            initiate,
            verify,
            error_status,
            ipn,
            checkout,
        } = self;
        problems.call("joyndpay.initiate", initiate, INITIATE_FIELDS);
        problems.call("joyndpay.verify", verify, VERIFY_FIELDS);
        problems.status("joyndpay.error_status", *error_status);
        problems.at_most("joyndpay.ipn.delay_ms", ipn.delay_ms, MAX_IPN_DELAY_MS);
        problems.at_most("joyndpay.ipn.retry_ms", ipn.retry_ms, MAX_DELAY_MS);
        problems.counts("joyndpay.ipn", ipn.copies, ipn.attempts);
        problems.at_most("joyndpay.checkout.slow_ms", checkout.slow_ms, MAX_DELAY_MS);
        problems.header("joyndpay.checkout.coop", checkout.coop.as_deref());
    }
}

impl Default for IpnScript {
    fn default() -> Self {
        Self {
            mode: IpnMode::default(),
            encoding: Encoding::default(),
            copies: 1,
            delay_ms: 0,
            attempts: 5,
            retry_ms: 500,
        }
    }
}

impl Default for CheckoutScript {
    fn default() -> Self {
        Self {
            redirect: true,
            coop: None,
            slow_ms: 8_000,
        }
    }
}

const INITIATE_FIELDS: &[&str] = &[
    "id",
    "order_id",
    "currency",
    "amount",
    "redirect_url",
    "callback_url",
    "ipn_url",
];
const VERIFY_FIELDS: &[&str] = &["order_id", "status", "amount", "currency"];

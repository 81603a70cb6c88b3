//! Trouble on demand: what `POST /sandbox/script` takes. [`manual`] is its documentation for people.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) mod manual;
mod read;

/// What goes wrong, a part a provider. The default is that nothing does.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Script {
    pub(crate) joyndpay: JoyndPayScript,
}

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

/// Trouble with one endpoint.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CallScript {
    pub(crate) fault: Fault,
    /// Wait before answering. The work is done first: a payment exists while its caller waits.
    pub(crate) delay_ms: u64,
    /// Answer with this HTTP status and the body that would have been sent anyway.
    pub(crate) http_status: Option<u16>,
    /// `Retry-After` of a `http_429`, in seconds.
    pub(crate) retry_after_s: Option<u32>,
    /// Replaces fields of `data` in a successful answer; any JSON value.
    pub(crate) answer: BTreeMap<String, Value>,
    /// To how many calls all of this applies; None is every call.
    pub(crate) times: Option<u32>,
}

/// How one call goes wrong.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    #[default]
    None,
    /// Close the connection; nothing was done.
    Refuse,
    /// Do the work, then never answer.
    TimeoutAfterCreate,
    /// Do the work, then close the connection.
    CloseAfterCreate,
    /// 500; nothing was done.
    #[serde(rename = "http_500")]
    Http500,
    /// 429; nothing was done.
    #[serde(rename = "http_429")]
    Http429,
    /// 200 with a web page, as from a captive portal; nothing was done.
    HtmlPage,
    /// Do the work, answer with half of the JSON.
    MalformedJson,
    /// Do the work, answer with JSON whose fields have other types than documented.
    WrongTypes,
    /// Do the work, answer with an empty body.
    Empty,
    /// Do the work, answer with 10 MiB of white space before the JSON.
    BigBody,
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

impl CallScript {
    /// What applies to the call that just came; counts it.
    pub(crate) fn take(&mut self) -> Self {
        let applies = self.clone();
        match self.times {
            None => applies,
            Some(0) => {
                *self = Self::default();
                Self::default()
            }
            Some(1) => {
                *self = Self::default();
                applies
            }
            Some(left) => {
                self.times = Some(left - 1);
                applies
            }
        }
    }
}

impl Fault {
    /// Whether the call is spoilt before anything is done.
    pub(crate) fn comes_before_the_work(self) -> bool {
        match self {
            Self::Refuse | Self::Http500 | Self::Http429 | Self::HtmlPage => true,
            Self::None
            | Self::TimeoutAfterCreate
            | Self::CloseAfterCreate
            | Self::MalformedJson
            | Self::WrongTypes
            | Self::Empty
            | Self::BigBody => false,
        }
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

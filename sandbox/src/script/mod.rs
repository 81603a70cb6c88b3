//! Trouble on demand: what `POST /sandbox/script` takes. [`manual`] is its documentation for people.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::{jenga::JengaScript, jopay::JoPayScript, joyndpay::JoyndPayScript};

pub(crate) mod jenga;
pub(crate) mod jopay;
pub(crate) mod joyndpay;
mod limits;
pub(crate) mod manual;
mod read;

/// What goes wrong, a part a provider. The default is that nothing does.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Script {
    pub(crate) joyndpay: JoyndPayScript,
    pub(crate) jenga: JengaScript,
    pub(crate) jopay: JoPayScript,
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
    /// Replaces fields of a successful answer (of its `data`, where it has one); any JSON value.
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

//! One payment, as the ledger keeps it and as `GET /sandbox/ledger` prints it.

use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::money::Amount;

/// A payment and everything that happened to it. All times are milliseconds since 1970-01-01 UTC.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Payment {
    pub(crate) provider: Provider,
    pub(crate) mode: Mode,
    /// The provider's own id; JoyndPay's `utr`.
    pub(crate) id: Uuid,
    pub(crate) order_id: String,
    /// Printed as text: exact, in major units, with the digits it was sent with.
    #[serde(serialize_with = "as_text")]
    pub(crate) amount: Amount,
    pub(crate) currency: String,
    pub(crate) status: Status,
    pub(crate) created_at_ms: u64,
    /// How often the checkout page was opened; its own refreshes are not counted.
    pub(crate) opened: u32,
    pub(crate) first_opened_at_ms: Option<u64>,
    /// How often the shopper walked away from the checkout page.
    pub(crate) walked_away: u32,
    /// While a slow payment is under way: when it will succeed.
    pub(crate) processing_until_ms: Option<u64>,
    /// When the status last left `pending` or was reversed.
    pub(crate) settled_at_ms: Option<u64>,
    /// When money last moved (or would have).
    pub(crate) paid_at_ms: Option<u64>,
    /// How often money moved: above 1 only where a success was reversed and paid again.
    pub(crate) times_paid: u32,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) checkout_url: String,
    pub(crate) callback_url: String,
    pub(crate) ipn_url: String,
    pub(crate) meta: Meta,
    /// Every notification that was sent, retries included, in the order of their start.
    pub(crate) ipn: Vec<Delivery>,
}

/// Whom the payment was made with.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Provider {
    JoyndPay,
    Jenga,
    JoPay,
}

impl Provider {
    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::JoyndPay => "JoyndPay",
            Self::Jenga => "Jenga",
            Self::JoPay => "JoPay",
        }
    }
}

/// Which key pair was sent. Neither moves money here.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    Test,
    Live,
}

impl Mode {
    /// As in the address of a checkout page.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}

/// Where a payment stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Pending,
    Success,
    Failed,
}

impl Status {
    /// As in an answer or a notification.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Success => "success",
            Self::Failed => "failed",
        }
    }
}

/// One try to settle a payment, one that changed nothing included.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Attempt {
    pub(crate) at_ms: u64,
    pub(crate) via: Via,
    /// What the shopper chose on the page.
    pub(crate) method: Option<Method>,
    pub(crate) wanted: Status,
    pub(crate) result: Settlement,
}

/// Who tried to settle it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Via {
    /// A button on the checkout page.
    Page,
    /// The end of a slow payment.
    SlowPage,
    /// The control API.
    Control,
    /// A script that settles before the answer.
    Script,
}

/// How the shopper pays.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Method {
    Card,
    MobileMoney,
}

/// What a try to settle came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Settlement {
    /// It left `pending`.
    Settled,
    /// A settled payment was turned around on purpose.
    Reversed,
    /// It was settled before: nothing changed, nothing was charged again.
    AlreadySettled,
    /// A slow payment is under way: nothing changed.
    AlreadyProcessing,
}

impl Settlement {
    /// Whether the status is another one now, which is what merchants are notified of.
    pub(crate) fn changed(self) -> bool {
        match self {
            Self::Settled | Self::Reversed => true,
            Self::AlreadySettled | Self::AlreadyProcessing => false,
        }
    }
}

/// What the merchant said about the order, for its own reference.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Meta {
    pub(crate) customer_name: Option<String>,
    pub(crate) customer_email: Option<String>,
    pub(crate) description: Option<String>,
}

/// One POST to the merchant's notification address and what came of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Delivery {
    /// Which of several equal notifications this is, from 1.
    pub(crate) copy: u32,
    /// Which try of that notification this is, from 1.
    pub(crate) attempt: u32,
    /// A claim that is not true, sent by script.
    pub(crate) forged: bool,
    pub(crate) sent_at_ms: u64,
    pub(crate) took_ms: u64,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
    /// None where no answer came.
    pub(crate) http_status: Option<u16>,
    /// Why no answer came.
    pub(crate) error: Option<String>,
}

fn as_text<S: Serializer>(amount: &Amount, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(amount.number().as_str())
}

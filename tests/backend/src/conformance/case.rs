//! The list of troubles.

use super::world::World;
use super::{calls, notices, outcomes};
use crate::provider::{Expiry, Provider};

/// One case of the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Case {
    /// Paid, with a notification and without one.
    Paid,
    /// The shopper tries and does not pay.
    Failed,
    /// The time to pay ends.
    Expired,
    /// Paid after it had failed.
    LateSuccess,
    /// The same notification five times.
    DuplicateIpn,
    /// The notification is there before initiate is answered.
    EarlyIpn,
    /// Somebody else claims a success.
    ForgedIpn,
    /// The provider names another amount.
    AmountDiffers,
    /// 429 that says when to come back.
    RetryAfter,
    /// 429 that does not.
    TooMany,
    /// 500.
    ServerError,
    /// It is done, and never answered.
    Timeout,
    /// Half of the JSON.
    MalformedJson,
    /// A web page.
    HtmlPage,
    /// JSON with other types.
    WrongTypes,
    /// 10 MB.
    BigBody,
}

impl Case {
    /// Every case.
    pub const ALL: &[Self] = &[
        Self::Paid,
        Self::Failed,
        Self::Expired,
        Self::LateSuccess,
        Self::DuplicateIpn,
        Self::EarlyIpn,
        Self::ForgedIpn,
        Self::AmountDiffers,
        Self::RetryAfter,
        Self::TooMany,
        Self::ServerError,
        Self::Timeout,
        Self::MalformedJson,
        Self::HtmlPage,
        Self::WrongTypes,
        Self::BigBody,
    ];

    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::LateSuccess => "late success",
            Self::DuplicateIpn => "duplicate IPN",
            Self::EarlyIpn => "IPN before initiate's answer",
            Self::ForgedIpn => "forged IPN",
            Self::AmountDiffers => "amount differs",
            Self::RetryAfter => "429 with Retry-After",
            Self::TooMany => "429 without Retry-After",
            Self::ServerError => "5xx",
            Self::Timeout => "timeout after creating",
            Self::MalformedJson => "malformed JSON",
            Self::HtmlPage => "HTML page",
            Self::WrongTypes => "wrong types",
            Self::BigBody => "10 MB body",
        }
    }

    /// Why the case says nothing about a provider, where it does not.
    #[must_use]
    pub fn not_applicable(self, provider: &Provider) -> Option<&'static str> {
        match (self, provider.expiry) {
            (Self::Expired, Expiry::None(why)) => Some(why),
            _ => None,
        }
    }

    pub(super) async fn run(self, world: &mut World) {
        match self {
            Self::Paid => outcomes::paid(world).await,
            Self::Failed => outcomes::failed(world).await,
            Self::Expired => outcomes::expired(world).await,
            Self::LateSuccess => outcomes::late(world).await,
            Self::AmountDiffers => outcomes::amount_differs(world).await,
            Self::DuplicateIpn => notices::duplicate(world).await,
            Self::EarlyIpn => notices::early(world).await,
            Self::ForgedIpn => notices::forged(world).await,
            Self::RetryAfter => calls::trouble(world, calls::RETRY_AFTER).await,
            Self::TooMany => calls::trouble(world, calls::TOO_MANY).await,
            Self::ServerError => calls::trouble(world, calls::SERVER_ERROR).await,
            Self::Timeout => calls::trouble(world, calls::TIMEOUT).await,
            Self::MalformedJson => calls::trouble(world, calls::MALFORMED).await,
            Self::HtmlPage => calls::trouble(world, calls::HTML).await,
            Self::WrongTypes => calls::trouble(world, calls::WRONG_TYPES).await,
            Self::BigBody => calls::trouble(world, calls::BIG_BODY).await,
        }
    }
}

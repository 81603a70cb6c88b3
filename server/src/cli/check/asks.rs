//! The requests of a visit, by name.

/// The requests of a visit. Some are sent only where there is something to ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    PreflightInitiate,
    PreflightVerify,
    PreflightStranger,
    First,
    Verify,
    ClaimInBody,
    ClaimInQuery,
    NoToken,
    WrongToken,
    UnknownOrder,
    Again,
    OtherBody,
    Race,
    OtherOrder,
    FreshOrder,
    OtherPrice,
    ForeignReturn,
    BrokenInitiate,
    OddInitiate,
    PlainInitiate,
    UnknownArticle,
    BrokenVerify,
    EmptyVerify,
    OddVerify,
    GetInitiate,
    GetVerify,
    GetEmptyVerify,
    LargeVerify,
}

impl Ask {
    /// As it stands in sentences.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::PreflightInitiate => "the preflight of initiate",
            Self::PreflightVerify => "the preflight of verify",
            Self::PreflightStranger => "the preflight of a foreign page",
            Self::First => "initiate",
            Self::Verify => "verify",
            Self::ClaimInBody => "verify with a success claimed in its body",
            Self::ClaimInQuery => "verify with a success claimed in its query",
            Self::NoToken => "verify without the token",
            Self::WrongToken => "verify with a wrong token",
            Self::UnknownOrder => "verify of an order that does not exist",
            Self::Again => "initiate repeated with its Idempotency-Key",
            Self::OtherBody => "initiate with a used Idempotency-Key and another body",
            Self::Race => "two initiates at once with one Idempotency-Key",
            Self::OtherOrder => "verify with another order's token",
            Self::FreshOrder => "initiate for an order of another name",
            Self::OtherPrice => "initiate with a price of the page's own",
            Self::ForeignReturn => "initiate with a return_url on a foreign page",
            Self::BrokenInitiate => "initiate with a body that breaks off",
            Self::OddInitiate => "initiate with fields of wrong kinds",
            Self::PlainInitiate => "initiate sent as text/plain by a foreign page",
            Self::UnknownArticle => "initiate for an article that does not exist",
            Self::BrokenVerify => "verify with a body that breaks off",
            Self::EmptyVerify => "verify without an order_id",
            Self::OddVerify => "verify with an object as order_id",
            Self::GetInitiate => "GET of initiate",
            Self::GetVerify => "GET of verify",
            Self::GetEmptyVerify => "GET of verify without a query",
            Self::LargeVerify => "verify with a body of 1 MiB",
        }
    }

    /// What the widget itself never sends in this form; an answer that says no is expected.
    pub(super) fn is_bad(self) -> bool {
        matches!(
            self,
            Self::BrokenInitiate
                | Self::OddInitiate
                | Self::PlainInitiate
                | Self::UnknownArticle
                | Self::BrokenVerify
                | Self::EmptyVerify
                | Self::OddVerify
                | Self::UnknownOrder
        )
    }

    /// Well made, and not for whoever asks: an answer that says no is expected, too.
    pub(super) fn is_foreign(self) -> bool {
        matches!(
            self,
            Self::OtherBody
                | Self::NoToken
                | Self::WrongToken
                | Self::OtherOrder
                | Self::OtherPrice
                | Self::ForeignReturn
        )
    }

    /// Goes to initiate.
    pub(super) fn is_initiate(self) -> bool {
        matches!(
            self,
            Self::First
                | Self::Again
                | Self::OtherBody
                | Self::Race
                | Self::FreshOrder
                | Self::OtherPrice
                | Self::ForeignReturn
                | Self::BrokenInitiate
                | Self::OddInitiate
                | Self::PlainInitiate
                | Self::UnknownArticle
                | Self::GetInitiate
        )
    }

    pub(super) fn is_post(self) -> bool {
        !matches!(
            self,
            Self::PreflightInitiate
                | Self::PreflightVerify
                | Self::PreflightStranger
                | Self::GetInitiate
                | Self::GetVerify
                | Self::GetEmptyVerify
        )
    }

    /// Sent as a page of somebody else's would, which need not read the answer.
    pub(super) fn is_strangers(self) -> bool {
        self == Self::PlainInitiate
    }
}

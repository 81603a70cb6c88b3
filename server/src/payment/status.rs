//! Where an attempt stands.

use std::fmt;
use std::str::FromStr;

use malipo_wire::Status;

macro_rules! statuses {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal),+ $(,)?) => {
        /// Where an attempt stands. The words are those of the store.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum AttemptStatus {
            $($(#[doc = $doc])+ $name),+
        }

        impl AttemptStatus {
            /// Every status.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word in the store.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }
        }
    };
}

statuses! {
    /// Noted; the provider is being called, or the process died before it noted the answer.
    Created = "created",
    /// The provider's checkout page is open to the shopper.
    Pending = "pending",
    /// Called, but no answer was understood: the provider may know it. Looked up before anything else happens.
    Unknown = "unknown",
    /// The provider may know it, but nobody has its checkout page, so nobody can pay it. Still looked after.
    Orphaned = "orphaned",
    /// The provider refused to begin it, or was not reached: there is nothing to pay.
    Refused = "refused",
    /// The provider's final no.
    Failed = "failed",
    /// A person has to look at it: too little was paid, or in another currency, or it never ended.
    NeedsReview = "needs_review",
    /// Paid. Written once for an order.
    Paid = "paid",
    /// A second success for an order that is paid already: money to give back.
    DuplicatePaid = "duplicate_paid",
    /// Paid and given back.
    Refunded = "refunded",
}

impl AttemptStatus {
    /// What still waits: for the provider's word, or for a person.
    pub const WAITING: [Self; 6] = [
        Self::Created,
        Self::Pending,
        Self::Unknown,
        Self::Orphaned,
        Self::NeedsReview,
        Self::DuplicatePaid,
    ];

    /// What the page is told, whichever way it came there.
    #[must_use]
    pub fn public(self) -> Status {
        match self {
            Self::NeedsReview if planted!(ReviewShownAsPaid) => Status::Success,
            Self::Unknown if planted!(UnknownShownAsFailed) => Status::Failed,
            Self::Created
            | Self::Pending
            | Self::Unknown
            | Self::Orphaned
            | Self::Refused
            | Self::NeedsReview => Status::Pending,
            Self::Failed => Status::Failed,
            Self::Paid | Self::DuplicatePaid | Self::Refunded => Status::Success,
        }
    }

    /// Whether no second attempt may be begun beside it. The store holds the same rule as a unique index, but for
    /// `needs_review`, which an old attempt may reach while a new one is under way.
    #[must_use]
    pub fn is_live(self) -> bool {
        match self {
            Self::Pending if planted!(TwoLiveAttempts) => false,
            Self::Created | Self::Pending | Self::Unknown | Self::NeedsReview => true,
            Self::Orphaned
            | Self::Refused
            | Self::Failed
            | Self::Paid
            | Self::DuplicatePaid
            | Self::Refunded => false,
        }
    }

    /// Whether the provider's word can still change it.
    #[must_use]
    pub fn is_open(self) -> bool {
        match self {
            Self::Created
            | Self::Pending
            | Self::Unknown
            | Self::Orphaned
            | Self::Refused
            | Self::Failed
            | Self::NeedsReview => true,
            Self::Paid | Self::DuplicatePaid | Self::Refunded => false,
        }
    }
}

impl FromStr for AttemptStatus {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|it| it.as_str() == text)
            .ok_or(())
    }
}

impl fmt::Display for AttemptStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

//! Which provider, and what tells it from the others.

/// A provider of the worlds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A checkout page, and a notification that nobody signs.
    JoyndPay,
    /// A request that is paid on chain, in two steps, and signed webhooks.
    JoPay,
    /// A link that is sent to the shopper, and an IPN that is the outcome.
    Jenga,
}

impl Kind {
    /// Every provider.
    pub const ALL: [Self; 3] = [Self::JoyndPay, Self::JoPay, Self::Jenga];

    /// Its name in the configuration, in paths and in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JoyndPay => "joyndpay",
            Self::JoPay => "jopay",
            Self::Jenga => "jenga",
        }
    }

    /// The provider of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// What its merchant is paid in: one currency has no decimals, and JoPay has neither of the others.
    #[must_use]
    pub fn currency(self) -> &'static str {
        match self {
            Self::JoyndPay => "UGX",
            Self::JoPay => "EUR",
            Self::Jenga => "KES",
        }
    }

    /// A currency that it may tell of although another one was asked for.
    #[must_use]
    pub fn other_currency(self) -> &'static str {
        match self {
            Self::JoyndPay => "KES",
            Self::JoPay | Self::Jenga => "USD",
        }
    }

    /// Whether more than was asked for may come in: its fees.
    #[must_use]
    pub fn adds_fees(self) -> bool {
        self == Self::JoyndPay
    }

    /// Whether its page sends the shopper back.
    #[must_use]
    pub fn returns(self) -> bool {
        self != Self::JoPay
    }

    /// Whether its notifications prove who sent them.
    #[must_use]
    pub fn signs_notices(self) -> bool {
        self != Self::JoyndPay
    }

    /// Where its checkout pages live.
    #[must_use]
    pub fn origin(self) -> &'static str {
        match self {
            Self::JoyndPay => "https://joyndpay.com",
            Self::JoPay => "https://pay.jopay.app",
            Self::Jenga => "https://links.jenga.example",
        }
    }

    /// What stands in a page's address before the payment's name.
    pub(super) fn pages(self) -> &'static str {
        match self {
            Self::JoyndPay => "https://joyndpay.com/make/payment/test/utr-",
            Self::JoPay => "https://pay.jopay.app/",
            Self::Jenga => "https://links.jenga.example/l/",
        }
    }
}

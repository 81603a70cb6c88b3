//! The ways to pay that the shop offers, side by side: one a provider.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// A provider, as it is chosen by `--provider` and by the page's `?provider=`.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Provider {
    /// Cards and mobile money
    #[default]
    Joyndpay,
    /// USDC
    Jopay,
    /// A link by SMS and e-mail
    Jenga,
}

/// How a page offers a provider.
#[derive(Debug, Serialize)]
pub(crate) struct Way {
    /// Its name in the backend's URLs.
    pub(crate) id: &'static str,
    /// Its name.
    name: &'static str,
    /// What the shopper chooses.
    title: &'static str,
    text: &'static str,
    /// What the page says at its head.
    hero: &'static str,
    /// What a sku has at its end where it is priced for this provider.
    suffix: &'static str,
    /// Currencies of articles that are offered with it.
    currencies: &'static [&'static str],
    /// The basket's currency.
    basket: &'static str,
    /// The widget's `mode`, where its own choice does not fit.
    mode: Option<&'static str>,
}

impl Provider {
    /// All of them, in the order in which a page shows them.
    pub(crate) const ALL: [Self; 3] = [Self::Joyndpay, Self::Jopay, Self::Jenga];

    /// Whether the shopper must be reachable: the provider sends a link.
    pub(crate) fn sends_a_link(self) -> bool {
        self == Self::Jenga
    }

    /// How a page offers it.
    pub(crate) fn way(self) -> Way {
        match self {
            Self::Joyndpay => Way {
                id: "joyndpay",
                name: "JoyndPay",
                title: "Card or mobile money",
                text: "A payment page in a new tab.",
                hero: "Pay by card or mobile money: the payment page opens in a new tab, and this page turns to “paid” by itself.",
                suffix: "",
                currencies: &["UGX", "KES", "USD"],
                basket: "UGX",
                mode: None,
            },
            Self::Jopay => Way {
                id: "jopay",
                name: "JoPay",
                title: "USDC",
                text: "A payment page in a new tab; you come back by yourself.",
                hero: "Pay in digital dollars from your wallet: the payment page opens in a new tab. Come back to this one afterwards: it turns to “paid” by itself.",
                suffix: "-usd",
                currencies: &["USD"],
                basket: "USD",
                mode: None,
            },
            Self::Jenga => Way {
                id: "jenga",
                name: "Jenga",
                title: "A link to your phone",
                text: "By SMS and e-mail; pay by M-Pesa, card or Equity.",
                hero: "Pay by a link that comes to your phone and your mailbox: pay there, and this page turns to “paid” by itself.",
                suffix: "-kes",
                currencies: &["KES"],
                basket: "KES",
                // There is no page to open: no tab is, either.
                mode: Some("link"),
            },
        }
    }
}

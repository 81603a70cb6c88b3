//! Merchants of the partner.

use indexmap::IndexMap;
use serde::Serialize;
use uuid::Uuid;

use super::{
    args::MerchantArg,
    currency::{self, Currency},
};
use crate::payment::Mode;

/// All merchants, oldest first.
#[derive(Debug, Default)]
pub(super) struct Merchants(IndexMap<Uuid, Merchant>);

/// One merchant.
#[derive(Clone, Debug)]
pub(super) struct Merchant {
    pub(super) id: Uuid,
    pub(super) mode: Mode,
    pub(super) created_at_ms: u64,
    pub(super) profile: Profile,
    /// What its requests are in; the partner's, USD, where it names none.
    pub(super) currency: &'static Currency,
    pub(super) wallet: Option<String>,
    /// Whether a person has set the wallet and accepted the terms.
    pub(super) onboarded: bool,
}

/// What was said about a merchant at its creation, unchanged.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Profile {
    pub(super) email: Option<String>,
    pub(super) display_name: Option<String>,
    pub(super) business_name: Option<String>,
    pub(super) country: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) website: Option<String>,
    pub(super) instagram: Option<String>,
    pub(super) industry: Option<String>,
    pub(super) display_currency: Option<String>,
    pub(super) account_type: Option<String>,
}

impl Merchants {
    /// Those of the command line, ready to be paid.
    pub(super) fn new(test: &[MerchantArg], live: &[MerchantArg], now_ms: u64) -> Self {
        let mut merchants = Self::default();
        let test = test.iter().map(|it| (Mode::Test, it));
        for (mode, it) in test.chain(live.iter().map(|it| (Mode::Live, it))) {
            let name = format!("Sandbox shop ({})", it.currency.code);
            let profile = Profile {
                display_name: Some(name),
                display_currency: Some(it.currency.code.to_owned()),
                ..Profile::default()
            };
            merchants.0.insert(
                it.id,
                Merchant {
                    id: it.id,
                    mode,
                    created_at_ms: now_ms,
                    profile,
                    currency: it.currency,
                    wallet: Some(format!("0x{}00000000", it.id.simple())),
                    onboarded: true,
                },
            );
        }
        merchants
    }

    /// Adds a shell: it takes no payments until it is onboarded.
    pub(super) fn add(
        &mut self,
        mode: Mode,
        profile: Profile,
        wallet: Option<String>,
        now_ms: u64,
    ) -> &Merchant {
        let id = Uuid::new_v4();
        let named = profile.display_currency.as_deref();
        self.0.entry(id).or_insert(Merchant {
            id,
            mode,
            created_at_ms: now_ms,
            currency: named.and_then(currency::find).unwrap_or(&currency::USD),
            profile,
            wallet,
            onboarded: false,
        })
    }

    /// Sets the wallet and accepts the terms.
    pub(super) fn onboard(&mut self, id: Uuid, wallet: &str) {
        if let Some(merchant) = self.0.get_mut(&id) {
            merchant.wallet = Some(wallet.to_owned());
            merchant.onboarded = true;
        }
    }

    pub(super) fn merchant(&self, id: Uuid) -> Option<&Merchant> {
        self.0.get(&id)
    }

    /// Oldest first.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = &Merchant> {
        self.0.values()
    }
}

impl Merchant {
    /// For people.
    pub(super) fn name(&self) -> &str {
        let profile = &self.profile;
        let name = profile
            .display_name
            .as_ref()
            .or(profile.business_name.as_ref());
        name.map_or("A merchant", String::as_str)
    }
}

/// `0x` and 40 hex digits: an address of an EVM wallet.
pub(super) fn is_wallet(text: &str) -> bool {
    let digits = text.strip_prefix("0x").unwrap_or_default();
    digits.len() == 40 && digits.bytes().all(|it| it.is_ascii_hexdigit())
}

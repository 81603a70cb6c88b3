//! JoPay's merchants API: who can be paid through a partner's key. For the operator; no payment needs it.
//!
//! Source: developers/merchants-api (30 creates a minute and key), read 2026-11-21. What a merchant looks like is not shown
//! there, so it is passed on as JoPay describes it.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{JoPayAdapter, answer};
use crate::provider::{Calls, ProviderError};

/// What is known of a new merchant; every field is optional, and empty ones are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NewMerchant {
    /// At most 254 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// At most 120 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// At most 120 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_name: Option<String>,
    /// Two capital letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// At most 32 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// At most 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// At most 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instagram: Option<String>,
    /// At most 80 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// One of [`currencies`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_currency: Option<String>,
    /// The documented sample is `business`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_type: Option<String>,
    /// `0x` and 40 hexadecimal digits. The field's name is not documented, only the error `invalid_wallet_address`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wallet_address: Option<String>,
}

/// A merchant as JoPay describes it.
pub type Merchant = Map<String, Value>;

/// The currencies in which JoPay settles.
#[must_use]
pub fn currencies() -> &'static [&'static str] {
    &super::money::CURRENCIES
}

impl JoPayAdapter {
    /// Creates a merchant that cannot be paid yet: a person completes it at its `onboarding_url`.
    ///
    /// # Errors
    /// [`ProviderError`]. After [`ProviderError::OutcomeUnknown`] it may be there all the same: look before trying again,
    /// since there is no idempotency key here.
    pub async fn create_merchant(
        &self,
        calls: &Calls<'_>,
        merchant: &NewMerchant,
    ) -> Result<Merchant, ProviderError> {
        let response = calls.send(self.post("/merchants", merchant)).await;
        response
            .and_then(|it| answer::read(&it))
            .map(one)
            .map_err(|it| self.redacted(it))
    }

    /// One page of the partner's merchants, and where the next one begins.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub async fn merchants(
        &self,
        calls: &Calls<'_>,
        cursor: Option<&str>,
    ) -> Result<(Vec<Merchant>, Option<String>), ProviderError> {
        let request = self.get_page("/merchants", cursor);
        let response = calls.send(request).await;
        response
            .and_then(|it| answer::items(&it, "merchants"))
            .map_err(|it| self.redacted(it))
    }

    /// One merchant. `id` is to be made of letters, digits, `-` and `_`.
    ///
    /// # Errors
    /// [`ProviderError`]; one that is not the partner's is [`ProviderError::Rejected`].
    pub async fn merchant(&self, calls: &Calls<'_>, id: &str) -> Result<Merchant, ProviderError> {
        let response = calls.send(self.get(&format!("/merchants/{id}"))).await;
        response
            .and_then(|it| answer::read(&it))
            .map(one)
            .map_err(|it| self.redacted(it))
    }
}

/// The merchant of an answer, which may stand within an object.
fn one(mut body: Map<String, Value>) -> Merchant {
    body.remove("ok");
    for name in ["merchant", "data"] {
        if let Some(Value::Object(inner)) = body.get(name) {
            return inner.clone();
        }
    }
    body
}

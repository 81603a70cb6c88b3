//! The requests to JoPay's API.

use axum::http::{HeaderValue, Method};
use malipo_wire::{Money, OrderId};
use secrecy::ExposeSecret;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::JoPayAdapter;
use crate::payment::{Attempt, Reference};
use crate::provider::calls::secret;
use crate::provider::text::cut;
use crate::provider::{HttpRequest, Opening};

/// What a payment request is to be about: the same for its first sending and for every repetition.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) order_id: &'a OrderId,
    pub(super) reference: &'a Reference,
    pub(super) price: Money,
    pub(super) description: Option<&'a str>,
}

impl<'a> From<&'a Opening<'_>> for Wanted<'a> {
    fn from(it: &'a Opening<'_>) -> Self {
        Self {
            order_id: it.order_id,
            reference: it.reference,
            price: it.price,
            description: it.description,
        }
    }
}

impl<'a> From<&'a Attempt> for Wanted<'a> {
    fn from(it: &'a Attempt) -> Self {
        Self {
            order_id: &it.order_id,
            reference: &it.reference,
            price: it.price,
            description: it.description.as_deref(),
        }
    }
}

impl JoPayAdapter {
    /// `POST /requests/create`. No personal data: JoPay needs none.
    pub(super) fn create(&self, wanted: &Wanted<'_>) -> HttpRequest {
        let currency = wanted.price.currency();
        let body = Create {
            merchant_id: &self.config.merchant_id,
            fiat_amount_int: wanted.price.minor(),
            fiat_currency_code: currency.code(),
            memo: wanted.description.and_then(|it| cut(it, MOST_MEMO)),
            idempotency_key: planted!(RepeatedUnderANewKey => another_key() else self.idempotency_key(wanted.reference)),
            metadata: Metadata {
                order_id: wanted.order_id.as_str(),
                reference: &wanted.reference.0,
            },
            payment_mode: &self.config.payment_mode,
        };
        self.post("/requests/create", &body)
    }

    /// `GET /requests/:id`.
    pub(super) fn get_one(&self, request_id: &str) -> HttpRequest {
        self.get(&format!("/requests/{request_id}"))
    }

    /// One page of a list.
    pub(super) fn get_page(&self, path: &str, cursor: Option<&str>) -> HttpRequest {
        let query = cursor.map_or(String::new(), |it| {
            let mut query = url::form_urlencoded::Serializer::for_suffix("?".to_owned(), 1);
            query.append_pair("cursor", it).finish()
        });
        self.get(&format!("{path}{query}"))
    }

    /// `POST /requests/:id/cancel`.
    pub(super) fn call_off(&self, request_id: &str) -> HttpRequest {
        self.post(
            &format!("/requests/{request_id}/cancel"),
            &serde_json::Map::new(),
        )
    }

    pub(super) fn get(&self, path: &str) -> HttpRequest {
        self.request(Method::GET, path, Vec::new())
    }

    pub(super) fn post(&self, path: &str, body: &impl Serialize) -> HttpRequest {
        // Texts and numbers only: writing them cannot fail.
        let body = serde_json::to_vec(body).unwrap_or_default();
        self.request(Method::POST, path, body)
    }

    fn request(&self, method: Method, path: &str, body: Vec<u8>) -> HttpRequest {
        let bearer = format!("Bearer {}", self.config.api_key.expose_secret());
        let json = HeaderValue::from_static("application/json");
        let mut headers = vec![("authorization", secret(&bearer)), ("accept", json.clone())];
        if !body.is_empty() {
            headers.push(("content-type", json));
        }
        HttpRequest {
            method,
            url: format!("{}{path}", self.config.base_url),
            headers,
            body,
        }
    }

    /// The attempt's name at JoPay. The shop belongs to it: two shops may share a partner's key and count their orders alike.
    fn idempotency_key(&self, reference: &Reference) -> String {
        let (shop, mode) = (&self.shop, self.mode.as_str());
        hex::encode(Sha256::digest(format!(
            "malipo:{shop}:{mode}:{}",
            reference.0
        )))
    }
}

#[derive(Serialize)]
struct Create<'a> {
    merchant_id: &'a str,
    fiat_amount_int: u64,
    /// An assertion: it does not choose the currency, and where the merchant's is another one nothing is begun.
    fiat_currency_code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    memo: Option<String>,
    idempotency_key: String,
    metadata: Metadata<'a>,
    payment_mode: &'a str,
}

#[derive(Serialize)]
struct Metadata<'a> {
    order_id: &'a str,
    reference: &'a str,
}

/// `memo`: 500 characters (developers/requests-api, read 2026-11-21).
const MOST_MEMO: usize = 500;

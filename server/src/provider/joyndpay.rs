//! JoyndPay: `POST /initiate/payment`, `POST /verify/payment`, a notification that is signed by nobody.
//!
//! Source: the provider's API documentation (one page), read 2026-11-21. What it leaves open and what was chosen:
//! - `order_id` has 10 to 20 characters of an alphabet that is not named: `[A-Z0-9-]` is taken;
//! - the HTTP status of errors is not named: the body's `status` alone counts;
//! - decimals are not named: two at most;
//! - live fees are added on top, so a success of more than the price is a success;
//! - nothing ties a test key to test orders: the page's `/test/` or `/live/` is checked against our mode.
//!
//! The header names `ApiKey` and `SecretKey` are sent in lower case: HTTP compares them without regard to case
//! (RFC 9110, section 5.1).

use async_trait::async_trait;
use axum::http::{HeaderValue, Method};
use malipo_wire::{Currency, Customer, Money, OrderId, Reason};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use super::calls::secret;
use super::text::cut;
use super::{
    Calls, HttpRequest, HttpResponse, Notice, NoticeError, NoticeRequest, Opening, Provider,
    ProviderError, Snapshot, judge,
};
use crate::clock::UnixMs;
use crate::config::{JoyndPay, Mode};
use crate::payment::settle::Observation;
use crate::payment::{Attempt, Opened, Reference};

/// The adapter.
#[derive(Debug)]
pub struct JoyndPayAdapter {
    config: JoyndPay,
    mode: Mode,
}

impl JoyndPayAdapter {
    /// The adapter with these keys, in this mode.
    #[must_use]
    pub fn new(config: JoyndPay, mode: Mode) -> Self {
        Self { config, mode }
    }

    fn keys(&self) -> [&str; 2] {
        [
            self.config.public_key.expose_secret(),
            self.config.secret_key.expose_secret(),
        ]
    }

    fn post(&self, path: &str, body: &impl Serialize) -> HttpRequest {
        HttpRequest {
            method: Method::POST,
            url: format!("{}{path}", self.config.base_url),
            headers: vec![
                ("apikey", secret(self.config.public_key.expose_secret())),
                ("secretkey", secret(self.config.secret_key.expose_secret())),
                ("content-type", HeaderValue::from_static("application/json")),
                ("accept", HeaderValue::from_static("application/json")),
            ],
            // Texts and numbers only: writing them cannot fail.
            body: serde_json::to_vec(body).unwrap_or_default(),
        }
    }

    /// What the response to `POST /initiate/payment` means.
    ///
    /// # Errors
    /// [`ProviderError`], sorted by what to do next.
    pub fn read_opening(
        &self,
        ask: &Opening<'_>,
        response: &HttpResponse,
    ) -> Result<Opened, ProviderError> {
        let data = read(response)?;
        let unsafe_answer = |detail| ProviderError::Unsafe { detail };
        if data.order_id.as_deref() != Some(ask.reference.0.as_str()) {
            return Err(unsafe_answer("the answer is about another order"));
        }
        // Echoes that differ mean that the shopper would pay something else than was asked.
        if data.money() != Some(ask.price) {
            return Err(unsafe_answer(
                "the answer's amount or currency is not what was asked for",
            ));
        }
        let text = data.redirect_url.as_deref().unwrap_or_default();
        let url = judge::checkout_page(text, &self.config.checkout_origin, self.mode)
            .map_err(unsafe_answer)?;
        let (ours, other) = match self.mode {
            Mode::Sandbox => ("test", "live"),
            Mode::Live => ("live", "test"),
        };
        let has = |word| url.path().split('/').any(|it| it == word);
        if !has(ours) || has(other) {
            return Err(unsafe_answer(
                "the checkout page is of the other mode: live keys in sandbox mode, or the reverse",
            ));
        }
        Ok(Opened {
            provider_ref: data.id,
            redirect_url: Some(url.into()),
            ..Opened::default()
        })
    }

    /// What the response to `POST /verify/payment` means.
    ///
    /// # Errors
    /// [`ProviderError`], sorted by what to do next.
    pub fn read_look_up(
        reference: &Reference,
        response: &HttpResponse,
    ) -> Result<Observation, ProviderError> {
        let data = read(response)?;
        planted!(EnvelopeMeansPaid => envelope(data.status.as_deref()));
        if data.order_id.as_deref() != Some(reference.0.as_str()) && !planted!(AnyReferenceTaken) {
            return Err(unknown("the answer is about another order"));
        }
        match data.status.as_deref() {
            Some("pending") => Ok(Observation::Pending),
            Some("failed") => Ok(Observation::Failed(Reason::Other)),
            // A number that is no amount of the currency goes to a person; anything but a number is no answer.
            Some("success") if data.amount.as_ref().is_some_and(Value::is_number) => {
                Ok(Observation::Success(data.money()))
            }
            _ => Err(unknown(
                "the answer has no status or amount of the documented kind",
            )),
        }
    }
}

#[async_trait]
impl Provider for JoyndPayAdapter {
    fn id(&self) -> &'static str {
        "joyndpay"
    }

    fn fits_as_reference(&self, order_id: &OrderId) -> bool {
        let text = order_id.as_str();
        (10..=20).contains(&text.len())
            && text
                .bytes()
                .all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'-')
    }

    fn accepts(&self, price: Money, _: &Customer) -> Result<(), String> {
        let decimals = price.to_decimal();
        let fraction = decimals.split_once('.').map_or("", |(_, it)| it);
        if price.minor() == 0 || MOST_DECIMALS < fraction.trim_end_matches('0').len() {
            return Err(
                "amount: the provider accepts an amount above zero with two decimals at most"
                    .to_owned(),
            );
        }
        Ok(())
    }

    fn adds_fees(&self) -> bool {
        self.mode == Mode::Live
    }

    fn signs_notices(&self) -> bool {
        false
    }

    async fn open(
        &self,
        calls: &Calls<'_>,
        opening: &Opening<'_>,
    ) -> Result<Opened, ProviderError> {
        let currency = opening.price.currency();
        let body = initiate(opening, &currency);
        let response = calls.send(self.post("/initiate/payment", &body)).await?;
        let mut secrets = opening.secrets();
        secrets.extend(self.keys());
        self.read_opening(opening, &response).map_err(|it| {
            planted!(SecretInAnAnswer => repeats(&self.keys()));
            it.without(&secrets)
        })
    }

    async fn look_up(
        &self,
        calls: &Calls<'_>,
        attempt: &Attempt,
        _: UnixMs,
    ) -> Result<Snapshot, ProviderError> {
        let body = Verify {
            order_id: &attempt.reference.0,
        };
        let response = calls.send(self.post("/verify/payment", &body)).await?;
        Self::read_look_up(&attempt.reference, &response)
            .map(Snapshot::from)
            .map_err(|it| it.without(&self.keys()))
    }

    fn read_notice(&self, request: &NoticeRequest<'_>) -> Result<Option<Notice>, NoticeError> {
        // The content type is not documented: JSON first, else a form.
        let named = match serde_json::from_slice::<Value>(request.body) {
            Ok(json) => json
                .get("order_id")
                .and_then(Value::as_str)
                .map(ToOwned::to_owned),
            Err(_) => url::form_urlencoded::parse(request.body)
                .find(|(name, _)| name == "order_id")
                .map(|(_, value)| value.into_owned()),
        };
        // A body without an order id is about the attempt to which the address belongs.
        Ok(Some(Notice {
            names: named
                .filter(|it| (1..=64).contains(&it.len()))
                .into_iter()
                .collect(),
            says: planted!(NoticeBelieved => said_by(request.body) else None),
            summary: "an IPN".to_owned(),
            transaction: None,
        }))
    }
}

fn read(response: &HttpResponse) -> Result<Data, ProviderError> {
    let answer: Answer = serde_json::from_slice(&response.body)
        .and_then(object)
        .map_err(|_| unknown("the answer is not JSON of the documented shape"))?;
    match (answer.status.as_str(), answer.data) {
        ("success", Some(data)) => {
            object(data).map_err(|_| unknown("the answer's data is not of the documented shape"))
        }
        ("error", _) => Err(ProviderError::Rejected {
            detail: words(answer.error.as_ref().or(answer.message.as_ref())),
        }),
        _ => Err(unknown("the answer is neither a success nor an error")),
    }
}

#[derive(Serialize)]
struct Initiate<'a> {
    currency: &'a str,
    amount: Number,
    order_id: &'a str,
    ipn_url: &'a str,
    callback_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Meta>,
}

#[derive(Serialize)]
struct Meta {
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

#[derive(Serialize)]
struct Verify<'a> {
    order_id: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    status: String,
    #[serde(default)]
    data: Option<Map<String, Value>>,
    #[serde(default)]
    error: Option<Value>,
    #[serde(default)]
    message: Option<Value>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    order_id: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    amount: Option<Value>,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    redirect_url: Option<String>,
}

impl Data {
    /// The amount, exactly as its digits say.
    fn money(&self) -> Option<Money> {
        let currency: Currency = self.currency.as_deref()?.parse().ok()?;
        match self.amount.as_ref()? {
            Value::Number(number) => Money::parse(number.as_str(), currency).ok(),
            Value::Null
            | Value::Bool(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => None,
        }
    }
}

fn initiate<'a>(opening: &'a Opening<'_>, currency: &'a Currency) -> Initiate<'a> {
    let short = |text: &str| cut(text, MOST_CHARACTERS);
    let meta = Meta {
        customer_name: opening.customer.name.as_deref().and_then(short),
        customer_email: opening.customer.email.as_deref().and_then(short),
        description: opening.description.and_then(short),
    };
    let any =
        meta.customer_name.is_some() || meta.customer_email.is_some() || meta.description.is_some();
    Initiate {
        currency: currency.code(),
        // Digits with at most one point are always a JSON number, but for zeros in front, which to_decimal never writes.
        amount: opening
            .price
            .to_decimal()
            .parse()
            .unwrap_or_else(|_| Number::from(opening.price.minor())),
        order_id: &opening.reference.0,
        ipn_url: opening.notify_url,
        callback_url: opening.callback_url,
        meta: any.then_some(meta),
    }
}

/// Reads an object by its names: by itself, serde would take an array by its positions too.
fn object<T: DeserializeOwned>(object: Map<String, Value>) -> Result<T, serde_json::Error> {
    serde_json::from_value(Value::Object(object))
}

/// The provider's error texts as one sentence.
fn words(error: Option<&Value>) -> String {
    let mut texts = Vec::new();
    match error {
        Some(Value::String(text)) => texts.push(text.as_str()),
        Some(Value::Array(items)) => texts.extend(items.iter().filter_map(Value::as_str)),
        Some(Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_)) | None => {}
    }
    let all: String = texts
        .join("; ")
        .chars()
        .filter(|it| !it.is_control())
        .collect();
    if all.is_empty() {
        "no reason given".to_owned()
    } else {
        all
    }
}

fn unknown(detail: &'static str) -> ProviderError {
    ProviderError::OutcomeUnknown { detail }
}

/// `meta.description`: 500 characters at most; the other two fields have no documented limit and get the same.
const MOST_CHARACTERS: usize = 500;
const MOST_DECIMALS: usize = 2;

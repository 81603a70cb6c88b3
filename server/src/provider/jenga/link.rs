//! The payment link: what is sent to make one, and what the answer means.

use axum::http::{HeaderValue, Method};
use serde::Serialize;
use serde_json::{Number, Value};

use super::super::text::cut;
use super::super::{HttpRequest, HttpResponse, Opening, ProviderError};
use super::customer::Payer;
use super::sign::PrivateKey;
use super::{answer, day};
use crate::config::Jenga;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    customers: [CustomerBody<'a>; 1],
    payment_link: LinkBody<'a>,
    notifications: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CustomerBody<'a> {
    first_name: &'a str,
    last_name: &'a str,
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
    country_code: &'a str,
    customer_external_ref: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LinkBody<'a> {
    expiry_date: &'a str,
    sale_date: &'a str,
    sale_type: &'a str,
    payment_link_type: &'static str,
    name: &'a str,
    description: &'a str,
    external_ref: &'a str,
    #[serde(rename = "redirectURL")]
    redirect_url: &'a str,
    amount_option: &'static str,
    amount: Number,
    currency: &'a str,
}

/// The request that makes a link for one payer and one amount, and sends it.
///
/// # Errors
/// Where it cannot be signed; nothing is sent then.
pub(super) fn create(
    config: &Jenga,
    key: &PrivateKey,
    opening: &Opening<'_>,
    payer: &Payer,
    bearer: HeaderValue,
) -> Result<HttpRequest, ProviderError> {
    let today = day::day(opening.now, 0).ok_or(ProviderError::Unreachable)?;
    let last = last_day(config, opening).ok_or(ProviderError::Unreachable)?;
    let (sale_date, expiry_date) = (day::written(today), day::written(last));
    let amount = amount(opening);
    let currency = opening.price.currency();
    let about = opening
        .description
        .and_then(|it| cut(it, MOST_CHARACTERS))
        .unwrap_or_else(|| format!("Order {}", opening.order_id));
    let body = Body {
        customers: [CustomerBody {
            first_name: &payer.first_name,
            last_name: &payer.last_name,
            email: &payer.email,
            phone_number: payer.phone.as_deref(),
            country_code: &config.country_code,
            customer_external_ref: &opening.reference.0,
        }],
        payment_link: LinkBody {
            expiry_date: &expiry_date,
            sale_date: &sale_date,
            sale_type: config.sale_type,
            payment_link_type: "SINGLE",
            name: &about,
            description: &about,
            external_ref: &opening.reference.0,
            redirect_url: opening.callback_url,
            amount_option: "RESTRICTED",
            amount: amount.clone(),
            currency: currency.code(),
        },
        notifications: payer.notifications(),
    };
    let signature = key.sign(&[
        &expiry_date,
        &amount.to_string(),
        currency.code(),
        "RESTRICTED",
        &opening.reference.0,
    ])?;
    let signature = HeaderValue::from_str(&signature).map_err(|_| ProviderError::Unreachable)?;
    Ok(HttpRequest {
        method: Method::POST,
        url: format!(
            "{}/api-checkout/api/v1/create/payment-link",
            config.base_url
        ),
        headers: vec![
            ("authorization", bearer),
            ("signature", signature),
            ("content-type", HeaderValue::from_static("application/json")),
            ("accept", HeaderValue::from_static("application/json")),
        ],
        // Texts and one number: writing them cannot fail.
        body: serde_json::to_vec(&body).unwrap_or_default(),
    })
}

/// The link's own name of itself.
///
/// # Errors
/// [`ProviderError`], sorted by what to do next.
pub(super) fn created(
    opening: &Opening<'_>,
    response: &HttpResponse,
) -> Result<String, ProviderError> {
    let data = answer::data(response)?;
    let text = |name: &str| data.get(name).and_then(Value::as_str);
    let link = text("paymentLinkRef").filter(|it| {
        (1..=64).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_alphanumeric())
    });
    let Some(link) = link else {
        return Err(answer::unknown("the answer has no paymentLinkRef"));
    };
    if text("externalRef").is_some_and(|it| it != opening.reference.0) {
        return Err(ProviderError::Unsafe {
            detail: "the answer is about another order",
        });
    }
    Ok(link.to_owned())
}

/// The last day on which the link can be paid.
pub(super) fn last_day(config: &Jenga, opening: &Opening<'_>) -> Option<time::Date> {
    day::day(opening.now, config.link_days)
}

/// The amount in major units, as most languages write the number: `400`, `10.05`, `1350.5`. The text that is signed must be
/// the text in the body, and what Jenga makes of it again.
fn amount(opening: &Opening<'_>) -> Number {
    let decimal = opening.price.to_decimal();
    let short = match decimal.contains('.') {
        true => decimal.trim_end_matches('0').trim_end_matches('.'),
        false => decimal.as_str(),
    };
    // Digits with at most one point are always a JSON number, but for zeros in front, which to_decimal never writes.
    short
        .parse()
        .unwrap_or_else(|_| Number::from(opening.price.minor()))
}

/// Neither name nor description has a documented limit.
const MOST_CHARACTERS: usize = 200;

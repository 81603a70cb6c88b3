//! The payment link: what is sent to make one, and what the answer means.

use axum::http::{HeaderValue, Method};
use malipo_wire::Money;
use serde::Serialize;
use serde_json::{Number, Value};

use super::super::text::cut;
use super::super::{HttpRequest, HttpResponse, Opening, ProviderError};
use super::customer::Payer;
use super::{answer, day};
use crate::config::Jenga;
use crate::payment::link::{AmountOption, LinkKind};

/// What a link is to be.
pub(super) struct Terms<'a> {
    pub(super) kind: LinkKind,
    pub(super) option: AmountOption,
    /// Each with the name by which its payment shall be known.
    pub(super) payers: Vec<(&'a Payer, String)>,
    pub(super) price: Money,
    pub(super) today: time::Date,
    pub(super) last_day: time::Date,
    pub(super) name: &'a str,
    pub(super) description: &'a str,
    pub(super) external_ref: &'a str,
    /// The link to change; `None` makes one.
    pub(super) link_ref: Option<&'a str>,
    pub(super) redirect_url: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    customers: Vec<CustomerBody<'a>>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_link_ref: Option<&'a str>,
    #[serde(rename = "redirectURL", skip_serializing_if = "Option::is_none")]
    redirect_url: Option<&'a str>,
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
    opening: &Opening<'_>,
    payer: &Payer,
    bearer: HeaderValue,
) -> Result<HttpRequest, ProviderError> {
    let about = opening
        .description
        .and_then(|it| cut(it, MOST_CHARACTERS))
        .unwrap_or_else(|| format!("Order {}", opening.order_id));
    let terms = Terms {
        kind: LinkKind::Single,
        option: AmountOption::Restricted,
        payers: vec![(payer, opening.reference.0.clone())],
        price: opening.price,
        today: day::day(opening.now, 0).ok_or(ProviderError::Unreachable)?,
        last_day: last_day(config, opening).ok_or(ProviderError::Unreachable)?,
        name: &about,
        description: &about,
        external_ref: &opening.reference.0,
        link_ref: None,
        redirect_url: Some(opening.callback_url),
    };
    save(config, &terms, bearer)
}

/// The request that makes or changes a link, and sends it.
///
/// # Errors
/// Where it cannot be signed; nothing is sent then.
pub(super) fn save(
    config: &Jenga,
    terms: &Terms<'_>,
    bearer: HeaderValue,
) -> Result<HttpRequest, ProviderError> {
    let (sale_date, expiry_date) = (day::written(terms.today), day::written(terms.last_day));
    let amount = amount(terms.price);
    let currency = terms.price.currency();
    let by_sms = terms.payers.iter().all(|(it, _)| it.phone.is_some());
    let body = Body {
        customers: terms
            .payers
            .iter()
            .map(|(payer, name)| CustomerBody {
                first_name: &payer.first_name,
                last_name: &payer.last_name,
                email: &payer.email,
                phone_number: payer.phone.as_deref(),
                country_code: &config.country_code,
                customer_external_ref: name,
            })
            .collect(),
        payment_link: LinkBody {
            expiry_date: &expiry_date,
            sale_date: &sale_date,
            sale_type: config.sale_type,
            payment_link_type: terms.kind.as_str(),
            name: terms.name,
            description: terms.description,
            external_ref: terms.external_ref,
            payment_link_ref: terms.link_ref,
            redirect_url: terms.redirect_url,
            amount_option: terms.option.as_str(),
            amount: amount.clone(),
            currency: currency.code(),
        },
        // One list for all: SMS alone where each of them has a number, or Jenga might refuse all of it.
        notifications: match by_sms {
            true => vec!["SMS", "EMAIL"],
            false => vec!["EMAIL"],
        },
    };
    let signature = config.private_key.sign(&[
        &expiry_date,
        &amount.to_string(),
        currency.code(),
        terms.option.as_str(),
        terms.external_ref,
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
    external_ref: &str,
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
    if text("externalRef").is_some_and(|it| it != external_ref) {
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
fn amount(price: Money) -> Number {
    let decimal = price.to_decimal();
    let short = match decimal.contains('.') {
        true => decimal.trim_end_matches('0').trim_end_matches('.'),
        false => decimal.as_str(),
    };
    // Digits with at most one point are always a JSON number, but for zeros in front, which to_decimal never writes.
    short
        .parse()
        .unwrap_or_else(|_| Number::from(price.minor()))
}

/// Neither name nor description has a documented limit.
pub(super) const MOST_CHARACTERS: usize = 200;

//! Jenga's IPN: who sent it is proven by HTTP Basic, and it is the outcome, since a link's state cannot be asked for.
//!
//! No page says which field carries our reference: several are tried, and what fits none is kept for a person.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use malipo_wire::{Currency, Money};
use secrecy::ExposeSecret;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::super::{Notice, NoticeError, Transaction as About};
use super::customer::payer;
use crate::config::Jenga;
use crate::payment::settle::Observation;
use crate::payment::transaction::{References, TransactionRef};

/// Whether the headers prove that Jenga sent it.
pub(super) fn is_authentic(headers: &HeaderMap, config: &Jenga) -> bool {
    let expected = format!(
        "{}:{}",
        config.ipn_username,
        config.ipn_password.expose_secret()
    );
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|it| it.to_str().ok())
        .and_then(|it| it.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, text)| STANDARD.decode(text.trim()).ok());
    planted!(PasswordNotChecked)
        || given.is_some_and(|it| bool::from(it.ct_eq(expected.as_bytes())))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ipn {
    callback_type: String,
    /// `null` is absent.
    #[serde(default, deserialize_with = "or_default")]
    customer: Customer,
    transaction: Transaction,
    #[serde(default, deserialize_with = "or_default")]
    bank: Bank,
}

fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Customer {
    #[serde(default)]
    mobile_number: Value,
    #[serde(default)]
    reference: Value,
}

#[derive(Default, Deserialize)]
struct Bank {
    #[serde(default)]
    reference: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transaction {
    status: String,
    #[serde(default)]
    reference: Value,
    #[serde(default)]
    bill_number: Value,
    #[serde(default)]
    additional_info: Value,
    #[serde(default)]
    payment_mode: Value,
    #[serde(default)]
    amount: Value,
    #[serde(default)]
    currency: Value,
    #[serde(default)]
    order_amount: Value,
    #[serde(default)]
    order_currency: Value,
}

/// What an IPN says; `None` where it is about no payment link.
///
/// # Errors
/// [`NoticeError::Unreadable`].
pub(super) fn read(body: &[u8], config: &Jenga) -> Result<Option<Notice>, NoticeError> {
    let ipn: Ipn = serde_json::from_slice(body).map_err(|_| NoticeError::Unreadable)?;
    if ipn.callback_type != "IPN" {
        // ALT is an account alert: another product with the same shape.
        return Ok(None);
    }
    let it = &ipn.transaction;
    let says = match it.status.as_str() {
        "SUCCESS" => Observation::Success(it.money()),
        // The link stays payable: one try was declined.
        "FAILED" => Observation::Declined,
        // No documented word, and money may have moved: kept for a person, with its names.
        _ => Observation::Unasked,
    };
    Ok(Some(Notice {
        names: names(&ipn),
        says: Some(says),
        summary: summary(it),
        transaction: Some(about(&ipn, config)),
    }))
}

/// Both references of a transaction: no page says in which one a name of ours may stand.
fn about(ipn: &Ipn, config: &Jenga) -> About {
    let reference = |field| text(field).and_then(|it| TransactionRef::new(&it));
    let phone = text(&ipn.customer.mobile_number);
    About {
        references: References {
            own: reference(&ipn.transaction.reference),
            others: reference(&ipn.bank.reference).into_iter().collect(),
        },
        payer: phone.and_then(|it| payer(&it, config)),
    }
}

/// Every field that may carry the reference or the link's number, the likelier first.
fn names(ipn: &Ipn) -> Vec<String> {
    let it = &ipn.transaction;
    let mut names: Vec<String> = Vec::new();
    for field in [
        &it.bill_number,
        &ipn.customer.reference,
        &it.reference,
        &ipn.bank.reference,
        &it.additional_info,
    ] {
        if let Some(name) = text(field)
            && (1..=64).contains(&name.len())
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

impl Transaction {
    /// What the order was charged, without the service charge where both are told. `None` where it cannot be read exactly.
    fn money(&self) -> Option<Money> {
        let (amount, currency) = match text(&self.order_amount) {
            Some(amount) => (
                amount,
                text(&self.order_currency).or_else(|| text(&self.currency)),
            ),
            None => (text(&self.amount)?, text(&self.currency)),
        };
        let currency: Currency = currency?.parse().ok()?;
        Money::parse(&amount, currency).ok()
    }
}

/// A number's own digits, or a text that is not empty.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|it| !it.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// In a few words, for a person: without the payer's name and number.
fn summary(it: &Transaction) -> String {
    let or = |value: &Value| text(value).unwrap_or_else(|| "?".to_owned());
    let amount = text(&it.order_amount).unwrap_or_else(|| or(&it.amount));
    let currency = text(&it.order_currency).unwrap_or_else(|| or(&it.currency));
    let words = format!(
        "{} {} {amount} {currency}, transaction {}",
        it.status,
        or(&it.payment_mode),
        or(&it.reference)
    );
    words
        .chars()
        .filter(|it| !it.is_control())
        .take(MOST_CHARACTERS)
        .collect()
}

const MOST_CHARACTERS: usize = 200;

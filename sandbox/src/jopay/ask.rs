//! Reads the body of `POST /requests/create`. The first problem is answered, as a code.
//!
//! Codes that no page shows, our choice: `invalid_json` for a body that is no JSON object, `invalid_currency` for an assertion
//! that is no text, `invalid_metadata` for one that does not map texts to texts, `invalid_payment_mode`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    currency::Currency,
    merchants::Merchants,
    request::{PaymentMode, Terms},
};
use crate::payment::Mode;

/// What is wrong with a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Bad {
    /// 400 with this code.
    Field(&'static str),
    /// 400 `currency_mismatch`, with what the merchant has.
    Currency { expected: &'static str },
    /// 404: no such merchant, or one of somebody else's or of the other mode.
    NoMerchant,
}

/// The idempotency key, if one was sent.
///
/// # Errors
/// `invalid_idempotency_key`.
pub(super) fn idempotency_key(body: &Map<String, Value>) -> Result<Option<&str>, Bad> {
    let good = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-');
    match given(body, "idempotency_key") {
        None => Ok(None),
        Some(Value::String(key)) if (32..=64).contains(&key.len()) && key.bytes().all(good) => {
            Ok(Some(key))
        }
        Some(_) => Err(Bad::Field("invalid_idempotency_key")),
    }
}

/// All the rest.
///
/// # Errors
/// The first problem, in the order of the documented fields.
pub(super) fn terms(
    body: &Map<String, Value>,
    mode: Mode,
    merchants: &Merchants,
) -> Result<Terms, Bad> {
    let (merchant, currency) = merchant(body, mode, merchants)?;
    let fiat_int = fiat_amount(body)?;
    check_currency(body, currency)?;
    Ok(Terms {
        merchant,
        fiat_int,
        currency,
        memo: memo(body)?,
        idempotency_key: idempotency_key(body)?.map(str::to_owned),
        metadata: metadata(body)?,
        payment_mode: payment_mode(body)?,
    })
}

/// A shell that is not onboarded has no wallet to be paid to: as good as no merchant.
fn merchant(
    body: &Map<String, Value>,
    mode: Mode,
    merchants: &Merchants,
) -> Result<(Uuid, &'static Currency), Bad> {
    let id = given(body, "merchant_id").and_then(Value::as_str);
    let id = id.and_then(|it| Uuid::parse_str(it).ok());
    let id = id.ok_or(Bad::Field("invalid_merchant_id"))?;
    let found = merchants.merchant(id).filter(|it| it.mode == mode);
    let found = found.ok_or(Bad::NoMerchant)?;
    if found.onboarded {
        Ok((id, found.currency))
    } else {
        Err(Bad::Field("invalid_merchant_id"))
    }
}

/// A JSON number without point and exponent, from 1 to 2,147,483,647.
fn fiat_amount(body: &Map<String, Value>) -> Result<u32, Bad> {
    let minor = given(body, "fiat_amount_int").and_then(Value::as_u64);
    let minor = minor.and_then(|it| u32::try_from(it).ok());
    minor
        .filter(|it| (1..=MAX_FIAT_INT).contains(it))
        .ok_or(Bad::Field("invalid_fiat_amount"))
}

/// An assertion: it does not choose the currency.
fn check_currency(body: &Map<String, Value>, currency: &Currency) -> Result<(), Bad> {
    match given(body, "fiat_currency_code") {
        None => Ok(()),
        Some(Value::String(code)) if code == currency.code => Ok(()),
        Some(Value::String(_)) => Err(Bad::Currency {
            expected: currency.code,
        }),
        Some(_) => Err(Bad::Field("invalid_currency")),
    }
}

fn memo(body: &Map<String, Value>) -> Result<Option<String>, Bad> {
    match given(body, "memo") {
        None => Ok(None),
        Some(Value::String(memo)) if memo.chars().count() <= 500 => Ok(Some(memo.clone())),
        Some(_) => Err(Bad::Field("invalid_memo")),
    }
}

/// Lengths are counted in characters; the documents do not say in what.
fn metadata(body: &Map<String, Value>) -> Result<BTreeMap<String, String>, Bad> {
    let object = match given(body, "metadata") {
        None => return Ok(BTreeMap::new()),
        Some(Value::Object(object)) => object,
        Some(_) => return Err(Bad::Field("invalid_metadata")),
    };
    if object.len() > 20 {
        return Err(Bad::Field("metadata_too_many_keys"));
    }
    let mut metadata = BTreeMap::new();
    for (key, value) in object {
        let value = value.as_str().ok_or(Bad::Field("invalid_metadata"))?;
        if key.chars().count() > 40 {
            return Err(Bad::Field("metadata_key_too_long"));
        }
        if value.chars().count() > 500 {
            return Err(Bad::Field("metadata_value_too_long"));
        }
        metadata.insert(key.clone(), value.to_owned());
    }
    Ok(metadata)
}

fn payment_mode(body: &Map<String, Value>) -> Result<PaymentMode, Bad> {
    match given(body, "payment_mode").map(Value::as_str) {
        None | Some(Some("pos")) => Ok(PaymentMode::Pos),
        Some(Some("invoice")) => Ok(PaymentMode::Invoice),
        Some(_) => Err(Bad::Field("invalid_payment_mode")),
    }
}

/// `null` is as good as nothing.
fn given<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    body.get(name).filter(|it| !it.is_null())
}

/// Documented.
const MAX_FIAT_INT: u32 = 2_147_483_647;

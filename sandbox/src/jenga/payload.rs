//! The body of a notification, with the fields of the documented sample and no other.

use rust_decimal::Decimal;
use serde_json::{Number, Value, json};

use super::{
    day,
    link::{Attempt, Link, Outcome},
};
use crate::{
    money::Amount,
    script::jenga::{IpnScript, Place},
};

/// What the merchant is told about an attempt; `phone` is the payer's number as it shall stand there.
///
/// No page says which field holds the merchant's reference or the link's: the script places them.
pub(super) fn payload(link: &Link, attempt: &Attempt, phone: &str, script: &IpnScript) -> Value {
    let terms = &link.terms;
    let payer = &attempt.payer;
    let mode = payer.method.payment_mode();
    let place = |place: Place, otherwise: &str| {
        if script.external_ref_in == place {
            terms.external_ref.clone()
        } else if script.payment_link_ref_in == place {
            link.link_ref.clone()
        } else {
            otherwise.to_owned()
        }
    };
    let (status, remarks) = if attempt.result == Outcome::Paid {
        ("SUCCESS", "00:Approved")
    } else {
        ("FAILED", "05:Declined")
    };
    let mut body = json!({
        "callbackType": "IPN",
        "customer": {
            "name": payer.name,
            "mobileNumber": phone,
            "reference": place(Place::CustomerReference, &format!("071{}", attempt.reference)),
        },
        "transaction": {
            "date": day::local_time(attempt.at_ms),
            "reference": place(Place::TransactionReference, &attempt.reference),
            "paymentMode": mode,
            "amount": payer.amount.number(),
            "currency": terms.currency,
            "billNumber": place(Place::BillNumber, &attempt.bill_number),
            "servedBy": "EQ",
            "additionalInfo": place(Place::AdditionalInfo, mode),
            "orderAmount": payer.amount.number(),
            "serviceCharge": service_charge(&payer.amount),
            "orderCurrency": terms.currency,
            "status": status,
            "remarks": remarks,
        },
        "bank": {
            "reference": place(Place::BankReference, &attempt.reference),
            "transactionType": "C",
            "account": null,
        },
    });
    for (path, value) in &script.fields {
        let pointer = format!("/{}", path.replace('.', "/"));
        if let Some(field) = body.pointer_mut(&pointer) {
            *field = value.clone();
        }
    }
    body
}

/// 3.5 %, rounded to two decimals: what the sample has, 5.25 of 150. The real tariff is not documented.
pub(super) fn service_charge(amount: &Amount) -> Number {
    let rate = Decimal::new(35, 3);
    let charge = amount.value().checked_mul(rate).unwrap_or_default();
    let text = charge.round_dp(2).normalize().to_string();
    serde_json::from_str(&text).unwrap_or_else(|_| Number::from(0))
}

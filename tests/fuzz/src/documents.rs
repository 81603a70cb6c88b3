//! What providers' answers to the backend mean, read once more: from the JSON itself, by the providers' documents. It shares no
//! code with the adapters that it judges.

use serde_json::{Map, Value};

/// What an answer says of a payment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// Paid, this decimal of this currency; `None` where it cannot be read exactly.
    Paid(Option<(String, String)>),
    /// The provider's no.
    Failed,
    /// A transfer was named for it, and it ends at a time: open, or too late by now, but not paid.
    Attached,
}

/// `POST /verify/payment`: in an envelope of success, for this order, by `data.status`, with an amount.
pub(crate) fn joyndpay(body: &[u8], reference: &str) -> Option<Says> {
    let data = joyndpay_data(body, reference)?;
    match text(&data, "status")? {
        "success" => {
            let Value::Number(amount) = data.get("amount")? else {
                return None;
            };
            let currency = text(&data, "currency");
            let money = currency.map(|it| (amount.to_string(), it.to_owned()));
            Some(Says::Paid(money))
        }
        "failed" => Some(Says::Failed),
        _ => None,
    }
}

/// `POST /initiate/payment`: whether it is for this order and repeats the amount that was asked for.
pub(crate) fn joyndpay_opens(body: &[u8], reference: &str, amount: &str, currency: &str) -> bool {
    let opens = || {
        let data = joyndpay_data(body, reference)?;
        let Value::Number(said) = data.get("amount")? else {
            return None;
        };
        let same = is_same(&said.to_string(), amount) && text(&data, "currency")? == currency;
        (same && data.get("redirect_url")?.is_string()).then_some(())
    };
    opens().is_some()
}

fn joyndpay_data(body: &[u8], reference: &str) -> Option<Map<String, Value>> {
    let body: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let data = body.get("data")?.as_object()?;
    let is_ours = text(&body, "status")? == "success" && text(data, "order_id")? == reference;
    is_ours.then(|| data.clone())
}

/// `GET /requests/:id`: this request of ours, by `proof_status`, which wins over `status`.
pub(crate) fn jopay(http_status: u16, body: &[u8], order: &str, id: &str) -> Option<Says> {
    let request = jopay_request(http_status, body, order)?;
    if text(&request, "request_id")? != id {
        return None;
    }
    let status = text(&request, "status").or_else(|| text(&request, "request_status"));
    match (text(&request, "proof_status")?, status) {
        ("verified", _) => {
            let amount = request.get("amount").and_then(Value::as_object);
            let money = amount.and_then(|it| {
                let minor = it.get("fiat_int")?.as_u64()?;
                Some((minor.to_string(), text(it, "fiat_code")?.to_owned()))
            });
            Some(Says::Paid(money))
        }
        ("attached", _) => request.contains_key("expires_at").then_some(Says::Attached),
        (_, Some("expired" | "cancelled" | "canceled")) => Some(Says::Failed),
        _ => None,
    }
}

/// `POST /requests/create`: whether it is for this order and repeats the amount that was asked for, in minor units.
pub(crate) fn jopay_opens(
    http_status: u16,
    body: &[u8],
    order: &str,
    minor: u64,
    currency: &str,
) -> bool {
    let opens = || {
        let request = jopay_request(http_status, body, order)?;
        let amount = request.get("amount")?.as_object()?;
        let same =
            amount.get("fiat_int")?.as_u64()? == minor && text(amount, "fiat_code")? == currency;
        (same && request.get("pay_page_url")?.is_string()).then_some(())
    };
    opens().is_some()
}

/// The request in an answer that says yes: the answer itself, or in `request` or `data`; not one that names another order.
fn jopay_request(http_status: u16, body: &[u8], order: &str) -> Option<Map<String, Value>> {
    let body: Map<String, Value> = serde_json::from_slice(body).ok()?;
    if !(200..=299).contains(&http_status) || body.get("ok") != Some(&Value::Bool(true)) {
        return None;
    }
    let inner = || {
        ["request", "data"]
            .iter()
            .find_map(|it| body.get(*it)?.as_object())
    };
    let request = if body.contains_key("request_id") {
        &body
    } else {
        inner().unwrap_or(&body)
    };
    let metadata = request.get("metadata").and_then(Value::as_object);
    let named = |name: &str| metadata.and_then(|it| text(it, name));
    let is_ours = |it: Option<&str>| it.is_none_or(|it| it == order);
    (is_ours(named("order_id")) && is_ours(named("reference"))).then(|| request.clone())
}

/// Whether two decimals are one number, by their digits.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let bare = |text: &str| {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let whole = whole.trim_start_matches('0').to_owned();
        (whole, fraction.trim_end_matches('0').to_owned())
    };
    bare(one) == bare(other)
}

fn text<'a>(of: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    of.get(name)?.as_str()
}

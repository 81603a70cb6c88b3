//! What answers mean, read once more: the table of docs/contract.md section 3, from the JSON itself. It shares no code with
//! the reading that it judges, not even the list of paths.

use malipo_wire::Status;
use serde_json::{Map, Value};

/// What an answer to verify says of the payment `order`; `None` where it says nothing of it.
pub(crate) fn verify(
    http_status: u16,
    body: &str,
    order: &str,
    reference: Option<&str>,
) -> Option<Status> {
    let body = object(http_status, body)?;
    let is_jopays = present(&body, "ok").is_some();
    match (present(&body, "data"), is_jopays) {
        (None, false) => {
            let status = word(&body, "status")?;
            (id(&body, "order_id")? == order && status != "error").then(|| by_word(status))
        }
        // "success" at the top says that the call worked, and no more.
        (Some(data), false) if word(&body, "status") == Some("success") => {
            let data = data.as_object()?;
            let status = word(data, "status")?;
            (id(data, "order_id")? == order).then(|| by_word(status))
        }
        (None, true) if body.get("ok") == Some(&Value::Bool(true)) => {
            let metadata = body.get("metadata").and_then(Value::as_object);
            let is_ours = match metadata.and_then(|it| id(it, "order_id")) {
                Some(named) => named == order,
                None => id(&body, "request_id")
                    .is_some_and(|it| Some(it.as_str()) == reference || it == order),
            };
            let outcome = jopay(word(&body, "proof_status"), word(&body, "status"))?;
            is_ours.then_some(outcome)
        }
        _ => None,
    }
}

/// What an answer to initiate lets a page open, and for what.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Opens {
    /// The checkout page, as it was written.
    pub(crate) url: Option<String>,
    /// The order's name in the answer.
    pub(crate) order_id: Option<String>,
}

/// What an answer to initiate lets a page open that shows 10000 UGX; `None` where it opens nothing.
pub(crate) fn initiate(http_status: u16, body: &str) -> Option<Opens> {
    let body = object(http_status, body)?;
    let inner = |name: &str| body.get(name).and_then(Value::as_object);
    let status = body.get("status").unwrap_or(&Value::Null);
    let says_no = status == "error" || status == &Value::Bool(false);
    let ok = present(&body, "ok");
    if says_no && ok != Some(&Value::Bool(true)) {
        return None;
    }
    let none = Map::new();
    let (url, order_id, amount, currency, is_more) = match (present(&body, "data"), ok) {
        (None, None) => {
            let list = body.get("sent_to").and_then(Value::as_array);
            let is_sent = list.is_some_and(|it| it.iter().any(|it| it["channel"].is_string()));
            let named = id(&body, "order_id");
            let is_paid = status == "success" && named.is_some();
            let (amount, currency) = (body.get("amount"), body.get("currency"));
            (
                id(&body, "redirect_url"),
                named,
                amount,
                currency,
                is_sent || is_paid,
            )
        }
        (Some(data), None) => {
            let data = data.as_object()?;
            let named = id(data, "order_id").or_else(|| id(data, "externalRef"));
            let is_sent = id(data, "paymentLinkRef").is_some();
            let (amount, currency) = (data.get("amount"), data.get("currency"));
            (id(data, "redirect_url"), named, amount, currency, is_sent)
        }
        (None, Some(ok)) if ok != &Value::Bool(false) => {
            let named = inner("metadata").and_then(|it| id(it, "order_id"));
            // UGX has no decimals: its minor units are its major ones.
            let minor = inner("amount").unwrap_or(&none);
            let (amount, currency) = (minor.get("fiat_int"), minor.get("fiat_code"));
            (id(&body, "pay_page_url"), named, amount, currency, false)
        }
        _ => return None,
    };
    let is_shown = amount.is_none_or(is_ten_thousand) && currency.is_none_or(is_shillings);
    ((url.is_some() || is_more) && is_shown).then_some(Opens { url, order_id })
}

/// What is neither a text nor a number is no amount.
fn is_ten_thousand(amount: &Value) -> bool {
    if let Some(number) = amount.as_number() {
        return number.as_f64() == Some(10_000.0);
    }
    let text = amount.as_str().unwrap_or_default();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = whole.trim_start_matches(['+', '0']);
    text.is_empty() || (whole == "10000" && fraction.bytes().all(|it| it == b'0'))
}

fn is_shillings(currency: &Value) -> bool {
    let text = currency.as_str().unwrap_or_default();
    text.is_empty() || text.eq_ignore_ascii_case("UGX")
}

/// A JSON object of at most 64 KiB in a 2xx.
fn object(http_status: u16, body: &str) -> Option<Map<String, Value>> {
    if !(200..=299).contains(&http_status) || 65_536 < body.len() {
        return None;
    }
    serde_json::from_str(body).ok()
}

/// `null` is absent.
fn present<'a>(of: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    of.get(name).filter(|it| !it.is_null())
}

fn word<'a>(of: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    of.get(name)?.as_str().filter(|it| !it.is_empty())
}

/// A text or a number: backends write ids either way.
fn id(of: &Map<String, Value>, name: &str) -> Option<String> {
    let number = || Some(of.get(name)?.as_number()?.to_string());
    word(of, name).map(ToOwned::to_owned).or_else(number)
}

fn by_word(status: &str) -> Status {
    match status {
        "success" => Status::Success,
        "failed" => Status::Failed,
        _ => Status::Pending,
    }
}

fn jopay(proof: Option<&str>, status: Option<&str>) -> Option<Status> {
    match (proof, status) {
        (None, None) => None,
        (Some("verified"), _) => Some(Status::Success),
        (Some("attached"), _) => Some(Status::Pending),
        (_, Some("expired" | "cancelled" | "canceled")) => Some(Status::Failed),
        _ => Some(Status::Pending),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_at_the_top_of_an_envelope_is_no_outcome() {
        let says = |body: &str| verify(200, body, "ORD-1", Some("REF-1"));
        let joyndpay = |status: &str| {
            let data = format!(r#"{{"order_id":"ORD-1","status":"{status}"}}"#);
            says(&format!(r#"{{"status":"success","data":{data}}}"#))
        };
        assert_eq!(joyndpay("pending"), Some(Status::Pending));
        assert_eq!(joyndpay("failed"), Some(Status::Failed));
        assert_eq!(joyndpay("success"), Some(Status::Success));
        assert_eq!(
            says(r#"{"order_id":"ORD-1","status":"failed"}"#),
            Some(Status::Failed)
        );
        assert_eq!(
            says(r#"{"order_id":"ORD-1","status":"success","data":{}}"#),
            None
        );
        let jopay =
            r#"{"ok":true,"request_id":"REF-1","status":"expired","proof_status":"verified"}"#;
        assert_eq!(says(jopay), Some(Status::Success));
        assert_eq!(verify(200, jopay, "ORD-1", None), None);
        assert_eq!(verify(404, jopay, "ORD-1", Some("REF-1")), None);
    }
}

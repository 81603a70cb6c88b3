//! What an answer says, read a second time: from the table in docs/contract.md 3, and by nothing that the machine uses.

use malipo::checkout::answer::{Answer, Fields, Value};

/// How a payment stands, as a verify's answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Pending,
    Success,
    Failed,
}

/// An amount and a currency as an answer writes them; `minor`: in minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) text: Option<String>,
    pub(super) currency: Option<String>,
    pub(super) minor: bool,
}

impl Amount {
    /// Whether one contradicts the other: both say a plain number, or both a currency, and they differ.
    pub(super) fn contradicts(&self, other: &Self) -> bool {
        let differ = |one: Option<String>, other: Option<String>| {
            one.zip(other).is_some_and(|(one, other)| one != other)
        };
        let code = |it: &Self| it.currency.as_ref().map(|it| it.to_ascii_uppercase());
        let number = |it: &Self| it.text.as_deref().and_then(plain);
        let is_comparable = self.minor == other.minor;
        differ(code(self), code(other)) || (is_comparable && differ(number(self), number(other)))
    }
}

/// A number without zeros that say nothing: `010.50` is `10.5`.
fn plain(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let (whole, fraction) = (
        whole.trim_start_matches('0'),
        fraction.trim_end_matches('0'),
    );
    Some(format!("{whole}.{fraction}"))
}

/// What a verify's answer says of this payment; `None`: nothing.
pub(super) fn verify(
    answer: &Answer,
    order: &str,
    reference: Option<&str>,
) -> Option<(Word, Amount)> {
    let body = understood(answer)?;
    let word = match envelope(body) {
        Envelope::None => {
            let is_ours = name(body, "order_id")? == order;
            word(string(body, "status").filter(|_| is_ours)?)
        }
        Envelope::Data => {
            let called = string(body, "status") == Some("success");
            let is_ours = name(body, "data.order_id")? == order;
            word(string(body, "data.status").filter(|_| called && is_ours)?)
        }
        Envelope::Ok => {
            let is_ours = match name(body, "metadata.order_id") {
                Some(id) => id == order,
                None => {
                    let id = name(body, "request_id")?;
                    Some(id) == reference || id == order
                }
            };
            let called = flag(body, "ok") == Some(true);
            proof(body).filter(|_| called && is_ours)?
        }
        Envelope::Both => return None,
    };
    Some((word, amount(body)))
}

fn word(text: &str) -> Word {
    match text {
        "success" => Word::Success,
        "failed" => Word::Failed,
        // Any other word is pending.
        _ => Word::Pending,
    }
}

fn proof(body: &Fields) -> Option<Word> {
    let (proof, status) = (string(body, "proof_status"), string(body, "status"));
    proof.or(status)?;
    Some(match (proof, status) {
        (Some("verified"), _) => Word::Success,
        (Some("attached"), _) => Word::Pending,
        (_, Some("expired" | "cancelled" | "canceled")) => Word::Failed,
        _ => Word::Pending,
    })
}

/// The amount in an answer, wherever its kind has it.
pub(super) fn amount(body: &Fields) -> Amount {
    let (amount, currency) = match envelope(body) {
        Envelope::None => ("amount", "currency"),
        Envelope::Data => ("data.amount", "data.currency"),
        Envelope::Ok => ("amount.fiat_int", "amount.fiat_code"),
        Envelope::Both => return Amount::default(),
    };
    Amount {
        text: name(body, amount).map(String::from),
        currency: string(body, currency).map(String::from),
        minor: envelope(body) == Envelope::Ok,
    }
}

/// The provider's fees come on top of what the page shows.
pub(super) fn adds_fees(body: &Fields) -> bool {
    flag(body, "fees_added") == Some(true)
}

/// The provider's name of the payment in initiate's answer.
pub(super) fn reference(body: &Fields) -> Option<&str> {
    match envelope(body) {
        Envelope::None | Envelope::Ok => name(body, "request_id"),
        Envelope::Data => name(body, "data.id").or_else(|| name(body, "data.paymentLinkRef")),
        Envelope::Both => None,
    }
}

/// Whether the idempotency key is used up by this answer to initiate: it was understood, or it is a final 4xx.
pub(super) fn uses_key_up(answer: &Answer) -> bool {
    match answer.http_status {
        200..=299 => answer.body.as_ref().is_some_and(says_anything),
        408 | 425 | 429 => false,
        409 => answer.retry_after_ms.is_none(),
        400..=499 => true,
        _ => false,
    }
}

fn says_anything(body: &Fields) -> bool {
    let way = match envelope(body) {
        Envelope::None => {
            let is_paid = string(body, "status") == Some("success");
            name(body, "redirect_url").is_some()
                || !body.sent_to.is_empty()
                || (is_paid && name(body, "order_id").is_some())
        }
        Envelope::Data => {
            name(body, "data.redirect_url").is_some() || name(body, "data.paymentLinkRef").is_some()
        }
        Envelope::Ok => name(body, "pay_page_url").is_some(),
        Envelope::Both => false,
    };
    way || says_no(body)
}

fn understood(answer: &Answer) -> Option<&Fields> {
    let is_2xx = (200..300).contains(&answer.http_status);
    let body = answer.body.as_ref().filter(|_| is_2xx)?;
    (!says_no(body)).then_some(body)
}

fn says_no(body: &Fields) -> bool {
    // Where there is an `ok` the status beside it is the payment's, and not the call's.
    match flag(body, "ok") {
        Some(ok) => !ok,
        None => string(body, "status") == Some("error") || flag(body, "status") == Some(false),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Envelope {
    None,
    Data,
    Ok,
    Both,
}

fn envelope(body: &Fields) -> Envelope {
    match (body.value("data"), body.value("ok")) {
        (None, None) => Envelope::None,
        (Some(_), None) => Envelope::Data,
        (None, Some(_)) => Envelope::Ok,
        (Some(_), Some(_)) => Envelope::Both,
    }
}

fn string<'a>(body: &'a Fields, path: &str) -> Option<&'a str> {
    match body.value(path)? {
        Value::Text(text) => Some(text.as_str()).filter(|it| !it.is_empty()),
        _ => None,
    }
}

/// A text or a number: PHP writes ids and amounts either way.
fn name<'a>(body: &'a Fields, path: &str) -> Option<&'a str> {
    match body.value(path)? {
        Value::Number(text) => Some(text),
        _ => string(body, path),
    }
}

fn flag(body: &Fields, path: &str) -> Option<bool> {
    match body.value(path)? {
        Value::Flag(flag) => Some(*flag),
        _ => None,
    }
}

//! What will be charged.

use malipo::checkout::answer::Charged;
use serde_json::{Map, Number, Value};

use super::super::asks::Ask;
use super::super::reading::at;
use super::super::subject::Subject;
use super::super::visit::Visit;
use super::verify::verdict;
use super::{Judgement, good, not_applicable, wrong};

/// Page, initiate and verify name one amount.
pub(super) fn amount(subject: &Subject, visit: &Visit) -> Judgement {
    let Ok(opened) = &visit.opened else {
        return not_applicable(visit.why_not());
    };
    let charged = &opened.initiated.charged;
    let shown = Charged {
        text: subject.options.amount.clone(),
        currency: subject.options.currency,
        money: subject.options.shown(),
        ..Charged::default()
    };
    if !charged.agrees_with(&shown) {
        return wrong(format!(
            "the button shows {}, and initiate's answer says {}: the widget opens nothing. Answer what will be charged, and show the same.",
            told(&shown),
            told(charged)
        ));
    }
    let verified = verdict(visit, Ask::Verify)
        .and_then(Result::ok)
        .map(|it| it.charged);
    if let Some(verified) = &verified
        && !verified.agrees_with(charged)
    {
        return wrong(format!(
            "initiate says {}, and verify says {}: the widget would never take it for paid. Compare the provider's amount with the order's, and answer the order's.",
            told(charged),
            told(verified)
        ));
    }
    if charged.text.is_none() {
        return not_applicable(
            "initiate's answer names no amount (`amount`, `currency`), so the widget cannot compare it with what it shows",
        );
    }
    good("the amounts agree")
}

/// Amounts are decimal texts or whole numbers.
pub(super) fn amount_form(_: &Subject, visit: &Visit) -> Judgement {
    let mut seen = false;
    for ask in [Ask::First, Ask::Verify] {
        let Some(json) = visit.heard(ask).and_then(|it| it.json.as_ref()) else {
            continue;
        };
        let Some((value, is_providers)) = in_major_units(json) else {
            continue;
        };
        seen = true;
        let problem = match value {
            Value::Number(it) if is_providers && is_exact(it) => continue,
            Value::Number(it) if it.to_string().bytes().any(|it| !it.is_ascii_digit()) => {
                "a floating-point number, which loses cents"
            }
            Value::String(text) if !is_decimal(text) => "a text that is no plain decimal",
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => "neither a text nor a number",
            Value::Null | Value::Number(_) | Value::String(_) => continue,
        };
        return wrong(format!(
            "the `amount` in the answer to {} is {problem}. Send a decimal text in major units, such as \"10000\" or \"1250.50\", made from whole minor units.",
            ask.title()
        ));
    }
    if seen {
        good("amounts are decimal texts or whole numbers")
    } else {
        not_applicable("no answer names an amount")
    }
}

/// And whether it is JoyndPay's own, passed through. JoPay's `fiat_int` is whole by its own rules, and minor.
fn in_major_units(json: &Map<String, Value>) -> Option<(&Value, bool)> {
    let is_providers = json.contains_key("data");
    let path = if is_providers {
        "data.amount"
    } else {
        "amount"
    };
    at(json, path)
        .filter(|it| !json.contains_key("ok") || !it.is_object())
        .map(|it| (it, is_providers))
}

/// So few digits that a browser's floating-point number keeps them all: JoyndPay writes its amounts as numbers (1250.5).
fn is_exact(number: &Number) -> bool {
    let text = number.to_string();
    is_decimal(&text) && text.len() <= DIGITS_KEPT + 1
}

fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    digits(whole) && digits(fraction)
}

/// Currency and amount, for a sentence.
pub(super) fn told(charged: &Charged) -> String {
    let currency = charged.currency.as_ref().map(|it| it.code().to_owned());
    let words = [
        currency.or_else(|| charged.foreign.clone()),
        charged.text.clone(),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Decimal digits that a 64-bit floating-point number always keeps (IEEE 754; `f64::DIGITS`).
const DIGITS_KEPT: usize = 15;

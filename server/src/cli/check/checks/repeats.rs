//! One press is one payment, however often it is sent.

use super::super::asks::Ask;
use super::super::opened::{self, Opened};
use super::super::subject::Subject;
use super::super::visit::Visit;
use super::{Judgement, good, not_applicable, unanswered, wrong};

/// The same key and body get the same answer.
pub(super) fn repeat(subject: &Subject, visit: &Visit) -> Judgement {
    let (Ok(first), Some(heard)) = (&visit.opened, visit.heard(Ask::Again)) else {
        return not_applicable(visit.why_not());
    };
    let advice = "Store the Idempotency-Key with the payment before the provider is called, and answer a repeat from what you stored.";
    match opened::read(heard, &subject.options) {
        Ok(second) if is_same(first, &second) => {
            good("initiate repeated with its Idempotency-Key is the same payment")
        }
        Ok(_) => wrong(format!(
            "initiate repeated with its Idempotency-Key opens another payment: a shopper on a bad network pays twice. {advice}"
        )),
        Err(_) if heard.may_pass() => unanswered(Ask::Again),
        Err(_) => wrong(format!(
            "initiate repeated with its Idempotency-Key is answered with HTTP {} and opens nothing: a shopper whose first answer was lost cannot pay. {advice}",
            heard.status
        )),
    }
}

/// The same key with another body is a mistake.
pub(super) fn other_body(subject: &Subject, visit: &Visit) -> Judgement {
    let Some(heard) = visit.heard(Ask::OtherBody) else {
        return not_applicable(visit.why_not());
    };
    if matches!(repeat(subject, visit), Judgement::Wrong(_)) {
        return not_applicable("with the same body it is no single payment: see `repeat`");
    }
    if opened::read(heard, &subject.options).is_ok() {
        return wrong(
            "a used Idempotency-Key is taken with another body, so one payment answers for another. Store a hash of the body (without `return_url`) with the key, and answer 422 where it differs.",
        );
    }
    match heard.status {
        422 => good("a used Idempotency-Key is refused with another body"),
        409 if !heard.is_busy() => good("a used Idempotency-Key is refused with another body"),
        _ if heard.is_refusal() && !heard.is_busy() => not_applicable(format!(
            "a used Idempotency-Key with another body is refused with HTTP {}, which does not tell that the key was the reason. Answer 422 where the body is another one than was stored with the key",
            heard.status
        )),
        _ => unanswered(Ask::OtherBody),
    }
}

/// Two requests at once are one payment, too.
pub(super) fn at_once(subject: &Subject, visit: &Visit) -> Judgement {
    if matches!(repeat(subject, visit), Judgement::Wrong(_)) {
        return not_applicable(
            "repeated one after the other they are no single payment: see `repeat`",
        );
    }
    let answers: Vec<_> = visit.all(Ask::Race).filter_map(|it| it.heard()).collect();
    let [one, two] = answers.as_slice() else {
        return not_applicable(visit.why_not());
    };
    let advice = "Make the key unique in the database, insert it before the provider is called, and answer whoever comes second with 409 and Retry-After.";
    match (
        opened::read(one, &subject.options),
        opened::read(two, &subject.options),
    ) {
        (Ok(one), Ok(two)) if is_same(&one, &two) => {
            good("two initiates at once with one Idempotency-Key are one payment")
        }
        (Ok(_), Ok(_)) => wrong(format!(
            "two initiates at once with one Idempotency-Key open two payments. {advice}"
        )),
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => {
            let loser = if opened::read(one, &subject.options).is_ok() {
                two
            } else {
                one
            };
            if loser.may_pass() {
                unanswered(Ask::Race)
            } else if loser.status == 409 && loser.retry_after.is_some() {
                good(
                    "two initiates at once with one Idempotency-Key are one payment; the second is told to wait",
                )
            } else if loser.status == 409 {
                wrong(
                    "of two initiates at once with one Idempotency-Key one is answered with 409 without Retry-After: the widget takes it for final, and the next press begins another payment. Send Retry-After, seconds or a date, with this 409.",
                )
            } else {
                wrong(format!(
                    "of two initiates at once with one Idempotency-Key one is answered with HTTP {}. {advice}",
                    loser.status
                ))
            }
        }
        (Err(_), Err(_)) if answers.iter().any(|it| it.may_pass()) => unanswered(Ask::Race),
        (Err(_), Err(_)) => match answers.iter().find(|it| 500 <= it.status) {
            Some(it) => wrong(format!(
                "two initiates at once with one Idempotency-Key open nothing, and one is answered with HTTP {}. {advice}",
                it.status
            )),
            None if answers.iter().all(|it| it.is_refusal()) => {
                not_applicable("a second payment of this order is refused")
            }
            None => unanswered(Ask::Race),
        },
    }
}

/// The reference counts as well: a link that a provider sends by itself has no URL to compare.
fn is_same(one: &Opened, two: &Opened) -> bool {
    one.initiated.order_id == two.initiated.order_id
        && one.initiated.reference == two.initiated.reference
        && one.redirect_url == two.redirect_url
}

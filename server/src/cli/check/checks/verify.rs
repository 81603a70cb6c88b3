//! What verify says, and whom it believes.

use malipo::checkout::PayError;
use malipo::checkout::answer::{Identity, Verdict, read_verify};
use malipo_wire::{ErrorCode, Status};

use super::super::ask::Heard;
use super::super::asks::Ask;
use super::super::opened;
use super::super::subject::Subject;
use super::super::visit::Visit;
use super::{Judgement, good, not_applicable, unanswered, wrong};

/// What the widget reads in an answer of verify about the order that was opened.
pub(super) fn verdict(visit: &Visit, ask: Ask) -> Option<Result<Verdict, PayError>> {
    let initiated = &visit.opened.as_ref().ok()?.initiated;
    let identity = Identity {
        order_id: &initiated.order_id,
        reference: initiated.reference.as_deref(),
        currency: initiated.charged.currency,
    };
    Some(read_verify(&visit.heard(ask)?.answer(), identity))
}

/// Verify tells how the order stands, in words that the widget knows.
pub(super) fn verify(_: &Subject, visit: &Visit) -> Judgement {
    let Some(verdict) = verdict(visit, Ask::Verify) else {
        return not_applicable(visit.why_not());
    };
    if visit.heard(Ask::Verify).is_some_and(|it| it.is_redirect()) {
        return not_applicable("verify redirects: see `redirect`");
    }
    let advice =
        "Answer {\"order_id\": ..., \"status\": \"pending\", \"success\" or \"failed\"} with 200.";
    match verdict {
        Ok(it) if it.unknown_word => wrong(format!(
            "verify's `status` is a word that the widget does not know; it waits. {advice}"
        )),
        Ok(_) => good("the widget understands verify's answer"),
        Err(error) if error.code == ErrorCode::OrderMismatch => {
            not_applicable("verify answers about another order: see `verify-order`")
        }
        Err(error) => {
            let status = visit
                .heard(Ask::Verify)
                .map(|it| it.status)
                .unwrap_or_default();
            let said = if error.code == ErrorCode::Protocol {
                error.message
            } else {
                "an error".to_owned()
            };
            wrong(format!(
                "verify does not tell how the order stands that was just opened: HTTP {status}, and the widget reads \"{said}\". {advice}"
            ))
        }
    }
}

/// Verify answers about the order that it was asked about.
pub(super) fn verify_order(_: &Subject, visit: &Visit) -> Judgement {
    match verdict(visit, Ask::Verify) {
        None => not_applicable(visit.why_not()),
        Some(Err(error)) if error.code == ErrorCode::OrderMismatch => wrong(
            "verify's answer is about another order than initiate named; the widget ignores it. Answer the `order_id` of initiate's answer, and ask the provider by the reference that you stored.",
        ),
        Some(Err(_)) => {
            not_applicable("verify's answer names no order that the widget understands")
        }
        Some(Ok(_)) => good("verify answers about the order that was opened"),
    }
}

/// Nothing is known of an order that does not exist.
pub(super) fn verify_unknown(_: &Subject, visit: &Visit) -> Judgement {
    let Some(heard) = visit.heard(Ask::UnknownOrder) else {
        return not_applicable(visit.why_not());
    };
    let identity = Identity {
        order_id: &visit.unknown_order,
        reference: None,
        currency: None,
    };
    let advice = "Look the order up in your own records, and answer 404 where it is not there.";
    match read_verify(&heard.answer(), identity) {
        Ok(Verdict {
            status: Status::Success,
            ..
        }) => wrong(format!(
            "verify says success for an order that does not exist: whoever asks is believed. {advice}"
        )),
        Ok(it) => wrong(format!(
            "verify says {} for an order that does not exist. {advice}",
            it.status.as_str()
        )),
        Err(error) if error.code == ErrorCode::OrderMismatch => wrong(format!(
            "asked about an order that does not exist, verify answers about another one. {advice}"
        )),
        Err(_) if heard.is_refusal() => {
            good("verify knows nothing of an order that does not exist")
        }
        Err(_) => unanswered(Ask::UnknownOrder),
    }
}

/// What the request claims is not believed.
pub(super) fn verify_claim(_: &Subject, visit: &Visit) -> Judgement {
    let says = |ask| verdict(visit, ask).and_then(Result::ok).map(|it| it.status);
    if says(Ask::Verify) == Some(Status::Success) {
        return not_applicable("the order is paid already");
    }
    for (ask, place) in [
        (Ask::ClaimInBody, "the body"),
        (Ask::ClaimInQuery, "the URL's query"),
    ] {
        if says(ask) == Some(Status::Success) {
            return wrong(format!(
                "verify says success because {place} of the request says so: anybody can pay with that. Ask the provider, from your server, and believe nothing else."
            ));
        }
    }
    if visit.heard(Ask::ClaimInBody).is_none() {
        return not_applicable(visit.why_not());
    }
    if says(Ask::Verify).is_none() {
        return not_applicable("verify does not tell how the order stands: see `verify`");
    }
    let is_understood =
        |ask| says(ask).is_some() || visit.heard(ask).is_some_and(Heard::is_refusal);
    for ask in [Ask::ClaimInBody, Ask::ClaimInQuery] {
        if !is_understood(ask) {
            return unanswered(ask);
        }
    }
    good("verify does not believe what the request claims")
}

/// Whoever does not know the token learns nothing.
pub(super) fn verify_token(subject: &Subject, visit: &Visit) -> Judgement {
    let Some(initiated) = visit
        .opened
        .as_ref()
        .ok()
        .filter(|it| it.is_named)
        .map(|it| &it.initiated)
    else {
        return not_applicable(visit.why_not());
    };
    if initiated.token.is_none() {
        return without_tokens(subject, visit, &initiated.order_id);
    }
    for (ask, whose) in [
        (Ask::NoToken, "without its token"),
        (Ask::WrongToken, "with a wrong token"),
    ] {
        if verdict(visit, ask).is_some_and(|it| it.is_ok()) {
            return wrong(format!(
                "verify tells how an order stands {whose}. Compare the token with the one issued for this order, and answer 404 where it differs."
            ));
        }
    }
    if visit.heard(Ask::OtherOrder).is_some_and(tells_anything) {
        return wrong(
            "verify tells how an order stands to whoever holds another order's token. Compare the token with the one issued for this very order.",
        );
    }
    for ask in [Ask::NoToken, Ask::WrongToken, Ask::OtherOrder] {
        let mut asked = visit.all(ask);
        if asked.any(|it| !it.heard().is_some_and(Heard::is_refusal)) {
            return unanswered(ask);
        }
    }
    good("verify asks for the token")
}

fn without_tokens(subject: &Subject, visit: &Visit, first: &str) -> Judgement {
    let others = visit
        .all(Ask::Race)
        .filter_map(|it| opened::read(it.heard()?, &subject.options).ok());
    let mut others = others.filter(|it| it.is_named && it.initiated.order_id != first);
    let Some(other) = others.next() else {
        return not_applicable(
            "initiate issues no token, and gave only one order to compare: make its name one that cannot be guessed",
        );
    };
    let same = first
        .bytes()
        .zip(other.initiated.order_id.bytes())
        .take_while(|(one, two)| one == two);
    if first.len().saturating_sub(same.count()) <= GUESSED {
        return wrong(
            "verify asks for no token, and the names of two orders hardly differ: whoever counts on learns of other people's payments. Issue a random `token` with initiate and ask for it, or make the names random.",
        );
    }
    good("initiate issues no token, but its orders' names cannot be guessed")
}

/// An outcome, of whatever order it is: only one is read without an error, or with this one.
fn tells_anything(heard: &Heard) -> bool {
    let identity = Identity {
        order_id: "",
        reference: None,
        currency: None,
    };
    matches!(
        read_verify(&heard.answer(), identity),
        Ok(_)
            | Err(PayError {
                code: ErrorCode::OrderMismatch,
                ..
            })
    )
}

/// So many characters that differ can be tried out: 36^5 is two days at 350 a second.
const GUESSED: usize = 5;

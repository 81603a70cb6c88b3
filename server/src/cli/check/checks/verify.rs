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
    match guesses(first, &other.initiated.order_id) {
        GUESSED.. => good("initiate issues no token, but its orders' names cannot be guessed"),
        COUNTED.. => not_applicable(
            "initiate issues no token, and its orders' names are so short that whoever tries many may guess one: issue a random `token` with initiate and ask for it, or make the names longer, 16 random letters and digits or more",
        ),
        _ => wrong(
            "verify asks for no token, and the names of two orders hardly differ: whoever counts on, or tries names, learns of other people's payments. Issue a random `token` with initiate and ask for it, or make the names random, 16 letters and digits or more.",
        ),
    }
}

/// How many bits there are to guess, at most, of one order's name for whoever knows another one: of what differs between
/// the two, be it at the end, in the middle or in front, as a number of such characters.
fn guesses(one: &str, other: &str) -> u32 {
    let same = |it: (&u8, &u8)| it.0 == it.1;
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let in_front = one.iter().zip(other).take_while(|it| same(*it)).count();
    let rest = |it: &[u8]| it.get(in_front..).unwrap_or_default().to_vec();
    let (one, other) = (rest(one), rest(other));
    let pairs = one.iter().rev().zip(other.iter().rev());
    let behind = pairs.take_while(|it| same(*it)).count();
    let middle = |it: Vec<u8>| {
        let end = it.len().saturating_sub(behind);
        let kept = it.into_iter().take(end);
        // What only separates is no choice.
        kept.filter(u8::is_ascii_alphanumeric).collect::<Vec<u8>>()
    };
    let (one, other) = (middle(one), middle(other));
    let of = |is: fn(&u8) -> bool| one.iter().chain(&other).any(is);
    let is_hex = !of(|it| matches!(it, b'g'..=b'z' | b'G'..=b'Z'));
    let letters = if is_hex { 6 } else { 26 };
    let sizes = [
        (of(u8::is_ascii_digit), 10),
        (of(u8::is_ascii_lowercase), letters),
        (of(u8::is_ascii_uppercase), letters),
    ];
    let alphabet: u32 = sizes.iter().filter(|it| it.0).map(|it| it.1).sum();
    let length = u32::try_from(one.len().min(other.len())).unwrap_or(u32::MAX);
    // Rounded down.
    length.saturating_mul(alphabet.max(1).ilog2())
}

/// An outcome, of whatever order it is: only one is read without an error, or with this one.
pub(super) fn tells_anything(heard: &Heard) -> bool {
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

/// 64 random bits, less the few that two names share by chance at either end: nobody tries these out over a network.
const GUESSED: u32 = 52;
/// Fewer, and at 350 names a second one of ten thousand orders is found within days.
const COUNTED: u32 = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(one: &str, other: &str, expected: std::ops::Range<u32>) {
        let bits = guesses(one, other);
        assert!(expected.contains(&bits), "{one}, {other}: {bits}");
        assert_eq!(bits, guesses(other, one));
    }

    #[test]
    fn counts_dates_and_short_numbers_are_guessed_wherever_they_stand() {
        check("ORDER-1001", "ORDER-1002", 0..COUNTED);
        check("41-malipo-shop", "42-malipo-shop", 0..COUNTED);
        check("99", "100", 0..COUNTED);
        check("shop-481916-a", "shop-772043-a", 0..COUNTED);
        check("ORD-1795262400.1234", "ORD-1795262407.9876", 0..COUNTED);
        // Of one second, in UUIDs of version 1, which count time in front.
        check(
            "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
            0..COUNTED,
        );
        check("same", "same", 0..1);
    }

    #[test]
    fn short_random_names_are_doubted_and_long_ones_are_good() {
        check("4Q7ZK1XW9B", "T0M2RRC5HJ", COUNTED..GUESSED);
        check("9F86D081884C7D65", "2C26B46B68FFC68F", GUESSED..u32::MAX);
        check(
            "93847562019384756201",
            "10293847561029384756",
            GUESSED..u32::MAX,
        );
        check(
            "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
            "7c9e6679-7425-40de-944b-e07fc1f90ae7",
            GUESSED..u32::MAX,
        );
    }
}

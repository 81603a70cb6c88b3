//! What is not for the page to decide.

use malipo_wire::ErrorCode;

use super::super::ask::Heard;
use super::super::asks::Ask;
use super::super::opened;
use super::super::subject::Subject;
use super::super::visit::{STRANGER, Visit};
use super::money::told;
use super::{Judgement, good, not_applicable, unanswered, wrong};

/// What is charged is not what the page says.
pub(super) fn price(subject: &Subject, visit: &Visit) -> Judgement {
    let (Ok(first), Some(heard)) = (&visit.opened, visit.heard(Ask::OtherPrice)) else {
        return not_applicable(match &visit.opened {
            Ok(it) if it.initiated.charged.money.is_none() => {
                "initiate's answer names no amount (`amount`, `currency`): see to it that a page with another one pays no less"
            }
            Ok(_) | Err(_) => visit.why_not(),
        });
    };
    let usual = &first.initiated.charged;
    match opened::read(heard, &subject.options).map(|it| it.initiated.charged) {
        Ok(charged) if charged.text.is_none() => not_applicable(
            "asked with another price, initiate's answer names none: see to it that a page with another one pays no less",
        ),
        Ok(charged) if charged.agrees_with(usual) => good("the page does not decide the price"),
        Ok(charged) => wrong(format!(
            "initiate takes the price from the page: it opens a payment of {} where it opened one of {}, because the request says so. Anybody can change the page: look the price up in your catalogue, or take it from a quote that your server signed.",
            told(&charged),
            told(usual)
        )),
        Err(_) if is_judged(heard) => good("a price that the page made up is refused"),
        Err(_) => unanswered(Ask::OtherPrice),
    }
}

/// The shopper comes back to the shop, and to nobody else.
pub(super) fn return_url(subject: &Subject, visit: &Visit) -> Judgement {
    let Some(heard) = visit.heard(Ask::ForeignReturn) else {
        return not_applicable(visit.why_not());
    };
    match opened::read(heard, &subject.options) {
        Ok(_) => wrong(format!(
            "initiate takes {STRANGER}/ as `return_url`: after paying, the shopper would be sent to whatever page an attacker named, and the token with them. Answer 400 unless it lies on your shop's own origin."
        )),
        Err(_) if is_judged(heard) => good("a foreign `return_url` is refused"),
        Err(_) => unanswered(Ask::ForeignReturn),
    }
}

/// A no to what was asked, and not "another attempt is still running".
fn is_judged(heard: &Heard) -> bool {
    let is_changed = || heard.answer().refusal().code == ErrorCode::OrderChanged;
    heard.is_refusal() && (heard.status != 409 || is_changed())
}

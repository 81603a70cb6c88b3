//! How the backend says no.

use malipo::checkout::answer::{Identity, read_verify};
use malipo_wire::ErrorCode;

use super::super::ask::{Heard, Outcome};
use super::super::asks::Ask;
use super::super::opened;
use super::super::subject::Subject;
use super::super::visit::Visit;
use super::{Judgement, good, not_applicable, wrong};

/// Every request that must be refused, and what came of it.
fn refusals(visit: &Visit) -> impl Iterator<Item = (Ask, &Heard)> {
    visit.posts().filter(|(ask, _)| ask.is_bad())
}

/// Bad input is not answered as if it were good.
pub(super) fn bad_input(subject: &Subject, visit: &Visit) -> Judgement {
    let mut seen = false;
    for (ask, heard) in refusals(visit) {
        seen = true;
        if !heard.is_success() {
            continue;
        }
        let is_verify = matches!(
            ask,
            Ask::BrokenVerify | Ask::EmptyVerify | Ask::OddVerify | Ask::UnknownOrder
        );
        if is_verify {
            let identity = Identity {
                order_id: &visit.unknown_order,
                reference: None,
                currency: None,
            };
            match read_verify(&heard.answer(), identity) {
                // What it says of an unknown order is a check of its own.
                Ok(_) | Err(_)
                    if ask == Ask::UnknownOrder && !is_unclear(heard, &visit.unknown_order) =>
                {
                    continue;
                }
                Err(error)
                    if !matches!(error.code, ErrorCode::Protocol | ErrorCode::OrderMismatch) =>
                {
                    continue;
                }
                Ok(_) | Err(_) => {}
            }
        } else {
            match opened::read(heard, &subject.options) {
                Ok(_) if ask == Ask::PlainInitiate => {
                    return wrong(format!(
                        "{} opens a payment: any page on the web can send that without asking first, and begin payments for your shop. Take Content-Type: application/json alone, and answer 415.",
                        ask.title()
                    ));
                }
                Ok(_) => {
                    return wrong(format!(
                        "{} opens a payment. Judge every field before the provider is called, and answer 400.",
                        ask.title()
                    ));
                }
                Err(_) if heard.says_no() => continue,
                Err(_) => {}
            }
        }
        return wrong(format!(
            "{} is answered with HTTP {} and a body in which the widget finds no error. Answer 4xx with {{\"status\": \"error\", \"error\": [\"...\"]}}.",
            ask.title(),
            heard.status
        ));
    }
    if seen {
        good("bad input is refused")
    } else {
        not_applicable(visit.why_not())
    }
}

/// The widget neither reads an outcome nor a refusal in it.
fn is_unclear(heard: &Heard, order_id: &str) -> bool {
    let identity = Identity {
        order_id,
        reference: None,
        currency: None,
    };
    read_verify(&heard.answer(), identity).is_err_and(|it| it.code == ErrorCode::Protocol)
}

/// A mistake of the caller is no mistake of the server.
pub(super) fn error_status(_: &Subject, visit: &Visit) -> Judgement {
    let is_bad = |it: Ask| it.is_bad() || it.is_foreign();
    let bad = || visit.exchanges.iter().filter(|it| is_bad(it.ask));
    for it in bad() {
        match &it.outcome {
            Outcome::Broken(why) => {
                return wrong(format!(
                    "{} gets no answer ({why}). Answer 400 to what you do not understand.",
                    it.ask.title()
                ));
            }
            Outcome::Heard(heard) if 500 <= heard.status => {
                return wrong(format!(
                    "{} is answered with HTTP {}: the widget takes it for a breakdown and tries again. Answer 4xx to what the caller did wrong.",
                    it.ask.title(),
                    heard.status
                ));
            }
            Outcome::Heard(_) | Outcome::Late(_) => {}
        }
    }
    if bad().any(|it| it.heard().is_some()) {
        good("no bad input ends in a 5xx")
    } else {
        not_applicable(visit.why_not())
    }
}

/// An error is JSON, with a text for the developer.
pub(super) fn error_body(_: &Subject, visit: &Visit) -> Judgement {
    let mut seen = false;
    // What a foreign page is told is for nobody to read.
    for (ask, heard) in refusals(visit).filter(|it| !it.0.is_strangers()) {
        if heard.is_success() || heard.is_redirect() {
            continue;
        }
        seen = true;
        let status_alone = format!("HTTP status {}", heard.status);
        if heard.json.is_none() || heard.answer().refusal().message.ends_with(&status_alone) {
            let what = match heard.text.trim_start().chars().next() {
                Some('<') => "an HTML page",
                None => "an empty body",
                Some(_) => "a body in which the widget finds no text",
            };
            return wrong(format!(
                "{} is answered with {what}, so the page cannot say what is wrong. Answer {{\"status\": \"error\", \"error\": [\"...\"]}} as JSON, from your framework's error handler, too.",
                ask.title()
            ));
        }
    }
    if seen {
        good("errors are JSON with a text")
    } else {
        not_applicable("no answer was an error")
    }
}

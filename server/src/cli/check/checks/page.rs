//! What is not for the page to decide.

use malipo_wire::ErrorCode;
use serde_json::Value;

use super::super::ask::Heard;
use super::super::asks::Ask;
use super::super::opened::{self, Opened};
use super::super::reading::at;
use super::super::sender::STRANGER;
use super::super::subject::Subject;
use super::super::visit::Visit;
use super::money::told;
use super::{Judgement, good, not_applicable, unanswered, wrong};

/// What is charged is not what the page says.
pub(super) fn price(subject: &Subject, visit: &Visit) -> Judgement {
    let (Ok(first), Some(heard)) = (&visit.opened, visit.heard(Ask::OtherPrice)) else {
        return not_applicable(match &visit.opened {
            Ok(it) if it.initiated.charged.money.is_none() => {
                "initiate's answer names no amount (`amount`, `currency`): see to it that a page with another one pays no less"
            }
            Ok(_) if !subject.asks_for_less() => {
                "not asked with live keys, where a payable link at a lower price might be left: --lower-price asks"
            }
            Ok(_) | Err(_) => visit.why_not(),
        });
    };
    let usual = &first.initiated.charged;
    match opened::read(heard, &subject.options).map(|it| it.initiated) {
        Ok(other) if other.charged.text.is_none() => not_applicable(
            "asked with another price, initiate's answer names none: see to it that a page with another one pays no less",
        ),
        Ok(other) if other.charged.agrees_with(usual) => good("the page does not decide the price"),
        // Sandboxes may: docs/contract.md 4.
        Ok(other) if other.test == Some(true) && prices_nothing(subject) => {
            not_applicable(format!(
                "this test payment takes the price from the page: {} where it was {}. A test may; for real money whoever changes the page would pay what he likes. Have the page name an article (--sku) or carry a quote (--quote), and check with it",
                told(&other.charged),
                told(usual)
            ))
        }
        Ok(other) => wrong(format!(
            "initiate takes the price from the page: it opens a payment of {} where it opened one of {}, because the request says so. Anybody can change the page: look the price up in your catalogue, or take it from a quote that your server signed.",
            told(&other.charged),
            told(usual)
        )),
        Err(_) if !is_judged(heard) => unanswered(Ask::OtherPrice),
        Err(_) if visit.is_opened_again(subject) => {
            good("a price that the page made up is refused")
        }
        Err(_) => not_applicable(once("whether the page decides the price")),
    }
}

/// The shopper comes back to the shop, and to nobody else.
pub(super) fn return_url(subject: &Subject, visit: &Visit) -> Judgement {
    let Some(heard) = visit.heard(Ask::ForeignReturn) else {
        return not_applicable(visit.why_not());
    };
    match opened::read(heard, &subject.options) {
        Ok(it) => where_to(&it, heard),
        Err(_) if !is_judged(heard) => unanswered(Ask::ForeignReturn),
        Err(_) if visit.is_opened_again(subject) => good("a foreign `return_url` is refused"),
        Err(_) => not_applicable(once("where the shopper is sent after paying")),
    }
}

/// A backend that sends the shopper to one page of its own, whatever is asked, is as safe as one that refuses.
fn where_to(opened: &Opened, heard: &Heard) -> Judgement {
    if !opened.initiated.returns || opened.redirect_url.is_none() {
        return not_applicable("the provider sends nobody back from a page of its own");
    }
    if heard.text.contains(STRANGER_HOST) {
        return wrong(format!(
            "initiate passes {STRANGER}/ on as the page to come back to, and its answer says so: after paying, the shopper would be sent to whatever page an attacker named. Answer 400 unless `return_url` lies on your shop's own origin, or name your own page to the provider."
        ));
    }
    let callback = heard
        .json
        .as_ref()
        .and_then(|it| at(it, "data.callback_url"));
    if callback.is_some_and(Value::is_string) {
        return good("the shopper comes back to a page of the backend's own choice");
    }
    not_applicable(format!(
        "initiate took {STRANGER}/ as `return_url` without a word: see to it that it is not passed on to the provider, or the shopper would be sent to whatever page an attacker named. Answer 400 unless it lies on your shop's own origin"
    ))
}

/// The page names an amount, and nothing that has a price.
fn prices_nothing(subject: &Subject) -> bool {
    subject.options.sku.is_none() && subject.options.quote.is_none()
}

/// A no to what was asked, and not "another attempt is still running".
fn is_judged(heard: &Heard) -> bool {
    let is_changed = || heard.answer().refusal().code == ErrorCode::OrderChanged;
    heard.is_refusal() && (heard.status != 409 || is_changed())
}

/// What was refused would have been refused without the change, too.
fn once(what: &str) -> String {
    format!("the same is refused unchanged when it is pressed again, so it is not known {what}")
}

/// Within [`STRANGER`], however a text writes its slashes.
const STRANGER_HOST: &str = "malipo-check.invalid";

//! What initiate's answer opens.

use malipo::checkout::answer::judge_redirect;
use malipo_wire::OrderId;

use super::super::ask::Outcome;
use super::super::asks::Ask;
use super::super::reading::parse_url;
use super::super::subject::Subject;
use super::super::visit::Visit;
use super::secrets::held_by;
use super::{Judgement, good, not_applicable, wrong};

/// The widget finds something to open.
pub(super) fn initiate(subject: &Subject, visit: &Visit) -> Judgement {
    if visit.opened.is_ok() {
        return good("the widget understands initiate's answer");
    }
    let outcome = visit.all(Ask::First).next().map(|it| &it.outcome);
    let heard = match outcome {
        Some(Outcome::Broken(why)) => {
            return wrong(format!(
                "initiate gave no answer: {why}. Is the URL right, and does the backend run?"
            ));
        }
        Some(Outcome::Heard(heard)) if !heard.is_redirect() => heard,
        Some(Outcome::Heard(_)) => return not_applicable("initiate redirects: see `redirect`"),
        Some(Outcome::Late(_)) | None => {
            return not_applicable("initiate did not answer in time: see `speed`");
        }
    };
    let said = match &visit.opened {
        // The backend's own text, which may hold anything; the widget may have cut it, and a secret in it.
        Err(Some(error)) if held_by(heard, subject).is_none() => {
            error.message.chars().take(200).collect()
        }
        Ok(_) | Err(_) => "an error".to_owned(),
    };
    let hint = match heard.status {
        400..500 => {
            "If it needs an article, a quote, an amount or a payer, name them (--sku, --quote, --amount and --currency, --customer-phone)"
        }
        500.. => "Its log should say why",
        _ => "Answer {\"order_id\": ..., \"redirect_url\": ...} with 200, or an error with 4xx",
    };
    wrong(format!(
        "initiate opened nothing: HTTP {}, and the widget reads \"{said}\". {hint}.",
        heard.status
    ))
}

/// No payment with live keys, unless that was asked for.
pub(super) fn mode(subject: &Subject, visit: &Visit) -> Judgement {
    let Ok(opened) = &visit.opened else {
        return not_applicable(visit.why_not());
    };
    match (opened.live, subject.live) {
        (Some(true), true) => good(
            "the backend is on live keys, as you said; the payments opened here are real ones and stay open at the provider, who may let them lapse or not",
        ),
        (Some(true), false) => wrong(
            "the backend is on live keys: the check stopped after one payment was opened, which nobody has paid and which stays open at the provider. Use test keys, or say --live",
        ),
        (Some(false), _) => good("the answer says that no real money moves"),
        (None, _) => not_applicable(
            "the answer does not say whether it is on test keys (`test`: true or false): if they are live ones, real payments were opened here and stay open at the provider, and a provider that sends links has sent them",
        ),
    }
}

/// The answer names the order, by a name that fits everywhere.
pub(super) fn order_id(subject: &Subject, visit: &Visit) -> Judgement {
    let Ok(opened) = &visit.opened else {
        return not_applicable(visit.why_not());
    };
    if !opened.is_named {
        return wrong(
            "initiate's answer names no order, so the page cannot ask how it stands. Answer the `order_id` beside the `redirect_url`.",
        );
    }
    let id = &opened.initiated.order_id;
    if id.parse::<OrderId>().is_err() {
        return wrong(
            "the `order_id` is not 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'. Use such a name for the page.",
        );
    }
    if opened.initiated.renamed {
        let asked = subject.options.order_id.as_deref().unwrap_or_default();
        return wrong(format!(
            "the page asked to pay order {asked}, and the answer names {id}. Answer the same `order_id`."
        ));
    }
    good("initiate names the order")
}

/// The checkout page is one that the widget opens, and the provider's.
pub(super) fn redirect_url(subject: &Subject, visit: &Visit) -> Judgement {
    let Ok(opened) = &visit.opened else {
        return not_applicable(visit.why_not());
    };
    let Some(url) = &opened.redirect_url else {
        return not_applicable(
            "the answer holds no checkout page: the provider sends a link, or the order is paid",
        );
    };
    let advice = "Pass the provider's URL on as it is.";
    if let Err(error) = judge_redirect(url, &subject.options, parse_url) {
        return wrong(format!(
            "`redirect_url`: {}; the widget opens nothing. {advice}",
            error.message
        ));
    }
    let origin = parse_url(url, None).map(|it| it.origin).unwrap_or_default();
    let own = origin == subject.options.backend_origin || Some(&origin) == subject.origin.as_ref();
    if own && subject.options.checkout_origins.is_empty() {
        return wrong(format!(
            "`redirect_url` leads to {origin}, which is yours and not the provider's. {advice} If it is meant, say --checkout-origins."
        ));
    }
    good("the checkout page's URL is one that the widget opens")
}

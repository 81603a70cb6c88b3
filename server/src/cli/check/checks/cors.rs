//! What a browser needs before it lets the shop's page read the answers of another origin.

use super::super::ask::Heard;
use super::super::asks::Ask;
use super::super::sender::STRANGER;
use super::super::subject::Subject;
use super::super::visit::Visit;
use super::{Judgement, good, not_applicable, unanswered, wrong};

const ORIGIN: &str = "access-control-allow-origin";
const HEADERS: &str = "access-control-allow-headers";
const CREDENTIALS: &str = "access-control-allow-credentials";
const EXPOSED: &str = "access-control-expose-headers";
const SAME: &str = "page and backend have one origin (--origin names the page's)";

/// The browser's question before a POST is answered.
pub(super) fn preflight(subject: &Subject, visit: &Visit) -> Judgement {
    let Some(origin) = subject.foreign_origin() else {
        return not_applicable(SAME);
    };
    if visit.exchanges.iter().all(|it| it.heard().is_none()) {
        return not_applicable(visit.why_not());
    }
    for (ask, names) in [
        (
            Ask::PreflightInitiate,
            ["content-type", "idempotency-key"].as_slice(),
        ),
        (Ask::PreflightVerify, ["content-type"].as_slice()),
    ] {
        let Some(heard) = visit.heard(ask) else {
            return wrong(format!(
                "{} gets no answer. Answer OPTIONS with 204 and the CORS headers.",
                ask.title()
            ));
        };
        let what = ask.title();
        if !heard.is_success() {
            return wrong(format!(
                "{what} is answered with HTTP {}, so the browser sends nothing. Answer OPTIONS with 204.",
                heard.status
            ));
        }
        if !allows_origin(heard, origin) {
            return wrong(format!(
                "{what} does not allow {origin}. Send Access-Control-Allow-Origin: {origin}."
            ));
        }
        let own = subject.headers.iter().map(|it| it.0.as_str());
        let missing: Vec<_> = names
            .iter()
            .copied()
            .chain(own)
            .filter(|it| !allows_header(heard, subject, it))
            .collect();
        if !missing.is_empty() {
            return wrong(format!(
                "{what} does not allow the header {}. Send Access-Control-Allow-Headers: content-type, idempotency-key.",
                missing.join(", ")
            ));
        }
    }
    good("the preflights allow what the widget sends")
}

/// Every answer may be read, errors as well.
pub(super) fn answer(subject: &Subject, visit: &Visit) -> Judgement {
    let Some(origin) = subject.foreign_origin() else {
        return not_applicable(SAME);
    };
    let mut seen = false;
    for (ask, heard) in visit.posts().filter(|it| is_the_widgets(it.0)) {
        seen = true;
        if !allows_origin(heard, origin) {
            return wrong(format!(
                "the answer to {} (HTTP {}) does not allow {origin}, so the page cannot read it. Send Access-Control-Allow-Origin with every answer, errors included.",
                ask.title(),
                heard.status
            ));
        }
        if !exposes_retry_after(heard, subject)
            && let Some(instead) = without_retry_after(ask, heard)
        {
            return wrong(format!(
                "the answer to {} (HTTP {}) says when to come back, and the page cannot see it: {instead}. Send Access-Control-Expose-Headers: Retry-After with every answer.",
                ask.title(),
                heard.status
            ));
        }
    }
    if seen {
        good("the page may read every answer")
    } else {
        not_applicable(visit.why_not())
    }
}

/// What the widget does where it cannot see a `Retry-After` that it would heed: nothing but these statuses.
fn without_retry_after(ask: Ask, heard: &Heard) -> Option<&'static str> {
    heard.retry_after?;
    match (heard.status, ask.is_initiate()) {
        (409, true) => Some(
            "the widget takes \"wait\" for a final no, and the next press begins another payment",
        ),
        (429 | 503, true) => Some(
            "the widget asks again after about 1 s and after 3 s more, whatever it was told, and then gives up",
        ),
        (429 | 503, false) => Some(
            "the widget asks again in its own time, after 2.5 s at first, whatever it was told",
        ),
        _ => None,
    }
}

/// Cookies go to nobody but the shop.
pub(super) fn credentials(subject: &Subject, visit: &Visit) -> Judgement {
    let asked = [Ask::PreflightStranger, Ask::PlainInitiate];
    let mut strangers = asked.into_iter().filter_map(|it| visit.heard(it));
    if strangers.any(|it| it.header(ORIGIN) == STRANGER && it.header(CREDENTIALS) == "true") {
        return wrong(
            "any page on the web may call this backend with the shopper's cookies: it allows whatever Origin it is sent, with credentials. Allow your shop's origin alone.",
        );
    }
    let asked = visit
        .exchanges
        .iter()
        .filter(|it| it.ask != Ask::PreflightStranger && is_the_widgets(it.ask));
    let mut answers = asked.filter_map(|it| Some((it.ask, it.heard()?)));
    if let Some((ask, _)) = answers
        .clone()
        .find(|(_, it)| it.header(ORIGIN) == "*" && it.header(CREDENTIALS) == "true")
    {
        return wrong(format!(
            "the answer to {} allows credentials to every origin (*), which browsers refuse. Name your shop's origin, or leave Access-Control-Allow-Credentials out.",
            ask.title()
        ));
    }
    // A breakdown or a limit has no say in it.
    let preflight = visit.heard(Ask::PreflightStranger);
    if preflight.is_none_or(|it| it.may_pass() || 500 <= it.status) {
        return unanswered(Ask::PreflightStranger);
    }
    if answers.clone().next().is_none() {
        return not_applicable(visit.why_not());
    }
    if !subject.credentials || subject.foreign_origin().is_none() {
        return good("no foreign page may call with cookies");
    }
    let lacks = |it: &Heard| it.header(CREDENTIALS) != "true" || it.header(ORIGIN) == "*";
    match answers.find(|(ask, it)| {
        (ask.is_post() || it.is_success())
            && !matches!(ask, Ask::GetInitiate | Ask::GetVerify | Ask::GetEmptyVerify)
            && lacks(it)
    }) {
        Some((ask, _)) => wrong(format!(
            "the page sends cookies (--credentials), and the answer to {} does not allow it. Send Access-Control-Allow-Credentials: true and your shop's origin.",
            ask.title()
        )),
        None => good("the shop's page may call with cookies, and no other"),
    }
}

/// The widget never sends a body that a web server refuses before it asks the program, and need not read that answer; nor
/// need a foreign page.
fn is_the_widgets(ask: Ask) -> bool {
    ask != Ask::LargeVerify && !ask.is_strangers()
}

fn allows_origin(heard: &Heard, origin: &str) -> bool {
    let values: Vec<_> = heard.headers.get_all(ORIGIN).iter().collect();
    // Two of them, as when both program and web server add one, are none to a browser.
    values.len() == 1 && matches!(heard.header(ORIGIN), it if it == "*" || it == origin)
}

/// `*` is every header but Authorization, and with credentials only a header of that name (Fetch, "CORS-preflight fetch").
fn allows_header(heard: &Heard, subject: &Subject, name: &str) -> bool {
    let by_star = !subject.credentials && !name.eq_ignore_ascii_case("authorization");
    lists(heard, HEADERS, name) || (by_star && lists(heard, HEADERS, "*"))
}

fn exposes_retry_after(heard: &Heard, subject: &Subject) -> bool {
    lists(heard, EXPOSED, "retry-after") || (!subject.credentials && lists(heard, EXPOSED, "*"))
}

fn lists(heard: &Heard, header: &str, name: &str) -> bool {
    let values = heard.headers.get_all(header).iter();
    values
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','))
        .any(|it| it.trim().eq_ignore_ascii_case(name))
}

//! How answers come: redirects, type, caches, cookies, time and size.

use malipo::checkout::answer::BODY_MOST;

use super::super::ask::{Heard, Outcome};
use super::super::asks::Ask;
use super::super::subject::Subject;
use super::super::visit::Visit;
use super::verify::verdict;
use super::{Judgement, good, not_applicable, unanswered, wrong};

/// A POST is answered where it was sent.
pub(super) fn redirect(_: &Subject, visit: &Visit) -> Judgement {
    first(visit, "no answer redirects", |ask, heard| {
        heard.is_redirect().then(|| {
            format!(
                "{} is redirected (HTTP {}): the browser would repeat it elsewhere, or as a GET without its body. Name the final URL in the page (scheme, slash at the end), and answer with JSON.",
                ask.title(),
                heard.status
            )
        })
    })
}

/// JSON is called JSON.
pub(super) fn content_type(_: &Subject, visit: &Visit) -> Judgement {
    first(visit, "JSON is sent as application/json", |ask, heard| {
        let media_type = heard
            .header("content-type")
            .split(';')
            .next()
            .unwrap_or_default()
            .trim();
        let media_type = media_type.to_ascii_lowercase();
        // `application/problem+json` (RFC 9457): no browser runs it as a page, either (RFC 6839, 3.1).
        let is_json = media_type == "application/json"
            || (media_type.starts_with("application/") && media_type.ends_with("+json"));
        (heard.json.is_some() && !is_json).then(|| {
            format!("the answer to {} is JSON and is sent as {}: a text in it could run as a page of yours. Send Content-Type: application/json.", ask.title(), named(&media_type))
        })
    })
}

/// No answer is kept by a cache.
pub(super) fn cache(_: &Subject, visit: &Visit) -> Judgement {
    first(visit, "no answer may be kept by a cache", |ask, heard| {
        is_cacheable(heard).then(|| {
            format!("the answer to {} may be kept by caches, which would tell one shopper what another one paid, or an old state. Send Cache-Control: no-store.", ask.title())
        })
    })
}

fn is_cacheable(heard: &Heard) -> bool {
    let values = heard.headers.get_all("cache-control").iter();
    let text: Vec<_> = values.filter_map(|it| it.to_str().ok()).collect();
    let text = text.join(",").to_ascii_lowercase();
    let has = |name: &str| text.split(',').any(|it| it.trim() == name);
    if has("no-store") || has("no-cache") {
        return false;
    }
    let lives = |name: &str| {
        let values = text
            .split(',')
            .filter_map(|it| it.trim().strip_prefix(name)?.strip_prefix('='));
        values
            .filter_map(|it| it.trim_matches('"').parse::<u64>().ok())
            .any(|it| 0 < it)
    };
    // Without an age of its own, no cache keeps the answer to a POST (RFC 9111, 3).
    let date = |name: &str| httpdate::parse_http_date(heard.header(name)).ok();
    let expires_later = match (date("expires"), date("date")) {
        (Some(expires), Some(date)) => date < expires,
        _ => false,
    };
    has("public") || lives("max-age") || lives("s-maxage") || expires_later
}

/// No cookie is set that the page did not ask for.
pub(super) fn cookies(subject: &Subject, visit: &Visit) -> Judgement {
    if subject.credentials {
        return not_applicable(
            "the page sends cookies (--credentials), so the backend may set them",
        );
    }
    first(visit, "no cookies are set", |ask, heard| {
        heard.headers.contains_key("set-cookie").then(|| {
            format!("the answer to {} sets a cookie, for no reason: the widget keeps none of them, and a session locks requests of one shopper against each other. Serve these routes without sessions.", ask.title())
        })
    })
}

/// Answers come in time.
pub(super) fn speed(_: &Subject, visit: &Visit) -> Judgement {
    let late = visit.exchanges.iter().find_map(|it| match &it.outcome {
        Outcome::Late(limit) => Some((it.ask, limit)),
        Outcome::Heard(_) | Outcome::Broken(_) => None,
    });
    match late {
        Some((ask, limit)) => wrong(format!(
            "{} was not answered within {} s, {}. Set a deadline of 8 s on calls to the provider, the whole of each, and answer verify from your records where that passes.",
            ask.title(),
            limit.time.as_secs(),
            if limit.is_widgets {
                "as long as the widget waits"
            } else {
                "as --patience says"
            }
        )),
        None if visit.posts().next().is_some() => good("every answer came in time"),
        None => not_applicable(visit.why_not()),
    }
}

/// Answers are as short as the widget reads.
pub(super) fn answer_size(_: &Subject, visit: &Visit) -> Judgement {
    first(visit, "answers are short", |ask, heard| {
        (BODY_MOST < heard.bytes).then(|| format!("the answer to {} is longer than 64 KiB; the widget does not read it. Answer the documented fields alone.", ask.title()))
    })
}

/// Requests are read up to a limit.
pub(super) fn request_size(_: &Subject, visit: &Visit) -> Judgement {
    let Some(asked) = visit.all(Ask::LargeVerify).next() else {
        return not_applicable(visit.why_not());
    };
    let limited = || good("bodies have a limit");
    let tells = |ask| verdict(visit, ask).is_some_and(|it| it.is_ok());
    match &asked.outcome {
        Outcome::Heard(_) if tells(Ask::LargeVerify) => wrong(
            "verify reads a body of 1 MiB: a few callers can fill the memory. Cap bodies at 64 KiB in the program or the web server, and answer 413.",
        ),
        Outcome::Heard(heard) if heard.status == 413 => limited(),
        // The same in a short body was no reason to refuse it.
        Outcome::Heard(heard) if heard.is_refusal() && tells(Ask::Verify) => limited(),
        // To close the connection on such a body is an answer, too, where the program lives on.
        Outcome::Broken(_) if visit.heard(Ask::Again).is_some() => limited(),
        Outcome::Heard(_) | Outcome::Broken(_) | Outcome::Late(_) => unanswered(Ask::LargeVerify),
    }
}

/// The first POST about which there is something to say.
fn first(visit: &Visit, well: &str, say: impl Fn(Ask, &Heard) -> Option<String>) -> Judgement {
    if visit.posts().next().is_none() {
        return not_applicable(visit.why_not());
    }
    let said = visit.posts().find_map(|(ask, heard)| say(ask, heard));
    said.map_or_else(|| good(well), wrong)
}

fn named(media_type: &str) -> &str {
    if media_type.is_empty() {
        "nothing in particular"
    } else {
        media_type
    }
}

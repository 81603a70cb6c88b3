//! A GET begins nothing and tells nothing.

use super::super::ask::Heard;
use super::super::asks::Ask;
use super::super::opened;
use super::super::subject::Subject;
use super::super::visit::Visit;
use super::verify::tells_anything;
use super::{Judgement, good, not_applicable, unanswered, wrong};

/// Links, previews and crawlers send GET, and logs keep its query.
pub(super) fn method(subject: &Subject, visit: &Visit) -> Judgement {
    let (initiate, verify) = (initiate(subject, visit), verify(visit));
    if gravity(&initiate) < gravity(&verify) {
        verify
    } else {
        initiate
    }
}

/// One that is wrong counts more than one of which nothing is known, and that more than a good one.
fn gravity(judgement: &Judgement) -> u8 {
    match judgement {
        Judgement::Good(_) => 0,
        Judgement::NotApplicable(_) => 1,
        Judgement::Wrong(_) => 2,
    }
}

fn initiate(subject: &Subject, visit: &Visit) -> Judgement {
    let Some(heard) = visit.heard(Ask::GetInitiate) else {
        return unheard(visit, Ask::GetInitiate);
    };
    if opened::read(heard, &subject.options).is_ok() {
        return taken(Ask::GetInitiate);
    }
    let options = &subject.options;
    let is_whole = options.quote.is_none() && options.order_id.is_none() && visit.opened.is_ok();
    // Without what names the payment, only these two are about the method.
    if matches!(heard.status, 404 | 405) || (is_whole && heard.is_refusal()) {
        good("only POST is taken")
    } else if heard.is_refusal() {
        not_applicable(
            "GET of initiate was asked without the quote or the order, which would stand in logs, and is refused for that: see that only POST is taken, and answer 405",
        )
    } else {
        unanswered(Ask::GetInitiate)
    }
}

/// It was asked about an order that does not exist: no real one's name and token shall stand in logs. Whether a GET is read
/// shows in that its answers differ as the POST's do.
fn verify(visit: &Visit) -> Judgement {
    let Some(get) = visit.heard(Ask::GetVerify) else {
        return unheard(visit, Ask::GetVerify);
    };
    let same = |one, other| {
        let (one, other) = (visit.heard(one)?, visit.heard(other)?);
        Some(said(one) == said(other))
    };
    let as_post = same(Ask::GetVerify, Ask::UnknownOrder);
    let empty_as_post = same(Ask::GetEmptyVerify, Ask::EmptyVerify);
    let differ = same(Ask::UnknownOrder, Ask::EmptyVerify) == Some(false);
    if tells_anything(get) || (as_post == Some(true) && empty_as_post == Some(true) && differ) {
        taken(Ask::GetVerify)
    } else if get.status == 405 || (as_post == Some(false) && get.is_refusal()) {
        good("only POST is taken")
    } else if get.is_refusal() {
        not_applicable(
            "GET of verify is refused as a POST about an unknown order is: see that only POST is taken, and answer 405",
        )
    } else {
        unanswered(Ask::GetVerify)
    }
}

/// What an answer says, but for what is new in each, such as a request's number.
fn said(heard: &Heard) -> (u16, String) {
    (heard.status, heard.answer().refusal().message)
}

fn taken(ask: Ask) -> Judgement {
    wrong(format!(
        "{} is answered like a POST: links, previews and crawlers would start payments, and tokens would stand in logs. Take POST alone, and answer 405.",
        ask.title()
    ))
}

fn unheard(visit: &Visit, ask: Ask) -> Judgement {
    if visit.all(ask).next().is_some() {
        unanswered(ask)
    } else {
        not_applicable(visit.why_not())
    }
}

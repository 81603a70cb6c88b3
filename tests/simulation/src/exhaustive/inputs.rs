//! Everything that can be said to a machine in a state.

use malipo::checkout::answer::Reply;
use malipo::checkout::{Input, Press, PressTab, Record, RequestKind, Resume, StreamEvent, Wake};

use super::Node;
use crate::browser::answer;
use crate::shopper::Offer;

type Said = (&'static str, u64, Input);

/// Words for the diagram, milliseconds that pass before, and the input.
pub(super) fn of(node: &Node) -> Vec<Said> {
    let mut all = vec![
        ("press", 0, press(PressTab::None)),
        ("press", 0, press(PressTab::Given)),
        ("press", 0, press(PressTab::Refused)),
        ("resume", 0, resume(None)),
        ("resume", 0, resume(Some("failed"))),
        ("resume", 0, resume(Some("expired"))),
        ("options good again", 0, Input::Mended),
        ("page opened", 0, Input::TabOpened),
        ("tab refused", 0, Input::TabRefused),
        ("tab gone", 0, Input::NavigationFailed),
        ("tab closed", 0, Input::TabClosed),
        ("link followed", 0, Input::LinkFollowed),
        ("check", 0, Input::CheckRequested),
        ("cancel", 0, Input::CancelRequested),
        ("reopen", 0, Input::ReopenRequested),
        ("removed", 0, Input::Destroyed),
    ];
    all.extend(misconfigured());
    all.extend(wakes());
    all.extend(replies(node));
    if let Some(epoch) = node.stream {
        all.extend(streamed(epoch));
    }
    if let Some(at) = node.checkout.next_wakeup() {
        let wait_ms = at.0.saturating_sub(node.now);
        all.push(("time", wait_ms, Input::TimerFired));
        // A device that slept.
        for slept_ms in [30_000, 3_600_000, 90_000_000] {
            all.push(("time", wait_ms + slept_ms, Input::TimerFired));
        }
    }
    all
}

fn offer() -> Offer {
    Offer {
        order: "ORD-1".into(),
        price: 10_000,
        quoted: false,
        mode: "tab",
        poll_interval: 2_500,
        timeout: 0,
    }
}

fn press(tab: PressTab) -> Input {
    Input::Pressed(Box::new(Press {
        options: offer().options(10_000),
        entropy: 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef,
        tab,
        stored: None,
    }))
}

fn resume(ended: Option<&str>) -> Input {
    let record = Record {
        order_id: Some("ORD-1".into()),
        token: Some("tok-1".into()),
        redirect_url: Some("https://pay.example/p/1".into()),
        deadline: crate::START + 900_000,
        saved_at: crate::START,
        ended: ended.map(Into::into),
        ..Record::default()
    };
    Input::Resumed(Box::new(Resume {
        options: offer().options(10_000),
        record,
    }))
}

fn misconfigured() -> Vec<Said> {
    let error = malipo::checkout::PayError {
        code: malipo_wire::ErrorCode::BadOption,
        message: "amount: accepted: a decimal".into(),
        retryable: false,
        errors: Vec::new(),
    };
    vec![("bad options", 0, Input::Misconfigured(Box::new(error)))]
}

fn wakes() -> Vec<Said> {
    let returned = |it: &str| Wake::Returned {
        order_id: it.into(),
    };
    let all = [
        Wake::Visible,
        Wake::PageShown,
        Wake::PageHidden,
        Wake::Focused,
        Wake::Online,
        Wake::Offline,
        returned("ORD-1"),
        returned("ORD-2"),
    ];
    all.map(|it| ("wake-up", 0, Input::Woke(it))).into()
}

fn streamed(epoch: u32) -> Vec<Said> {
    let word = |it: &str| StreamEvent::Status(it.into());
    [
        StreamEvent::Alive,
        StreamEvent::Ended,
        StreamEvent::Refused,
        word("pending"),
        word("success"),
    ]
    .map(|event| ("stream", 0, Input::Streamed { epoch, event }))
    .into()
}

/// Replies to the last request of each kind, to one that never was, late and in time.
fn replies(node: &Node) -> Vec<Said> {
    let mut all = Vec::new();
    for kind in [
        RequestKind::Initiate,
        RequestKind::Verify,
        RequestKind::Cancel,
    ] {
        let sent = node.sent.iter().rev().find(|it| it.1 == kind);
        let Some((epoch, _)) = sent else { continue };
        for (word, reply) in bodies(kind) {
            let reply = Box::new(reply);
            let epoch = *epoch;
            all.push((word, 0, Input::Replied { epoch, reply }));
        }
    }
    let stale = Box::new(answer(200, None, SUCCESS));
    all.push((
        "stale reply",
        0,
        Input::Replied {
            epoch: 0,
            reply: stale,
        },
    ));
    all
}

fn bodies(kind: RequestKind) -> Vec<(&'static str, Reply)> {
    let good = |word, body| (word, answer(200, None, body));
    let mut all = vec![
        ("network error", Reply::Unreachable),
        ("error answer", answer(429, Some(2_000), "")),
        ("error answer", answer(500, None, "")),
        (
            "error answer",
            answer(409, Some(1_000), r#"{"status":"error","code":"busy"}"#),
        ),
        good("answer not understood", "<html>"),
    ];
    if kind == RequestKind::Initiate {
        all.push(good("initiate: page", INITIATED));
        all.push(good("initiate: page", WITH_EVENTS));
        all.push(good("initiate: link sent", SENT));
        all.push(good("initiate: paid already", PAID));
        all.push(good(
            "initiate: unsafe page",
            r#"{"order_id":"ORD-1","redirect_url":"javascript:alert(1)"}"#,
        ));
    } else {
        all.push(good("verify: success", SUCCESS));
        all.push(good(
            "verify: failed",
            r#"{"order_id":"ORD-1","status":"failed"}"#,
        ));
        all.push(good(
            "verify: pending",
            r#"{"order_id":"ORD-1","status":"pending"}"#,
        ));
        all.push(good(
            "verify: pending",
            r#"{"order_id":"ORD-1","status":"odd"}"#,
        ));
        all.push(good("verify: other amount", OTHER_AMOUNT));
        all.push(good(
            "verify: other order",
            r#"{"order_id":"ORD-2","status":"success"}"#,
        ));
    }
    all
}

const INITIATED: &str = r#"{"order_id":"ORD-1","redirect_url":"https://pay.example/p/1","token":"tok-1","amount":"10000","currency":"UGX"}"#;
const WITH_EVENTS: &str = r#"{"order_id":"ORD-1","redirect_url":"https://pay.example/p/1","token":"tok-1","events_url":"/pay/events"}"#;
const SENT: &str =
    r#"{"order_id":"ORD-1","sent_to":[{"channel":"sms","to":"...123"}],"token":"tok-1"}"#;
const PAID: &str =
    r#"{"order_id":"ORD-1","status":"success","token":"tok-1","amount":"10000","currency":"UGX"}"#;
const SUCCESS: &str =
    r#"{"order_id":"ORD-1","status":"success","amount":"10000","currency":"UGX"}"#;
const OTHER_AMOUNT: &str =
    r#"{"order_id":"ORD-1","status":"success","amount":"9","currency":"UGX"}"#;

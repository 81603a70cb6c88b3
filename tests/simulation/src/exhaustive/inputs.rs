//! Everything that can be said to a machine in a state.

use malipo::checkout::answer::Reply;
use malipo::checkout::{
    Input, Mode, Options, Press, PressTab, Record, RequestKind, Resume, StreamEvent, Wake,
};

use super::Node;
use crate::browser::answer;
use crate::provider::Kind;
use crate::shopper::Offer;

type Said = (&'static str, u64, Input);

/// What can be said to one button.
pub(super) struct Says {
    offer: Offer,
    /// What can be said in every state.
    always: Vec<Said>,
}

impl Says {
    /// One for each way to show the checkout page, and one for a quote.
    pub(super) fn all() -> Vec<Self> {
        let shown = ["tab", "popup", "redirect", "link"].map(|it| Self::of(offer(it, false)));
        let mut all = Vec::from(shown);
        all.push(Self::of(offer("tab", true)));
        all
    }

    fn of(offer: Offer) -> Self {
        let mut always = vec![
            ("press", 0, press(&offer, PRICE, PressTab::None, None)),
            ("press", 0, press(&offer, PRICE, PressTab::Given, None)),
            ("press", 0, press(&offer, PRICE, PressTab::Refused, None)),
            ("press", 0, press(&offer, OTHER_PRICE, PressTab::None, None)),
            (
                "press",
                0,
                press(&offer, PRICE, PressTab::None, Some(STORED)),
            ),
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
        for ended in [None, Some("failed"), Some("expired"), Some("cancelled")] {
            always.push(("resume", 0, resume(&offer, ended, crate::START)));
        }
        let yesterday = crate::START - 90_000_000;
        always.push(("resume", 0, resume(&offer, None, yesterday)));
        always.extend(misconfigured());
        always.extend(wakes());
        Self { offer, always }
    }

    /// The button, in two words.
    pub(super) fn name(&self) -> String {
        let quoted = if self.offer.quoted {
            " with a quote"
        } else {
            ""
        };
        format!("{}{quoted}", self.offer.mode)
    }

    /// Words for the diagram, milliseconds that pass before, and the input.
    pub(super) fn to(&self, node: &Node) -> Vec<Said> {
        let mut all = self.always.clone();
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
}

/// Whether these options have the other price, in the one mode in which that is told apart.
pub(super) fn is_dear(options: &Options) -> bool {
    let amount = options.amount.as_deref();
    options.mode == Mode::Tab && amount.is_some_and(|it| it != PRICE.to_string())
}

fn offer(mode: &'static str, quoted: bool) -> Offer {
    Offer {
        kind: Kind::JoyndPay,
        names_provider: false,
        shopper: 0,
        order: "ORD-1".into(),
        price: PRICE,
        quoted,
        mode,
        poll_interval: 2_500,
        timeout: 0,
        origins: Some("https://pay.example"),
    }
}

fn press(offer: &Offer, price: u64, tab: PressTab, key: Option<&str>) -> Input {
    let options = offer.options(price);
    let stored = key.map(|key| Record {
        key: Some(key.into()),
        payload: options.payload_hash(),
        saved_at: crate::START,
        ..Record::default()
    });
    // Every press brings random bits of its own.
    let entropy = match (tab, price == PRICE) {
        (PressTab::None, true) => 1,
        (PressTab::None, false) => 2,
        (PressTab::Given, _) => 3,
        (PressTab::Refused, _) => 4,
    };
    Input::Pressed(Box::new(Press {
        options,
        entropy: entropy * 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef,
        tab,
        stored,
    }))
}

fn resume(offer: &Offer, ended: Option<&str>, saved_at: u64) -> Input {
    let record = Record {
        order_id: Some("ORD-1".into()),
        token: Some("tok-1".into()),
        redirect_url: Some("https://pay.example/p/1".into()),
        deadline: crate::START + 900_000,
        saved_at,
        ended: ended.map(Into::into),
        ..Record::default()
    };
    Input::Resumed(Box::new(Resume {
        options: offer.options(PRICE),
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
        all.push(good(
            "initiate: unsafe page",
            r#"{"order_id":"ORD-1","redirect_url":"https://elsewhere.example/p/1"}"#,
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

const PRICE: u64 = 10_000;
const OTHER_PRICE: u64 = 20_000;
/// A key that a reload has left behind.
const STORED: &str = "00000000-0000-4000-8000-000000000000";
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

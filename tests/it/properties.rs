//! Any order, repetition, loss and time of inputs: the invariants hold, nothing panics, and it ends.

use malipo::checkout::answer::Reply;
use malipo::checkout::{
    EventName, Input, PressTab, Record, RequestKind, StateName, StreamEvent, Wake,
};
use proptest::prelude::*;

use crate::browser::answer;
use crate::cases;
use crate::harness::*;

const KINDS: [RequestKind; 3] = [
    RequestKind::Initiate,
    RequestKind::Verify,
    RequestKind::Cancel,
];

fn kind() -> impl Strategy<Value = RequestKind> {
    proptest::sample::select(&KINDS[..])
}

fn body() -> impl Strategy<Value = String> {
    let bodies = [
        GOOD,
        PENDING,
        SUCCESS,
        FAILED,
        r#"{"order_id":"ORD-1","redirect_url":"https://pay.example/p/1","token":"tok-1","events_url":"/pay/events","expires_in":60}"#,
        r#"{"order_id":"ORD-2","status":"success"}"#,
        r#"{"order_id":"ORD-1","status":"success","amount":"9","currency":"UGX"}"#,
        r#"{"order_id":"ORD-1","status":"refunded"}"#,
        r#"{"status":"success","data":{"order_id":"ORD-1","status":"failed"}}"#,
        r#"{"ok":true,"request_id":"R","pay_page_url":"https://pay.example/"}"#,
        r#"{"ok":true,"request_id":"R","metadata":{"order_id":"ORD-1"},"proof_status":"verified"}"#,
        r#"{"order_id":"ORD-1","sent_to":[{"channel":"sms"}]}"#,
        r#"{"order_id":"ORD-1","redirect_url":"javascript:alert(1)"}"#,
        r#"{"status":"error","error":["no"]}"#,
        "<html>",
    ];
    proptest::sample::select(bodies.map(String::from).to_vec())
}

fn reply() -> impl Strategy<Value = Reply> {
    let status = prop_oneof![
        8 => Just(200_u16),
        1 => proptest::sample::select(vec![201, 400, 404, 409, 422, 429, 500, 502, 503]),
    ];
    // Up to 5 s: longer ones are the backend's wish not to be asked, and the liveness below would have to wait for it.
    let retry_after = proptest::option::weighted(0.3, 0..5_000_u64);
    prop_oneof![
        1 => Just(Reply::Unreachable),
        6 => (status, retry_after, body()).prop_map(|(it, after, body)| answer(it, after, &body)),
    ]
}

fn woken() -> impl Strategy<Value = Wake> {
    let returned = |it: &str| Wake::Returned {
        order_id: it.into(),
    };
    proptest::sample::select(vec![
        Wake::Visible,
        Wake::PageShown,
        Wake::PageHidden,
        Wake::Focused,
        Wake::Online,
        Wake::Offline,
        returned("ORD-1"),
        returned("ORD-2"),
    ])
}

fn streamed() -> impl Strategy<Value = StreamEvent> {
    let word = |it: &str| StreamEvent::Status(it.into());
    proptest::sample::select(vec![
        StreamEvent::Alive,
        StreamEvent::Ended,
        StreamEvent::Refused,
        word("pending"),
        word("success"),
        word("nonsense"),
    ])
}

fn simple() -> impl Strategy<Value = Input> {
    proptest::sample::select(vec![
        Input::Mended,
        Input::TabOpened,
        Input::TabRefused,
        Input::NavigationFailed,
        Input::TabClosed,
        Input::LinkFollowed,
        Input::TimerFired,
        Input::CheckRequested,
        Input::CancelRequested,
        Input::ReopenRequested,
    ])
}

fn record() -> impl Strategy<Value = Record> {
    let url = proptest::sample::select(vec![PAGE, "javascript:alert(1)", "http://x/", ""]);
    let ended =
        proptest::sample::select(vec![None, Some("failed"), Some("expired"), Some("success")]);
    (any::<u64>(), 0..3_u64, url, ended).prop_map(|(deadline, age, url, ended)| Record {
        order_id: Some("ORD-1".into()),
        token: Some("tok-1".into()),
        redirect_url: Some(url.into()),
        events_url: Some("https://shop.example/pay/events".into()),
        deadline: START.saturating_add(deadline % 4_000_000),
        saved_at: START - age * 40_000_000,
        ended: ended.map(Into::into),
        ..Record::default()
    })
}

fn act() -> impl Strategy<Value = Act> {
    let tab = proptest::sample::select(vec![PressTab::None, PressTab::Given, PressTab::Refused]);
    let listened = proptest::sample::select(vec![
        EventName::Initiated,
        EventName::Change,
        EventName::Failed,
        EventName::Pending,
        EventName::Error,
    ]);
    let said = proptest::sample::select(vec![
        Input::CancelRequested,
        Input::CheckRequested,
        Input::Destroyed,
    ]);
    let option = proptest::sample::select(vec![
        ("mode", "tab"),
        ("mode", "popup"),
        ("mode", "redirect"),
        ("mode", "link"),
        ("order-id", "ORD-1"),
        ("order-id", "ORD-2"),
        ("cancel-url", "/pay/cancel"),
        ("amount", "10000"),
        ("amount", "bad"),
        ("timeout", "30000"),
        ("poll-interval", "1000"),
    ]);
    prop_oneof![
        6 => tab.prop_map(Act::Press),
        12 => (kind(), reply()).prop_map(|it| Act::Reply(it.0, it.1)),
        4 => initiate_well(),
        3 => (kind(), reply()).prop_map(|it| Act::Stale(it.0, it.1)),
        3 => (kind(), proptest::option::of(reply())).prop_map(|it| Act::Always(it.0, it.1)),
        6 => woken().prop_map(wake),
        4 => streamed().prop_map(Act::Stream),
        10 => simple().prop_map(Act::Say),
        2 => option.prop_map(|it| with(it.0, it.1)),
        1 => any::<bool>().prop_map(Act::Popups),
        1 => Just(Act::Resume),
        1 => record().prop_map(|it| Act::ResumeRecord(Box::new(it))),
        1 => Just(Act::Reload),
        1 => (listened, said).prop_map(|it| Act::Listen(it.0, it.1)),
        1 => prop_oneof![0..100_000_u64, Just(315_360_000_000)].prop_map(Act::Sleep),
        4 => Just(Act::Nothing),
    ]
}

fn initiate_well() -> impl Strategy<Value = Act> {
    Just(initiated(GOOD))
}

/// Acts with the milliseconds since the one before.
fn script(most: usize) -> impl Strategy<Value = Vec<(u64, Act)>> {
    let gap = prop_oneof![
        4 => Just(0_u64),
        4 => 0..700_u64,
        4 => 0..20_000_u64,
        1 => 0..2_000_000_u64,
    ];
    proptest::collection::vec((gap, act()), 0..most).prop_map(|acts| {
        let mut at = 0;
        let place = |(gap, act)| {
            at += gap;
            (at, act)
        };
        acts.into_iter().map(place).collect()
    })
}

/// Runs the script with the clock as it is then: sleeping takes time of its own.
fn play(script: &[(u64, Act)]) -> World {
    let mut world = World::new();
    let mut slept = 0;
    for (at, act) in script {
        world.advance_to(START + slept + at);
        if let Act::Sleep(ms) = act {
            slept += ms;
        }
        world.act(act.clone());
    }
    world
}

proptest! {
    #![proptest_config(cases::config(300))]

    /// W1 to W12 and W14 are asserted by the harness after every step; W15 here.
    #[test]
    fn whatever_happens_the_invariants_hold_and_it_happens_again_alike(script in script(80)) {
        let (first, second) = (play(&script), play(&script));
        prop_assert_eq!(&first.effects, &second.effects);
    }

    /// W13: once the network answers and the provider has decided, an attempt ends within 25 s.
    #[test]
    fn an_attempt_ends_once_the_network_and_the_provider_answer(script in script(40), paid: bool) {
        let mut world = play(&script);
        let busy = |it: StateName| {
            matches!(it, StateName::Initiating | StateName::Opening | StateName::Waiting)
        };
        if !busy(world.state()) {
            return Ok(());
        }
        let order = world.checkout.order_id().map(String::from);
        let order = order.or_else(|| world.options().ok()?.order_id).unwrap_or("ORD-1".into());
        let word = if paid { "success" } else { "failed" };
        let initiate = format!(r#"{{"order_id":"{order}","redirect_url":"https://pay.example/p/1"}}"#);
        let verify = format!(r#"{{"order_id":"{order}","status":"{word}"}}"#);
        world.drop_replies();
        for (kind, body) in [(RequestKind::Initiate, initiate), (RequestKind::Verify, verify)] {
            world.act(Act::Always(kind, Some(answer(200, None, &body))));
        }
        let now = world.now;
        world.advance_to(now + 25_000);
        let state = world.state();
        prop_assert!(!busy(state), "still {state:?} after 25 s: {:#?}", world.log);
    }
}

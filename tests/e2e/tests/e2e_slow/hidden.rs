//! A shop's tab that has been hidden for long: where browsers slow timers down.

use std::time::Duration;

use malipo_e2e::browser::{Browser, Kind, Options};
use malipo_e2e::checkout::Checkout;
use malipo_e2e::display::Display;
use malipo_e2e::fault::{Answer, Fault};
use malipo_e2e::record::{Ending, Record, test_name};
use malipo_e2e::shop::{Button, Shop, furnish, page};
use malipo_e2e::stack::Stack;
use malipo_e2e::wait::{now, until};
use serde_json::Value;
use tokio::time::sleep;

const MINUTE: Duration = Duration::from_secs(60);
/// The poll's 2.5 s, the answer's way, and the second to which Chromium rounds a hidden tab's timers.
const LATEST: Duration = Duration::from_secs(4);

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_hidden_for_a_minute_tells_within_four_seconds_of_paying_by_the_stream() {
    tells_soon(MINUTE, true).await;
}

/// A minute more than Chromium waits before it lets a hidden tab's timers fire once a minute only.
#[tokio::test(flavor = "multi_thread")]
async fn a_shop_hidden_for_six_minutes_tells_within_four_seconds_of_paying_on_the_poll_alone() {
    tells_soon(6 * MINUTE, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_hidden_for_twelve_minutes_tells_within_four_seconds_of_paying_on_the_poll_alone() {
    tells_soon(12 * MINUTE, false).await;
}

/// A real window with a real second tab in front. While it is hidden no debugger is attached: a browser that is being
/// debugged may be kinder to its tabs. What happens is seen from outside, at the proxy.
async fn tells_soon(hidden: Duration, by_stream: bool) {
    let (kind, began) = (Kind::of_this_run(), now());
    let mut record = Record {
        test: test_name(),
        ending: Ending::Failed,
        saw: Vec::new(),
        took: Duration::ZERO,
    };
    record.keep(kind);
    let stack = Stack::start(false).await;
    let display = Display::open().await;
    // Closing the display ends the browser, however this test ends.
    let browser = Browser::start(&Options {
        display: Some(display.name().to_owned()),
        outlives_driver: kind == Kind::Chromium,
        ..Options::default()
    })
    .await;
    furnish(&stack.shop);
    if !by_stream {
        stack.shop.always("/pay/events", Fault::Refused);
    }
    let button = Button::for_order("ORDER-0900").html();
    stack
        .shop
        .page("/shop", page(&format!("{CONTROL}{button}")));
    stack
        .shop
        .page("/control", Answer::new(204, "text/plain", ""));

    let shop = Shop(browser.open(&format!("{}/shop", stack.shop.origin())).await);
    shop.press().await;
    let checkout = Checkout::reached(browser.other_tab(&[&shop.0]).await).await;
    shop.becomes("waiting").await;
    // In front of the shop's tab; from here on nobody looks at that one.
    checkout.0.show().await;
    let _left = match kind {
        Kind::Chromium => (Some(browser.leave_alone().await), None),
        // Its driver ends with its browser; it is asked nothing meanwhile.
        Kind::Firefox | Kind::WebKit => (None, Some(browser)),
    };
    sleep(hidden).await;
    let paid = now();
    stack.settle("succeed").await;
    let told = until(Duration::from_secs(90), async || {
        (stack.shop.count("/beacon") > 0).then(now)
    })
    .await;

    let (slowest, control) = (slowest(&stack, "/pay/verify"), slowest(&stack, "/control"));
    let late = told.map(|it| it - paid);
    // A machine that is late with everything is late with both.
    let latest = LATEST.max(control.1 + Duration::from_secs(1));
    let seen = format!(
        "told {late:?} after paying; longest time between two polls {:?}, between two requests of a plain page beside it {:?}",
        slowest.1, control.1
    );
    assert!(late.is_some_and(|it| it < latest), "{seen}");
    let polls = stack.shop.count("/pay/verify");
    let plain = stack.shop.count("/control");
    if by_stream {
        // A healthy stream's poll is slow on purpose.
        assert!(polls < plain / 2, "{polls} polls; {seen}");
    } else {
        assert!(slowest.1 < latest, "{seen}");
        assert!(plain / 2 < polls, "{polls} polls, {plain} plain; {seen}");
    }
    let told: Value = serde_json::from_str(&stack.shop.seen("/beacon")[0].body).unwrap();
    assert_eq!(told["state"], "hidden");
    assert!(
        u128::from(told["ms"].as_u64().unwrap()) >= hidden.as_millis(),
        "hidden for {told}"
    );
    record.ending = Ending::Passed;
    record.saw.push(seen);
    record.took = now() - began;
    record.keep(kind);
}

/// The longest time between two requests: how long after the first of all, and how long.
fn slowest(stack: &Stack, path: &str) -> (Duration, Duration) {
    let requests = stack.shop.seen(path);
    let gaps = requests
        .windows(2)
        .map(|it| (it[0].at - requests[0].at, it[1].at - it[0].at));
    gaps.max_by_key(|it| it.1).unwrap_or_default()
}

/// What a plain page achieves beside it: its timer, too, is armed when the fetch is done.
const CONTROL: &str =
    "<script>(async function ask() { await fetch('/control'); setTimeout(ask, 2500); })()</script>";

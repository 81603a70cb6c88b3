//! A shop's tab that has been hidden for long: where browsers slow timers down.

use std::fmt::{self, Formatter};
use std::time::Duration;

use malipo_e2e::browser::{Browser, Kind, Options};
use malipo_e2e::checkout::Checkout;
use malipo_e2e::display::Display;
use malipo_e2e::fault::{Answer, Fault};
use malipo_e2e::lateness::Lateness;
use malipo_e2e::record::{Ending, Record, test_name};
use malipo_e2e::shop::{Button, Shop, furnish, page};
use malipo_e2e::stack::Stack;
use malipo_e2e::wait::{now, until};
use serde_json::Value;
use tokio::time::sleep;

const MINUTE: Duration = Duration::from_secs(60);
/// On the poll: its 2.5 s, the answer's way, and the second to which Chromium rounds a hidden tab's timers.
const LATEST: Duration = Duration::from_secs(4);
/// By the stream, for which no timer of the page is waited: the poll that would tell of it too is 20 s away. Nobody measures
/// here how soon it is (the record says it): a machine that tests other things meanwhile takes a second.
const LATEST_BY_STREAM: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_hidden_for_a_minute_tells_of_paying_by_the_stream_before_its_next_poll() {
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
    let lateness = Lateness::watch();
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
    if by_stream {
        let polls = stack.shop.count("/pay/verify");
        let poll = until(MINUTE, async || {
            (stack.shop.count("/pay/verify") > polls).then_some(())
        });
        assert!(
            poll.await.is_some(),
            "a hidden page with a stream asks no more"
        );
    }
    let paid = now();
    stack.settle("succeed").await;
    let told = until(Duration::from_secs(90), async || {
        (stack.shop.count("/beacon") > 0).then(now)
    })
    .await;

    let seen = Seen {
        late: told.map(|it| it - paid),
        polls: stack.shop.count("/pay/verify"),
        slowest: slowest(&stack, "/pay/verify"),
        control: slowest(&stack, "/control"),
        machine: lateness.most().unwrap(),
    };
    record.ending = seen.ending(hidden, by_stream);
    record.saw.push(seen.to_string());
    record.took = now() - began;
    record.keep(kind);
    assert_ne!(record.ending, Ending::Failed, "{seen}");
    if let Ending::NotShown(why) = &record.ending {
        eprintln!("not shown: {why}");
        return;
    }
    let told: Value = serde_json::from_str(&stack.shop.seen("/beacon")[0].body).unwrap();
    assert_eq!(told["state"], "hidden");
    assert!(
        u128::from(told["ms"].as_u64().unwrap()) >= hidden.as_millis(),
        "hidden for {told}"
    );
}

/// What the proxy saw.
#[derive(Debug)]
struct Seen {
    /// How long after paying the page told of it.
    late: Option<Duration>,
    polls: usize,
    /// The longest time between two of them.
    slowest: Duration,
    /// The same of a plain page.
    control: Duration,
    machine: Duration,
}

impl Seen {
    /// The bounds are firm. Where they do not hold, and a plain page's timers were late as well, a process beside the browser,
    /// which no browser slows down, says whether the machine explains it. Then nothing is shown. A browser that slows both
    /// pages down on a machine that is in time is a failure.
    fn ending(&self, hidden: Duration, by_stream: bool) -> Ending {
        let seconds = usize::try_from(hidden.as_secs()).unwrap();
        let (latest, gap, polls) = if by_stream {
            // A healthy stream's poll is slow on purpose.
            (LATEST_BY_STREAM, Duration::MAX, 0..seconds / 6)
        } else {
            (LATEST, LATEST, seconds / 5..usize::MAX)
        };
        let holds = |excused: Duration| {
            let late = self.late.map(|it| it.saturating_sub(excused));
            late.is_some_and(|it| it < latest) && self.slowest.saturating_sub(excused) < gap
        };
        if holds(Duration::ZERO) && polls.contains(&self.polls) {
            Ending::Passed
        } else if LATEST < self.control && holds(BUDGET * self.machine) {
            Ending::NotShown(format!("the machine was late: {self}"))
        } else {
            Ending::Failed
        }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let ms = |it: Duration| format!("{} ms", it.as_millis());
        write!(
            f,
            "told {} after paying; longest time between two of {} polls {}, between two requests of a plain page beside it {}; \
             a process beside the browser was {} late at most",
            self.late.map_or("nothing".into(), ms),
            self.polls,
            ms(self.slowest),
            ms(self.control),
            ms(self.machine)
        )
    }
}

/// The longest time between two requests.
fn slowest(stack: &Stack, path: &str) -> Duration {
    let requests = stack.shop.seen(path);
    let gaps = requests.windows(2).map(|it| it[1].at - it[0].at);
    gaps.max().unwrap_or_default()
}

/// A hidden page's timers may run for 10 ms in each second: in Chromium (developer.chrome.com/blog/background_tabs, "Budget-based
/// background timer throttling") and in Firefox (`dom.timeout.background_budget_regeneration_rate`, 100; both read 2026-11-21).
/// What a busy machine holds up a task that runs is charged to the page: a millisecond costs it a hundred.
const BUDGET: u32 = 100;

/// What a plain page achieves beside it: its timer, too, is armed when the fetch is done.
const CONTROL: &str =
    "<script>(async function ask() { await fetch('/control'); setTimeout(ask, 2500); })()</script>";

#[test]
fn a_late_machine_excuses_what_it_explains_and_a_browser_that_throttles_does_not() {
    let seen = |late, slowest, control, machine_ms| Seen {
        late: Some(Duration::from_secs(late)),
        polls: 140,
        slowest: Duration::from_secs(slowest),
        control: Duration::from_secs(control),
        machine: Duration::from_millis(machine_ms),
    };
    for (seen, expected) in [
        (seen(1, 3, 3, 0), "passed"),
        (seen(1, 3, 20, 900), "passed"),
        // Both pages once a minute, on a machine that is in time, or nearly.
        (seen(40, 60, 60, 0), "failed"),
        (seen(40, 60, 60, 200), "failed"),
        // The plain page is in time: it is not the machine.
        (seen(1, 5, 3, 900), "failed"),
        (seen(5, 3, 3, 900), "failed"),
        (seen(1, 20, 19, 300), "not shown"),
    ] {
        let ending = match seen.ending(6 * MINUTE, false) {
            Ending::Passed => "passed",
            Ending::Failed => "failed",
            Ending::NotShown(_) => "not shown",
        };
        assert_eq!(ending, expected, "{seen}");
    }
    let few = Seen {
        polls: 60,
        ..seen(1, 3, 3, 0)
    };
    assert_eq!(few.ending(6 * MINUTE, false), Ending::Failed);
    assert_eq!(seen(1, 20, 3, 0).ending(MINUTE, true), Ending::Failed);
}

//! From the provider's notification to what the page hears: by its stream, and by polling alone.

use std::sync::Arc;
use std::time::Duration;

use malipo_backend_tests::wait::now;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::http::Connection;
use crate::numbers::{Times, ms};
use crate::report::{Report, Row};
use crate::scale::Scale;
use crate::shopper::{self, Listening, Order, Provider};
use crate::world::{Plan, World};

/// Measures each way in a world of its own.
pub(crate) async fn run(scale: &Scale) {
    let mut report = Report::new(
        "outcome",
        "From the provider's notification to the page",
        scale,
    );
    let pushed = pushed(scale.outcomes).await;
    let said = format!("{} payments, one at a time, on loopback", pushed.count());
    let row = |what: &str, time| Row::new(what, ms(time), "ms");
    let median = row(
        "notification to event in the stream, median",
        pushed.median(),
    );
    report.row(median.at_most(50.0).note(said));
    report.row(row(
        "notification to event in the stream, p99",
        pushed.percentile(99),
    ));
    let longest = row(
        "notification to event in the stream, longest",
        pushed.longest(),
    );
    report.row(longest.at_most(3500.0).note("no slower than by poll alone"));
    let polled = polled(scale.outcomes).await;
    let said = format!(
        "{} payments at moments of their own, asked about every 2.5 s",
        polled.count()
    );
    report.row(row(
        "notification to verify's answer by poll alone, median",
        polled.median(),
    ));
    let longest = row(
        "notification to verify's answer by poll alone, longest",
        polled.longest(),
    );
    report.row(longest.at_most(3500.0).note(said));
    let silent = silent(scale.silent).await;
    let longest = row(
        "paid to event where no notification comes, longest",
        silent.longest(),
    );
    report.row(
        longest.note("the server asks the provider while somebody listens, by default every 2.5 s"),
    );
    report.write();
}

/// One payment at a time: what it takes by itself.
async fn pushed(payments: u64) -> Times {
    let world = World::start(Plan::MANY).await;
    let server = world.server().address;
    let orders = shopper::begin_all(server, 1, payments, 8).await;
    let provider = Provider::of(&world).await;
    let mut times = Vec::new();
    for order in &orders {
        let listening = Listening::open(server, order, None).await.unwrap();
        let heard = tokio::spawn(listening.outcome());
        let sent = provider.pay_and_tell(order).await.unwrap();
        let (status, at) = heard.await.unwrap().unwrap();
        assert_eq!(status, "success");
        times.push(at.duration_since(sent));
    }
    Times::new(times)
}

/// As the widget polls: the next question so long after the last answer.
async fn polled(payments: u64) -> Times {
    let world = World::start(Plan::MANY).await;
    let server = world.server().address;
    let orders = shopper::begin_all(server, 1, payments, 8).await;
    let provider = Arc::new(Provider::of(&world).await);
    let mut tasks = JoinSet::new();
    for (number, order) in orders.into_iter().enumerate() {
        let provider = Arc::clone(&provider);
        let wait = spread(number, payments);
        tasks.spawn(async move {
            let asked = tokio::spawn(poll(server, order.clone()));
            sleep(wait).await;
            let sent = provider.pay_and_tell(&order).await.unwrap();
            asked.await.unwrap().duration_since(sent)
        });
    }
    Times::new(tasks.join_all().await)
}

async fn poll(server: std::net::SocketAddr, order: Order) -> tokio::time::Instant {
    let mut connection = Connection::open(server, None).await.unwrap();
    while shopper::verify(&mut connection, &order).await != "success" {
        sleep(POLL).await;
    }
    now()
}

/// The provider tells nobody; the shopper's open stream makes the server ask.
async fn silent(payments: u64) -> Times {
    let world = World::start(Plan::PLAIN).await;
    let server = world.server().address;
    let orders = shopper::begin_all(server, 1, payments, 8).await;
    let provider = Arc::new(Provider::of(&world).await);
    let mut tasks = JoinSet::new();
    for (number, order) in orders.into_iter().enumerate() {
        let listening = Listening::open(server, &order, None).await.unwrap();
        let heard = tokio::spawn(listening.outcome());
        let (provider, wait) = (Arc::clone(&provider), spread(number, payments));
        tasks.spawn(async move {
            sleep(wait).await;
            let paid = now();
            provider.pay(&order).await;
            let (status, at) = heard.await.unwrap().unwrap();
            assert_eq!(status, "success");
            at.duration_since(paid)
        });
    }
    Times::new(tasks.join_all().await)
}

/// Moments of payments, over two of the poll's intervals.
fn spread(number: usize, payments: u64) -> Duration {
    POLL * 2 * u32::try_from(number).unwrap() / u32::try_from(payments).unwrap()
}

/// The widget's `poll-interval`.
const POLL: Duration = Duration::from_millis(2_500);

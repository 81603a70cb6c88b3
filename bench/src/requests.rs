//! What a payment of 90 seconds costs: requests to the backend, and the backend's to the provider.

use std::net::SocketAddr;
use std::time::Duration;

use malipo_backend_tests::wait::now;
use tokio::time::{Instant, sleep, timeout_at};

use crate::http::Connection;
use crate::report::{Report, Row};
use crate::scale::Scale;
use crate::shopper::{self, Listening, Order, Provider};
use crate::world::{Plan, World};

/// Measures each way in a world of its own, at the same time: nothing here depends on how quick the machine is.
pub(crate) async fn run(scale: &Scale) {
    let mut report = Report::new("requests", "What a payment of 90 seconds costs", scale);
    let (pushed, polled, first) = tokio::join!(
        count(Way::Push, Notices::Proven, scale.payment),
        count(Way::Poll, Notices::Proven, scale.payment),
        count(Way::Push, Notices::New, scale.payment)
    );
    let lasted = format!(
        "the shopper pays after {} s; the provider notifies at once, as it did for a payment before",
        scale.payment.as_secs()
    );
    let row = |what: &str, count: usize| Row::new(what, count as f64, "").note(lasted.clone());
    report.row(row("push: streams", pushed.streams).at_most(1.0));
    report.row(row("push: other requests to the backend", pushed.requests).at_most(6.0));
    report.row(row("push: calls to the provider", pushed.calls).at_most(2.0));
    report.row(row("poll: requests to the backend", polled.requests).at_most(40.0));
    report.row(row("poll: calls to the provider", polled.calls).at_most(2.0));
    let calls = "push, the first payment of all: calls to the provider";
    report
        .row(Row::new(calls, first.calls as f64, "").note(
            "nothing shows yet that notifications come, so nobody relies on them".to_owned(),
        ));
    report.write();
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// As the widget with `events-url`: a stream, and a verify every 20 s while it is healthy.
    Push,
    /// As the widget without: a verify 2.5 s after the last one's answer.
    Poll,
}

/// Whether a payment before has shown that the provider's notifications come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notices {
    Proven,
    New,
}

#[derive(Debug)]
struct Cost {
    streams: usize,
    requests: usize,
    calls: usize,
}

async fn count(way: Way, notices: Notices, payment: Duration) -> Cost {
    let world = World::start(Plan::PLAIN).await;
    let server = world.server().address;
    let before = match notices {
        Notices::Proven => prove(&world).await,
        Notices::New => 0,
    };
    let mut connection = Connection::open(server, None).await.unwrap();
    let order = shopper::begin(&mut connection, 1).await.unwrap();
    let provider = Provider::of(&world).await;
    let page = match way {
        Way::Push => tokio::spawn(listen(server, order.clone())),
        Way::Poll => tokio::spawn(poll(connection, order.clone())),
    };
    sleep(payment).await;
    provider.pay_and_tell(&order).await.unwrap();
    let (streams, verifies) = page.await.unwrap();
    Cost {
        streams,
        requests: verifies + INITIATE,
        calls: world.sandbox.calls().await.len() - before,
    }
}

/// A payment that the provider tells of, and the time after which it counts. Gives the calls that it cost.
async fn prove(world: &World) -> usize {
    let mut connection = Connection::open(world.server().address, None)
        .await
        .unwrap();
    let order = shopper::begin(&mut connection, 2).await.unwrap();
    let provider = Provider::of(world).await;
    provider.pay_and_tell(&order).await.unwrap();
    sleep(COUNTS_AFTER).await;
    world.sandbox.calls().await.len()
}

/// How many streams and verifies it takes.
async fn listen(server: SocketAddr, order: Order) -> (usize, usize) {
    let listening = Listening::open(server, &order, None).await.unwrap();
    let mut heard = tokio::spawn(listening.outcome());
    let mut verifies = 0;
    // The stream speaks at once, and puts the first verify off.
    let mut next = later(HEALTHY);
    loop {
        let woken = timeout_at(next, &mut heard).await;
        // The server closes what is idle for 10 s; browsers open another one.
        let mut connection = Connection::open(server, None).await.unwrap();
        verifies += 1;
        if shopper::verify(&mut connection, &order).await == "success" {
            return (1, verifies);
        }
        // An outcome in the stream is checked by a verify, which must find it.
        assert!(
            woken.is_err(),
            "the stream told an outcome that verify did not know"
        );
        next = later(HEALTHY);
    }
}

async fn poll(mut connection: Connection, order: Order) -> (usize, usize) {
    let mut verifies = 0;
    loop {
        sleep(POLL).await;
        verifies += 1;
        if shopper::verify(&mut connection, &order).await == "success" {
            return (0, verifies);
        }
    }
}

fn later(wait: Duration) -> Instant {
    now() + wait
}

const INITIATE: usize = 1;
/// A notification may come until 15 s after its payment; every 2 s it is read whether they come.
const COUNTS_AFTER: Duration = Duration::from_secs(20);
/// The widget's `poll-interval`, and its pace while the stream is healthy.
const POLL: Duration = Duration::from_millis(2_500);
const HEALTHY: Duration = Duration::from_secs(20);

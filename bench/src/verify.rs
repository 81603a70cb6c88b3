//! Verify, the request of which there are most: against a handler that looks nothing up, and as the store grows.

use std::path::{Path, PathBuf};
use std::time::Duration;

use malipo_backend_tests::process::Process;
use malipo_backend_tests::wait::now;

use crate::http::Connection;
use crate::machine::Usage;
use crate::numbers::{Times, middle, ms, rounded};
use crate::report::{Report, Row, Series};
use crate::scale::Scale;
use crate::shopper::{self, Order};
use crate::world::{Plan, World, address};
use crate::{filling, world, wrk};

/// Measures one size of the store after the other.
pub(crate) async fn run(scale: &Scale) {
    let mut report = Report::new("verify", "Verify, answered from the store", scale);
    let mut world = World::start(Plan::MANY).await;
    let constant = world::constant(world.folder()).await;
    let store = world.folder().join("malipo.sqlite");
    let mut filled = 0;
    let (mut rates, mut ratios) = (Vec::new(), Vec::new());
    for orders in &scale.orders {
        println!("{orders} orders");
        world.servers[0].stop().await;
        filling::add(&store, filled + 1, *orders);
        filled = *orders;
        world.servers[0].start().await;
        let bodies = file(world.folder(), &filling::verifies(*orders, SAMPLE));
        let measured = compare(&world, &constant, &bodies, scale).await;
        tell(&mut report, &format!("{orders} orders"), &measured);
        rates.push((*orders as f64, measured.verifies));
        ratios.push((*orders as f64, measured.ratio));
    }
    let waiting = shopper::begin_all(world.server().address, 1, WAITING, 32).await;
    let lines: String = waiting
        .iter()
        .map(shopper::verify_body)
        .map(|it| it + "\n")
        .collect();
    let bodies = file(world.folder(), &lines);
    let measured = compare(&world, &constant, &bodies, scale).await;
    tell(&mut report, "an order that waits", &measured);
    tell_refusals(&mut report, &refusals(&world, waiting.as_slice()).await);
    let series = |title, y_label, points| Series {
        title,
        x_label: "orders in the store",
        y_label,
        log_x: true,
        points,
    };
    report.series(series("Verifies a second", "a second", rates));
    report.series(series("Verify against a constant answer", "ratio", ratios));
    report.write();
}

/// Refuses whoever guesses: an order that nobody has begun, and one of these with a token that is none of its own. In turns, over
/// one connection.
async fn refusals(world: &World, known: &[Order]) -> [Times; 2] {
    let mut connection = Connection::open(world.server().address, None)
        .await
        .unwrap();
    let mut times = [Vec::new(), Vec::new()];
    for guess in 0..GUESSES {
        let order = &known[guess % known.len()];
        let id = format!("GUESS{guess:09}");
        let mut pair = [(0, &id), (1, &order.id)];
        // The second of two has it easier: each is it every other time.
        pair.rotate_left(guess % 2);
        for (which, id) in pair {
            // As long as a token; each is tried once, as whoever guesses does.
            let token = format!("{guess:043}");
            let guessed = Order {
                id: id.clone(),
                token,
            };
            let began = now();
            let body = shopper::verify_body(&guessed);
            let answer = connection.post("/pay/verify", &[], body).await.unwrap();
            times[which].push(began.elapsed());
            assert_eq!(answer.status, 404, "{answer:?}");
        }
    }
    times.map(Times::new)
}

fn tell_refusals(report: &mut Report, [unknown, wrong]: &[Times; 2]) {
    let shares: [fn(&Times) -> Duration; 3] = [
        |it| it.percentile(25),
        Times::median,
        |it| it.percentile(75),
    ];
    for (share, of) in ["a quarter", "half", "three quarters"]
        .into_iter()
        .zip(shares)
    {
        let row = Row::new(
            format!("refused within, {share}: a known order to an unknown one"),
            of(wrong).as_secs_f64() / of(unknown).as_secs_f64(),
            "x",
        );
        report.row(row.note(format!(
            "{} µs, {} µs; {GUESSES} guesses each, in turns over one connection",
            rounded(ms(of(wrong)) * 1e3),
            rounded(ms(of(unknown)) * 1e3)
        )));
    }
}

struct Measured {
    verifies: f64,
    ratio: f64,
    /// The processor time of the server for one, and that of the constant answer, in microseconds.
    costs: [f64; 2],
    p99: Duration,
}

/// In turns, so that both have the same machine.
async fn compare(world: &World, constant: &Process, bodies: &Path, scale: &Scale) -> Measured {
    let server = world.server().address;
    let ids = [world.server().id(), constant.id().expect("it runs")];
    let servers = [server, address(&constant.origin)];
    // Connections of the store are opened by the first who read.
    wrk::verify(server, bodies, Duration::from_secs(1)).await;
    let (mut verifies, mut ratios, mut slow) = (Vec::new(), Vec::new(), Duration::ZERO);
    let mut costs = [Vec::new(), Vec::new()];
    for _ in 0..scale.rounds {
        let mut loads = Vec::new();
        for ((server, id), costs) in servers.into_iter().zip(ids).zip(&mut costs).rev() {
            let before = Usage::of(id);
            let load = wrk::verify(server, bodies, scale.time).await;
            costs.push(Usage::of(id).each_since(&before, load.answers()));
            loads.push(load);
        }
        let [by_constant, by_server] = loads[..] else {
            unreachable!("two take turns")
        };
        verifies.push(by_server.a_second());
        ratios.push(by_server.a_second() / by_constant.a_second());
        slow = slow.max(by_server.p99());
    }
    Measured {
        verifies: middle(verifies),
        ratio: middle(ratios),
        costs: costs.map(middle),
        p99: slow,
    }
}

fn tell(report: &mut Report, which: &str, measured: &Measured) {
    let row = |what: &str, value, unit| Row::new(format!("{which}: {what}"), value, unit);
    let ratio = row("of the rate of a constant answer", measured.ratio, "x");
    report.row(
        ratio
            .at_least(0.7)
            .note("measured in turns in the same run, wrk on the same cores"),
    );
    report.row(row("verifies", measured.verifies, "a second"));
    let [server, constant] = measured.costs;
    let cost = row("the server's processor time for a verify", server, "µs");
    report.row(cost.note(format!("a constant answer: {} µs", rounded(constant))));
    report.row(row(
        "p99 at full load, 32 connections",
        ms(measured.p99),
        "ms",
    ));
}

fn file(folder: &Path, lines: &str) -> PathBuf {
    let path = folder.join("bodies.txt");
    std::fs::write(&path, lines).unwrap();
    path
}

const GUESSES: usize = 4_000;
const SAMPLE: u64 = 10_000;
const WAITING: u64 = 1_000;

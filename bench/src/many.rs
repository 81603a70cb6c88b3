//! Many shoppers who wait at a time: what a stream costs, and how soon each hears of its payment while all are paid.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use malipo_backend_tests::wait::now;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep};

use crate::machine::have_room;
use crate::numbers::{Times, ms};
use crate::report::{Report, Row, Series};
use crate::scale::Scale;
use crate::shopper::{self, Listening, Order, Provider};
use crate::world::{Plan, World};

/// What was measured with so many streams.
#[derive(Debug)]
struct Crowd {
    streams: usize,
    bytes_a_stream: f64,
    idle_cores: f64,
    settled_in: Duration,
    latency: Times,
    cpu_ms_a_payment: f64,
    lost: Vec<String>,
}

/// Measures one size after the other, each with a server of its own.
pub(crate) async fn run(scale: &Scale) {
    let mut report = Report::new("many", "Many shoppers who wait at a time", scale);
    let mut crowds = Vec::new();
    for streams in &scale.streams {
        println!("{streams} streams");
        match crowd(*streams, scale).await {
            Ok(crowd) => {
                tell(&mut report, &crowd);
                crowds.push(crowd);
            }
            Err(why) => report.row(Row::missing(format!("{streams} streams"), "", why)),
        }
    }
    plot(&mut report, &crowds);
    report.write();
}

async fn crowd(streams: usize, scale: &Scale) -> Result<Crowd, String> {
    have_room(streams)?;
    let mut world = World::start(Plan::MANY).await;
    let count = u64::try_from(streams).unwrap();
    let server = world.server().address;
    let orders = shopper::begin_all(server, 1, count, AT_A_TIME).await;
    let provider = Provider::of(&world).await;
    // A fresh process: what the beginning left in its memory would hide a part of what streams cost.
    world.servers[0].stop().await;
    world.servers[0].start().await;
    let limit = metric(server, "malipo_event_streams_limit").await;
    if limit < count {
        return Err(format!(
            "the server lets in {limit} streams on this machine: raise the hard limit of file descriptors (`ulimit -Hn`, LimitNOFILE)"
        ));
    }
    let before = world.server().usage();
    let listening = listen(server, &orders).await?;
    let open = world.server().usage();
    sleep(scale.idle).await;
    let idle = world.server().usage();

    let began = now();
    let payments = settle(provider, &orders, listening).await;
    let after = world.server().usage();
    let mut heard = Heard::of(payments, began);
    let paid = shopper::count_paid(server, &orders).await;
    if paid != streams {
        heard.lost.push(format!("{paid} of {streams} are paid"));
    }
    let idle_ms = idle.cpu_ms - open.cpu_ms;
    Ok(Crowd {
        streams,
        bytes_a_stream: idle.memory.saturating_sub(before.memory) as f64 / streams as f64,
        idle_cores: idle_ms as f64 / ms(scale.idle),
        settled_in: heard.last.duration_since(began),
        latency: Times::new(heard.times),
        cpu_ms_a_payment: (after.cpu_ms - idle.cpu_ms) as f64 / streams as f64,
        lost: heard.lost,
    })
}

/// Opens a stream for each order, in this order.
async fn listen(server: SocketAddr, orders: &[Order]) -> Result<Vec<Listening>, String> {
    let places = Arc::new(Semaphore::new(AT_A_TIME as usize));
    let mut tasks = JoinSet::new();
    for (number, order) in orders.iter().cloned().enumerate() {
        let places = Arc::clone(&places);
        tasks.spawn(async move {
            let _place = places.acquire().await;
            let opened = Listening::open(server, &order, Some(source(number))).await;
            (number, opened)
        });
    }
    let mut all = tasks.join_all().await;
    all.sort_unstable_by_key(|it| it.0);
    all.into_iter().map(|it| it.1).collect()
}

/// What became of one payment: when its notification was sent, and what its stream told when.
type Payment = (Result<Instant, String>, Result<(String, Instant), String>);

/// Pays every order at a steady pace, whether or not the server keeps up, and waits for every outcome.
async fn settle(provider: Provider, orders: &[Order], listening: Vec<Listening>) -> Vec<Payment> {
    let mut outcomes = JoinSet::new();
    for (number, it) in listening.into_iter().enumerate() {
        outcomes.spawn(async move { (number, it.outcome().await) });
    }
    let provider = Arc::new(provider);
    let mut mixed: Vec<usize> = (0..orders.len()).collect();
    fastrand::Rng::with_seed(1).shuffle(&mut mixed);
    let mut pace = interval(Duration::from_secs(1) / PAYMENTS_A_SECOND);
    let mut payments = JoinSet::new();
    for number in mixed {
        pace.tick().await;
        let (provider, order) = (Arc::clone(&provider), orders[number].clone());
        payments.spawn(async move { (number, provider.pay_and_tell(&order).await) });
    }
    let mut sent = payments.join_all().await;
    sent.sort_unstable_by_key(|it| it.0);
    let mut outcomes = outcomes.join_all().await;
    outcomes.sort_unstable_by_key(|it| it.0);
    let both = sent.into_iter().zip(outcomes);
    both.map(|(sent, outcome)| (sent.1, outcome.1)).collect()
}

/// What the streams told.
struct Heard {
    times: Vec<Duration>,
    lost: Vec<String>,
    last: Instant,
}

impl Heard {
    fn of(payments: Vec<Payment>, began: Instant) -> Self {
        let mut heard = Self {
            times: Vec::new(),
            lost: Vec::new(),
            last: began,
        };
        for payment in payments {
            match payment {
                (Ok(sent), Ok((status, at))) if status == "success" => {
                    heard.times.push(at.duration_since(sent));
                    heard.last = heard.last.max(at);
                }
                (Ok(_), Ok((status, _))) => heard.lost.push(format!("an outcome is {status}")),
                (Err(why), _) | (Ok(_), Err(why)) => heard.lost.push(why),
            }
        }
        heard
    }
}

fn tell(report: &mut Report, crowd: &Crowd) {
    let streams = crowd.streams;
    let row = |what: &str, value, unit| Row::new(format!("{streams} streams: {what}"), value, unit);
    let memory = row("memory of each (RSS)", crowd.bytes_a_stream / 1000.0, "kB");
    report.row(if streams < MANY {
        let note = "with what the process needs for whoever comes first";
        memory.at_most(MOST_OF_FEW_KB).note(note)
    } else {
        memory.at_most(25.0)
    });
    let settled = row("all settled within", crowd.settled_in.as_secs_f64(), "s");
    let pace = format!("paid at a steady {PAYMENTS_A_SECOND} a second");
    report.row(settled.at_most(60.0).note(pace));
    let median = row(
        "notification to event, median",
        ms(crowd.latency.median()),
        "ms",
    );
    report.row(median.note("with the question to the provider and the commit in between"));
    let p99 = ms(crowd.latency.percentile(99));
    report.row(row("notification to event, p99", p99, "ms").below(100.0));
    let longest = ms(crowd.latency.longest());
    report.row(row("notification to event, longest", longest, "ms").at_most(3500.0));
    let lost = crowd.lost.first().cloned().unwrap_or_default();
    report.row(
        row("outcomes lost", crowd.lost.len() as f64, "")
            .at_most(0.0)
            .note(lost),
    );
    report.row(row("cores in use while all wait", crowd.idle_cores, ""));
    report.row(row(
        "time of a core for each payment",
        crowd.cpu_ms_a_payment,
        "ms",
    ));
}

fn plot(report: &mut Report, crowds: &[Crowd]) {
    let mut series = |title, y_label, value: fn(&Crowd) -> f64| {
        report.series(Series {
            title,
            x_label: "streams",
            y_label,
            log_x: true,
            points: crowds
                .iter()
                .map(|it| (it.streams as f64, value(it)))
                .collect(),
        });
    };
    series("Memory of a waiting stream", "kB", |it| {
        it.bytes_a_stream / 1000.0
    });
    series("Notification to event, p99", "ms", |it| {
        ms(it.latency.percentile(99))
    });
}

/// Each has its own 28,000 ports.
fn source(number: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 0, 2 + u8::try_from(number % SOURCES).unwrap_or(0))
}

/// A gauge of the server's own.
async fn metric(server: SocketAddr, name: &str) -> u64 {
    use http_body_util::BodyExt as _;
    let mut connection = crate::http::Connection::open(server, None).await.unwrap();
    let answer = connection.get("/metrics", &[]).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8_lossy(&body).into_owned();
    let mut lines = text.lines().filter_map(|it| it.strip_prefix(name));
    let value = lines.find_map(|it| it.trim().parse().ok());
    value.unwrap_or_else(|| panic!("no {name} in the server's metrics"))
}

/// RELIABILITY.md, L1, without the 100 MiB that it allows besides.
const MOST_OF_FEW_KB: f64 = 30.0;
/// Of so many and more, what the process needs at all is no part worth a look of what each needs.
const MANY: usize = 5_000;
const AT_A_TIME: u64 = 64;
/// 15,000 in 50 seconds.
const PAYMENTS_A_SECOND: u32 = 300;
const SOURCES: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_as_a_success_is_lost_and_only_the_others_are_timed() {
        let began = now();
        let told = |status: &str, ms| Ok((status.to_owned(), began + Duration::from_millis(ms)));
        let silent = || Err("ended".to_owned());
        let heard = Heard::of(
            vec![
                (Ok(began), told("success", 20)),
                (Ok(began), told("failed", 30)),
                (Ok(began), silent()),
                (Err("refused".to_owned()), told("success", 40)),
            ],
            began,
        );
        assert_eq!(heard.times, [Duration::from_millis(20)]);
        assert_eq!(heard.lost, ["an outcome is failed", "ended", "refused"]);
        assert_eq!(heard.last.duration_since(began).as_millis(), 20);
    }
}

//! `malipo-simulation`: lives through worlds. `make simulate`, `make worlds`, `make soak` and `make planted` call it.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use malipo_simulation::catch::Caught;
use malipo_simulation::live::{invariant, live};
use malipo_simulation::many::{Sum, Wish, live_many};
use malipo_simulation::planted::{Planted, breaks};
use malipo_simulation::provider::Kind;
use malipo_simulation::shrink::{command, shrink};
use malipo_simulation::world::Plan;
use malipo_simulation::{catch, exhaustive, report};

#[derive(Parser)]
#[command(about = "Simulated worlds of shoppers, servers and a provider")]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Many worlds, until there are enough steps.
    Worlds {
        /// How many steps.
        #[arg(long, default_value_t = 10_000_000)]
        steps: u64,
        /// The first seed.
        #[arg(long, default_value_t = 1)]
        from: u64,
        /// How many threads.
        #[arg(long, default_value_t = 2)]
        threads: usize,
    },
    /// One world and its story; a failing one is made smaller first.
    One {
        /// Its seed.
        #[arg(long)]
        seed: u64,
        /// Kinds of trouble that are taken out, as the shrinker names them (hexadecimal).
        #[arg(long, default_value = "0")]
        without: String,
        /// At most so many shoppers.
        #[arg(long)]
        shoppers: Option<usize>,
        /// This provider alone, in place of those that the seed draws: joyndpay, jopay or jenga.
        #[arg(long, value_parser = provider)]
        provider: Option<Kind>,
        /// With this bug planted.
        #[arg(long)]
        planted: Option<String>,
    },
    /// Worlds for a long time, and a report.
    Soak {
        /// How long.
        #[arg(long)]
        minutes: u64,
        /// The first seed.
        #[arg(long, default_value_t = 1_000_000)]
        from: u64,
        /// The document that takes the report.
        #[arg(long)]
        report: Option<PathBuf>,
        /// The day and the commit, for the report.
        #[arg(long, default_value = "")]
        on: String,
    },
    /// The widget's machine, exhaustively, and its diagram.
    States {
        /// The document that takes the diagram.
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// Every planted bug, and how it is caught.
    Planted {
        /// The document that takes the table.
        #[arg(long)]
        report: Option<PathBuf>,
        /// This bug alone.
        #[arg(long)]
        only: Option<String>,
        /// At most so many worlds for each, before the searches; and after them thirty times as many.
        #[arg(long, default_value_t = 2_000)]
        worlds: u64,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().what {
        What::Worlds {
            steps,
            from,
            threads,
        } => worlds(steps, from, threads),
        What::One {
            seed,
            without,
            shoppers,
            provider,
            planted,
        } => one(seed, &without, shoppers, provider, planted.as_deref()),
        What::Soak {
            minutes,
            from,
            report,
            on,
        } => soak(minutes, from, report, &on),
        What::States { report } => states(report),
        What::Planted {
            report,
            only,
            worlds,
        } => planted(report, only.as_deref(), worlds),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            println!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn worlds(steps: u64, from: u64, threads: usize) -> Result<(), String> {
    let sum = live_many(Wish {
        from,
        steps,
        time: Duration::MAX,
        threads,
    });
    println!("{}", report::in_short(&sum));
    judged(&sum)
}

fn judged(sum: &Sum) -> Result<(), String> {
    let Some((seed, failure)) = sum.failed.first() else {
        return Ok(());
    };
    for (seed, failure) in &sum.failed {
        println!("seed {seed}: {failure}");
    }
    Err(told(&Plan::of(*seed), None, failure))
}

/// The smallest world that fails so, as a story.
fn told(plan: &Plan, planted: Option<Planted>, failure: &str) -> String {
    let mut small = shrink(plan, planted, failure);
    small.tells = true;
    let outcome = live(&small, planted);
    let failure = outcome.failure.unwrap_or_default();
    let story = outcome.story.join("\n");
    format!("{story}\n\n{failure}\n\nsee it again: {}", command(&small))
}

fn one(
    seed: u64,
    without: &str,
    shoppers: Option<usize>,
    provider: Option<Kind>,
    planted: Option<&str>,
) -> Result<(), String> {
    let without = u64::from_str_radix(without, 16).map_err(|it| format!("--without: {it}"))?;
    let planted = planted.map(named).transpose()?;
    let plan = Plan {
        seed,
        without,
        shoppers: shoppers.unwrap_or(usize::MAX),
        provider,
        tells: true,
    };
    let outcome = live(&plan, planted);
    match outcome.failure {
        None => {
            println!("{}", outcome.story.join("\n"));
            println!("{:?}", outcome.report);
            Ok(())
        }
        Some(failure) => Err(told(&plan, planted, &failure)),
    }
}

fn soak(minutes: u64, from: u64, file: Option<PathBuf>, on: &str) -> Result<(), String> {
    let sum = live_many(Wish {
        from,
        steps: u64::MAX,
        time: Duration::from_secs(minutes * 60),
        threads: 1,
    });
    println!("{}", report::in_short(&sum));
    if let Some(file) = file {
        report::insert(&file, "soak", &report::tables(&sum, from, on))?;
    }
    judged(&sum)
}

fn states(file: Option<PathBuf>) -> Result<(), String> {
    let found = exhaustive::search();
    println!(
        "{} states, {} steps; without an end: {}",
        found.states,
        found.steps,
        found.without_end.len()
    );
    let attempt = exhaustive::attempts::search();
    println!(
        "{} states of an attempt, {} answers of a provider",
        attempt.states, attempt.steps
    );
    if let Some(file) = file {
        report::insert(&file, "states", &exhaustive::diagram(&found))?;
    }
    match found.without_end.first() {
        None => Ok(()),
        Some(name) => Err(format!("no end can be reached from: {name}")),
    }
}

fn planted(file: Option<PathBuf>, only: Option<&str>, worlds: u64) -> Result<(), String> {
    let mut table = String::from(
        "| bug | what it does | caught by | worlds | steps | ms |\n| --- | --- | --- | ---: | ---: | ---: |\n",
    );
    let mut missed = Vec::new();
    for (bug, name, what) in Planted::all() {
        if only.is_some_and(|it| it != name) {
            continue;
        }
        let (by, row) = row(bug, worlds);
        let expected = breaks(name);
        if !expected.contains(&by.as_str()) {
            missed.push(format!("{name} (by {by}, and not by {expected:?})"));
        }
        let row = format!("| {name} | {what} | {row}");
        println!("{row}");
        table.push_str(&row);
        table.push('\n');
    }
    if let Some(file) = file {
        report::insert(&file, "planted", &table)?;
    }
    if missed.is_empty() {
        Ok(())
    } else {
        Err(format!("not caught: {}", missed.join(", ")))
    }
}

/// What catches a bug, and after how long: worlds, else a search, else many more worlds.
fn row(bug: Planted, worlds: u64) -> (String, String) {
    if let Some(it) = catch::catch(bug, worlds) {
        return found(&it);
    }
    if let Some(failure) = catch::catch_by_search(bug) {
        let (by, worlds) = (invariant(&failure), report::thousands(worlds));
        let row = format!("{by}, by the search | none of {worlds} | | |");
        return (by, row);
    }
    let worlds = worlds.saturating_mul(MORE_FOR_WHAT_IS_RARE);
    catch::catch(bug, worlds).map_or_else(
        || {
            let worlds = report::thousands(worlds);
            let row = format!("**not caught** | {worlds} | | |");
            ("nothing".to_owned(), row)
        },
        |it| found(&it),
    )
}

fn found(it: &Caught) -> (String, String) {
    let by = invariant(&it.failure);
    let row = format!(
        "{by} | {} | {} | {} |",
        report::thousands(it.worlds),
        report::thousands(it.steps),
        report::thousands(u64::try_from(it.took.as_millis()).unwrap_or(u64::MAX)),
    );
    (by, row)
}

fn provider(name: &str) -> Result<Kind, String> {
    Kind::named(name).ok_or_else(|| "accepted: joyndpay, jopay, jenga".to_owned())
}

fn named(name: &str) -> Result<Planted, String> {
    let all = Planted::all();
    let found = all.iter().find(|it| it.1 == name).map(|it| it.0);
    found.ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|it| it.1).collect();
        format!("no bug is called {name}; there are: {}", names.join(", "))
    })
}

/// A few bugs show once in ten thousand worlds.
const MORE_FOR_WHAT_IS_RARE: u64 = 30;

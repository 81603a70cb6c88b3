//! `malipo-bench`: what the backend costs and how quick it is, measured with the real programs. `make bench` calls it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is the benchmark's failure"
)]
#![expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "measurements, and no money"
)]
#![expect(clippy::print_stdout, reason = "a program for the command line")]

mod constant;
mod filling;
mod functions;
mod http;
mod initiate;
mod instances;
mod machine;
mod many;
mod numbers;
mod outcome;
mod report;
mod requests;
mod scale;
mod shopper;
mod sse;
mod verify;
mod world;
mod wrk;

use clap::{Parser, Subcommand};

use crate::scale::Scale;

/// Benchmarks of the backend: real servers beside a real sandbox. No money moves.
#[derive(Parser)]
struct Arguments {
    /// Little of everything
    #[arg(long, global = true)]
    quick: bool,
    /// Ends when its standard input does: for a program that starts it
    #[arg(long, global = true, hide = true)]
    exit_with_stdin: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// All of them
    All,
    /// From the provider's notification to the page, by stream and by poll
    Outcome,
    /// What a payment of 90 s costs the backend and the provider
    Requests,
    /// Verify against a constant answer, as the store grows
    Verify,
    /// Initiate against bare commits, on SQLite and on PostgreSQL
    Initiate,
    /// Two servers on one PostgreSQL
    Instances,
    /// Reads what `cargo bench -p malipo-bench` measured of single functions
    Functions,
    /// Answers every verify with the same words: what `verify` compares with
    #[command(hide = true)]
    Constant,
    /// Thousands of waiting streams, and all of them paid
    Many {
        /// How many: 1000,5000,15000
        #[arg(long, value_delimiter = ',')]
        streams: Vec<usize>,
    },
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let mut scale = if arguments.quick {
        Scale::quick()
    } else {
        Scale::full()
    };
    machine::raise_descriptors();
    match arguments.command {
        Command::All => all(&scale).await,
        Command::Outcome => outcome::run(&scale).await,
        Command::Requests => requests::run(&scale).await,
        Command::Verify => verify::run(&scale).await,
        Command::Initiate => initiate::run(&scale).await,
        Command::Instances => instances::run(&scale).await,
        Command::Functions => functions::run(&scale),
        Command::Constant => constant::serve(arguments.exit_with_stdin).await,
        Command::Many { streams } => {
            if !streams.is_empty() {
                scale.streams = streams;
            }
            many::run(&scale).await;
        }
    }
}

async fn all(scale: &Scale) {
    // Some twenty requests over 90 seconds: nothing beside it is disturbed, and nobody waits for it.
    let counting = scale.clone();
    let counted = tokio::spawn(async move { requests::run(&counting).await });
    outcome::run(scale).await;
    verify::run(scale).await;
    initiate::run(scale).await;
    instances::run(scale).await;
    many::run(scale).await;
    counted.await.unwrap();
}

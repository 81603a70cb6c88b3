//! `malipo-backend-tests`: the long runs. `make conformance`, `make kill-test` and `make quota-test` call it.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the command line"
)]

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use malipo_backend_tests::conformance;
use malipo_backend_tests::database::Kind;
use malipo_backend_tests::killing::{self, Orders};
use malipo_backend_tests::quota::{self, Crowd};

/// Long tests of the backend: real servers beside a real sandbox. No money moves.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Every provider times every trouble; prints the table.
    Conformance,
    /// `kill -9` of the server at random moments under load; then the records must equal the sandbox's ledger.
    KillTest {
        /// How often.
        #[arg(long, default_value_t = 1000)]
        kills: u32,
        /// On which store.
        #[arg(long, value_enum, default_value = "sqlite")]
        store: Kind,
        /// The power fails each time, too, on SQLite: what was not synced is lost.
        #[arg(long)]
        power: bool,
        /// Chooses what happens; random, and printed, where it is not given.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Pending JoPay orders without a notification: never more than 60 calls in any minute.
    QuotaTest {
        /// How many orders.
        #[arg(long, default_value_t = 5000)]
        orders: u64,
        /// How long the provider's log is watched.
        #[arg(long, default_value_t = 240)]
        seconds: u64,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Conformance => {
            let table = conformance::run().await;
            println!("\n{table}");
            if !table.is_good() {
                return ExitCode::FAILURE;
            }
        }
        Command::KillTest {
            kills,
            store,
            power,
            seed,
        } => {
            if power && store != Kind::Sqlite {
                eprintln!(
                    "--power: {} keeps no file that can be robbed of it; accepted: --store sqlite",
                    store.name()
                );
                return ExitCode::FAILURE;
            }
            let seed = seed.unwrap_or_else(|| fastrand::u64(0..1_000_000));
            println!("{kills} kills on {}, seed {seed}", store.name());
            match killing::run(Orders {
                kills,
                store,
                power,
                seed,
            })
            .await
            {
                Ok(report) => println!("{report}\nThe records equal the ledger."),
                Err(report) => {
                    eprintln!("{report}");
                    return ExitCode::FAILURE;
                }
            }
        }
        Command::QuotaTest { orders, seconds } => match quota::run(Crowd { orders, seconds }).await
        {
            Ok(said) => println!("{said}"),
            Err(said) => {
                eprintln!("WRONG: {said}");
                return ExitCode::FAILURE;
            }
        },
    }
    ExitCode::SUCCESS
}

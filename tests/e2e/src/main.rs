//! `malipo-e2e screenshots`: photographs the demo shop into `docs/screenshots`.
#![expect(clippy::print_stderr, reason = "a program for the command line")]

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if arguments != ["screenshots"] {
        eprintln!(
            "usage: malipo-e2e screenshots    photographs the demo shop into docs/screenshots"
        );
        return ExitCode::FAILURE;
    }
    malipo_e2e::screenshots::take().await;
    ExitCode::SUCCESS
}

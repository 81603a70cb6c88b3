//! What writes into `docs/`: `malipo-e2e screenshots` photographs the demo shop, `malipo-e2e csp` tries the widget under every
//! content security policy of `docs/csp.md`.
#![expect(clippy::print_stderr, reason = "a program for the command line")]

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["csp"] if malipo_e2e::policies::measure() => ExitCode::SUCCESS,
        ["csp"] => ExitCode::FAILURE,
        ["screenshots"] => {
            malipo_e2e::screenshots::take();
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!(
                "usage: malipo-e2e screenshots    photographs the demo shop into docs/screenshots\n       \
                 malipo-e2e csp            tries every policy with every shape, and writes the table in docs/csp.md"
            );
            ExitCode::FAILURE
        }
    }
}

//! The program. What its command line takes stands in `cli`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the command line speaks on stdout and stderr"
)]

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}

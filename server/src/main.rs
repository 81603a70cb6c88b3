//! The program. What its command line takes stands in `cli`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the command line speaks on stdout and stderr"
)]

mod cli;

/// The system's own took a fifth of the instructions of a verify.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}

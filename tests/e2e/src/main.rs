//! What writes into `docs/`.
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program for the command line"
)]

use std::path::Path;
use std::process::ExitCode;

use malipo_e2e::catalogue;
use malipo_e2e::table::Table;

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
        ["tests", browser] => {
            println!("{}", catalogue::tests(browser == "webkit").join("\n"));
            ExitCode::SUCCESS
        }
        ["table", folder] => write_table(Path::new(folder)),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::FAILURE
        }
    }
}

fn write_table(folder: &Path) -> ExitCode {
    let table = Table::read(folder);
    table.write();
    let complaints = table.complaints();
    for it in &complaints {
        eprintln!("{it}");
    }
    if complaints.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

const USAGE: &str = "usage: malipo-e2e screenshots    photographs the demo shop into docs/screenshots
       malipo-e2e csp            tries every policy with every shape, and writes the table in docs/csp.md
       malipo-e2e tests BROWSER  lists the tests of docs/browsers.md that are run in a browser
       malipo-e2e table FOLDER   writes docs/browsers.md from what a run of them left in RECORD_INTO=FOLDER";

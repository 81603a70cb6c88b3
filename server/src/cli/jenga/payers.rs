//! The payers of a link, from a file: a command line is read by everyone on the machine.

use std::path::Path;

use anyhow::Context as _;
use malipo_server::payment::link::payers;
use malipo_wire::Customer;

/// Reads the file, or standard input where it is `-`.
///
/// # Errors
/// With the line that is wrong. What stands there is not repeated.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Customer>> {
    let shown = path.display();
    let payers = if path == Path::new("-") {
        payers::read(std::io::stdin().lock())
    } else {
        let file = std::fs::File::open(path).with_context(|| format!("--payers: {shown}"))?;
        payers::read(file)
    };
    payers.with_context(|| {
        format!(
            "--payers: {shown}: accepted: CSV in UTF-8, with name,email,phone as its first line"
        )
    })
}

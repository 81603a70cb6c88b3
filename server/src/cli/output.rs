//! What commands print: lines, tables and JSON on stdout, without anything that a terminal would obey.

use std::io::Write as _;

use anyhow::Context as _;
use comfy_table::{ContentArrangement, Table, presets};
use malipo_server::clock::UnixMs;

/// Writes a text and a line's end.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("stdout")
}

/// Without what a terminal would obey.
pub(super) fn clean(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).collect()
}

/// Columns under their names, or one sentence where there is no row.
pub(super) fn table<const COLUMNS: usize>(
    names: [&str; COLUMNS],
    rows: Vec<[String; COLUMNS]>,
    none: &str,
) -> String {
    if rows.is_empty() {
        return none.to_owned();
    }
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        // One line a row, however narrow the terminal is: other programs read it, too.
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(names);
    for row in rows {
        table.add_row(row.map(|it| clean(&it)));
    }
    let lines: Vec<String> = table.lines().map(|it| it.trim().to_owned()).collect();
    lines.join("\n")
}

/// `2026-11-21T04:32:40.123Z`, or `-` where there is no such moment.
pub(super) fn moment(at: Option<UnixMs>) -> String {
    at.map_or_else(none, UnixMs::to_rfc3339)
}

/// A text, or `-`.
pub(super) fn or_none(text: Option<&str>) -> String {
    text.map_or_else(none, clean)
}

fn none() -> String {
    "-".to_owned()
}

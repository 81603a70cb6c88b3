//! What worlds came to, for people: on the screen, and as tables between markers in the documents.

use std::fmt::Write as _;
use std::path::Path;

use crate::many::Sum;
use crate::mix::Fault;
use crate::provider::Kind;

/// One paragraph.
#[must_use]
pub fn in_short(sum: &Sum) -> String {
    let seconds = sum.took.as_secs().max(1);
    format!(
        "{} steps in {} worlds in {seconds} s ({} a second); {} payments, {} paid; {} h of the worlds' time; seeds failed: {}",
        thousands(sum.report.steps),
        thousands(sum.worlds),
        thousands(sum.report.steps / seconds),
        thousands(sum.report.payments),
        thousands(sum.report.paid),
        thousands(sum.report.virtual_ms / 3_600_000),
        sum.failed.len(),
    )
}

/// A long run as tables.
#[must_use]
pub fn tables(sum: &Sum, from: u64, on: &str) -> String {
    let mut text = String::new();
    let minutes = sum.took.as_secs() / 60;
    let report = &sum.report;
    let last = from + sum.worlds.saturating_sub(1);
    writeln!(
        text,
        "{on}: {minutes} minutes in one thread, seeds {from} to {last}.\n"
    )
    .unwrap();
    for (what, number) in [
        ("worlds", sum.worlds),
        ("steps", report.steps),
        ("payments begun at the provider", report.payments),
        ("payments paid there", report.paid),
        ("hours of the worlds' time", report.virtual_ms / 3_600_000),
        ("seeds failed", sum.failed.len() as u64),
    ] {
        writeln!(text, "- {what}: {}", thousands(number)).unwrap();
    }
    for (seed, failure) in &sum.failed {
        writeln!(text, "- seed {seed}: {failure}").unwrap();
    }
    text.push_str("\n| invariant | times checked |\n| --- | ---: |\n");
    for (name, times) in &report.checked {
        writeln!(text, "| {name} | {} |", thousands(*times)).unwrap();
    }
    text.push_str("\n| provider | payments begun | paid |\n| --- | ---: | ---: |\n");
    for (kind, [begun, paid]) in Kind::ALL.iter().zip(&report.at) {
        let (begun, paid) = (thousands(*begun), thousands(*paid));
        writeln!(text, "| {} | {begun} | {paid} |", kind.as_str()).unwrap();
    }
    text.push_str(
        "\n| trouble | times | joyndpay | jopay | jenga |\n| --- | ---: | ---: | ---: | ---: |\n",
    );
    let rows = report.injected.iter().zip(&report.injected_at);
    for (fault, (times, at)) in Fault::ALL.iter().zip(rows) {
        let cell = |kind: Kind| match fault.is_at(kind) {
            true => thousands(at[kind as usize]),
            false => String::new(),
        };
        let [joyndpay, jopay, jenga] = Kind::ALL.map(cell);
        let (name, times) = (fault.as_str(), thousands(*times));
        writeln!(
            text,
            "| {name} | {times} | {joyndpay} | {jopay} | {jenga} |"
        )
        .unwrap();
    }
    text
}

/// Replaces what stands between `<!-- name: begin -->` and `<!-- name: end -->` in a file.
///
/// # Errors
/// Where the file cannot be read or written, or has no such markers.
pub fn insert(file: &Path, name: &str, text: &str) -> Result<(), String> {
    let old = std::fs::read_to_string(file).map_err(|it| format!("{}: {it}", file.display()))?;
    let new = inserted(&old, name, text)
        .ok_or_else(|| format!("{}: has no markers of {name}", file.display()))?;
    std::fs::write(file, new).map_err(|it| format!("{}: {it}", file.display()))
}

/// The text with something else between the markers.
#[must_use]
pub fn inserted(old: &str, name: &str, text: &str) -> Option<String> {
    let (begin, end) = (
        format!("<!-- {name}: begin -->\n"),
        format!("<!-- {name}: end -->"),
    );
    let (head, rest) = old.split_once(&begin)?;
    let (_, tail) = rest.split_once(&end)?;
    Some(format!("{head}{begin}\n{}\n\n{end}{tail}", text.trim()))
}

/// 1234567 as 1,234,567.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if 0 < index && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

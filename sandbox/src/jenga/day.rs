//! Days and times as Jenga writes them: East Africa Time, three hours ahead of UTC all year.
//!
//! In which zone a link's expiry date and a notification's time are meant is not documented; Nairobi is this program's choice,
//! as is that a link is payable until the end of its expiry date.

use time::{
    Date, Duration, OffsetDateTime, UtcOffset,
    format_description::BorrowedFormatItem,
    macros::{format_description, offset},
};

/// Reads `yyyy-MM-dd`.
pub(super) fn read(text: &str) -> Option<Date> {
    Date::parse(text, DAY).ok().filter(|it| write(*it) == text)
}

/// Writes `yyyy-MM-dd`.
pub(super) fn write(day: Date) -> String {
    day.format(DAY).unwrap_or_default()
}

/// For people: "31 Dec 2026".
pub(super) fn spell(day: Date) -> String {
    let format = format_description!("[day padding:none] [month repr:short] [year]");
    day.format(format).unwrap_or_default()
}

/// The day in Nairobi.
pub(super) fn today(now_ms: u64) -> Date {
    at(now_ms, NAIROBI).date()
}

/// The day before today in Nairobi.
pub(super) fn yesterday(now_ms: u64) -> Date {
    today(now_ms).saturating_sub(Duration::DAY)
}

/// `yyyy-MM-dd HH:mm:ss` in Nairobi, as in a notification.
pub(super) fn local_time(now_ms: u64) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    at(now_ms, NAIROBI).format(format).unwrap_or_default()
}

/// As `local_time`, with milliseconds: the form of the transaction details.
pub(super) fn local_time_ms(now_ms: u64) -> String {
    let format =
        format_description!("[year]-[month]-[day] [hour]:[minute]:[second].[subsecond digits:3]");
    at(now_ms, NAIROBI).format(format).unwrap_or_default()
}

/// `yyyy-MM-ddTHH:mm:ssZ`, as in the answer to an authentication.
pub(super) fn utc_time(now_ms: u64) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    at(now_ms, UtcOffset::UTC)
        .format(format)
        .unwrap_or_default()
}

fn at(now_ms: u64, offset: UtcOffset) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(now_ms) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .to_offset(offset)
}

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const NAIROBI: UtcOffset = offset!(+3);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_documented_and_in_no_other_way() {
        for (text, good) in [
            ("2026-12-31", true),
            ("2028-02-29", true),
            ("2027-02-29", false),
            ("2026-13-01", false),
            ("2026-1-1", false),
            ("31-12-2026", false),
            ("2026-12-31T00:00:00", false),
            ("+2026-12-31", false),
            ("", false),
        ] {
            assert_eq!(
                read(text).map(write).as_deref() == Some(text),
                good,
                "{text}"
            );
        }
    }

    #[test]
    fn the_day_turns_in_nairobi() {
        // 2023-10-11 20:59:59.999 UTC, and a millisecond later.
        let before = 1_697_057_999_999;
        assert_eq!(write(today(before)), "2023-10-11");
        assert_eq!(write(today(before + 1)), "2023-10-12");
        assert_eq!(write(yesterday(before + 1)), "2023-10-11");
        assert_eq!(spell(today(before)), "11 Oct 2023");
        assert_eq!(local_time(before), "2023-10-11 23:59:59");
        assert_eq!(local_time_ms(before), "2023-10-11 23:59:59.999");
        assert_eq!(utc_time(before), "2023-10-11T20:59:59Z");
    }
}

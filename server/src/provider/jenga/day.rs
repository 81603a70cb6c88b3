//! Days as Jenga counts them: in Nairobi, three hours before UTC, all year round.

use crate::clock::{HOUR_MS, UnixMs};

/// The day at this moment in Nairobi, and so many days later.
pub(super) fn day(now: UnixMs, later: u32) -> Option<time::Date> {
    let there = now.plus_ms(OFFSET_MS);
    let seconds = there.0.div_euclid(1_000);
    let date = time::OffsetDateTime::from_unix_timestamp(seconds).ok()?;
    date.date().checked_add(time::Duration::days(later.into()))
}

/// `yyyy-MM-dd`.
pub(super) fn written(day: time::Date) -> String {
    let (year, month, day) = (day.year(), u8::from(day.month()), day.day());
    format!("{year:04}-{month:02}-{day:02}")
}

/// Reads `yyyy-MM-dd`; `None` where it is no day.
pub(super) fn read(text: &str) -> Option<time::Date> {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let good = [(year, 4), (month, 2), (day, 2)]
        .iter()
        .all(|(it, length)| it.len() == *length && it.bytes().all(|it| it.is_ascii_digit()));
    let month: u8 = month.parse().ok().filter(|_| good)?;
    let month = time::Month::try_from(month).ok()?;
    time::Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

/// The last moment of a day there.
pub(super) fn end(day: time::Date) -> UnixMs {
    let midnight = day.midnight().assume_utc().unix_timestamp();
    UnixMs(midnight.saturating_mul(1_000))
        .plus_ms(24 * HOUR_MS - 1)
        .plus_ms(-OFFSET_MS)
}

/// Kenya has no summer time.
const OFFSET_MS: i64 = 3 * HOUR_MS;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_three_hours_before_utc() {
        for (now, today) in [
            ("2026-11-21T20:59:59.999Z", "2026-11-21"),
            ("2026-11-21T21:00:00.000Z", "2026-11-22"),
            ("2026-12-31T22:00:00.000Z", "2027-01-01"),
        ] {
            let now = UnixMs::from_rfc3339(now).unwrap();
            assert_eq!(written(day(now, 0).unwrap()), today);
        }
        let now = UnixMs::from_rfc3339("2028-02-28T12:00:00Z").unwrap();
        let leap = day(now, 1).unwrap();
        assert_eq!(read("2028-02-29"), Some(leap));
        for wrong in [
            "2027-02-29",
            "2028-2-29",
            "2028-02-29-1",
            "28-02-29",
            "+028-02-29",
            "",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(written(leap), "2028-02-29");
        assert_eq!(end(leap).to_rfc3339(), "2028-02-29T20:59:59.999Z");
    }
}

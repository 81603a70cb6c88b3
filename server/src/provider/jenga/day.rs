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
        assert_eq!(written(leap), "2028-02-29");
        assert_eq!(end(leap).to_rfc3339(), "2028-02-29T20:59:59.999Z");
    }
}

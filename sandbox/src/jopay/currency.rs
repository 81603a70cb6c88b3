//! The 28 currencies of JoPay, what an amount in them looks like, and what it is in USDC.

/// A currency that merchants can have.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Currency {
    /// ISO 4217.
    pub(super) code: &'static str,
    /// How many decimals its minor unit is: 0 or 2.
    decimals: u32,
    /// Ten-thousandths of it for one USDC.
    rate: u32,
}

/// The currency with this ISO code, in upper case.
pub(super) fn find(code: &str) -> Option<&'static Currency> {
    ALL.iter().find(|it| it.code == code)
}

impl Currency {
    /// What `minor` units are in millionths of a USDC, rounded down as documented: `floor(fiat / rate x 10^6)`.
    pub(super) fn usdc_micro(&self, minor: u32) -> u64 {
        // The rate is at most 2^25 and a minor unit at least a hundredth, so the product fits: 2^31 x 10^10 < 2^65 < 2^128.
        let scaled = u128::from(minor) * u128::from(MICRO) * 10_000;
        let micro = scaled / (u128::from(self.rate) * 10_u128.pow(self.decimals));
        u64::try_from(micro).unwrap_or(u64::MAX)
    }

    /// `minor` units as text in major units: "25.00", or "2500" where there is no minor unit.
    pub(super) fn major(&self, minor: u64) -> String {
        fixed(minor, self.decimals)
    }

    /// For people: "EUR 1,250.00".
    pub(super) fn shown(&self, minor: u64) -> String {
        format!("{} {}", self.code, grouped(&self.major(minor)))
    }
}

/// Millionths of a USDC for people: "1,250.000000".
pub(super) fn usdc_shown(micro: u64) -> String {
    grouped(&fixed(micro, 6))
}

fn fixed(units: u64, decimals: u32) -> String {
    if decimals == 0 {
        return units.to_string();
    }
    let one = 10_u64.pow(decimals);
    let width = usize::try_from(decimals).unwrap_or_default();
    format!("{}.{:0width$}", units / one, units % one)
}

/// Puts a comma before every third digit of the whole part.
fn grouped(plain: &str) -> String {
    let whole = plain.find('.').unwrap_or(plain.len());
    let mut grouped = String::new();
    for (at, digit) in plain.char_indices() {
        if (1..whole).contains(&at) && (whole - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

const MICRO: u32 = 1_000_000;

/// What partners have unless they choose another.
pub(super) const USD: Currency = two("USD", 10_000);

const fn two(code: &'static str, rate: u32) -> Currency {
    Currency {
        code,
        decimals: 2,
        rate,
    }
}

const fn none(code: &'static str, rate: u32) -> Currency {
    Currency {
        code,
        decimals: 0,
        rate,
    }
}

/// From the provider's settings page (2026-11-21): 28 currencies, of which JPY, KRW and CLP have no minor unit; COP has two
/// decimals there. The rates are made up and never move.
const ALL: &[Currency] = &[
    two("AED", 36_725),
    two("ARS", 14_500_000),
    two("AUD", 15_300),
    two("BRL", 54_000),
    two("CAD", 13_900),
    two("CHF", 8_000),
    none("CLP", 9_500_000),
    two("CNY", 71_000),
    two("COP", 40_000_000),
    two("CZK", 210_000),
    two("DKK", 64_000),
    two("EUR", 8_600),
    two("GBP", 7_500),
    two("HKD", 78_000),
    two("HUF", 3_350_000),
    two("ILS", 33_000),
    two("INR", 880_000),
    none("JPY", 1_500_000),
    none("KRW", 14_000_000),
    two("MXN", 185_000),
    two("NOK", 100_000),
    two("NZD", 17_200),
    two("PEN", 35_000),
    two("PLN", 36_500),
    two("SEK", 95_000),
    two("SGD", 12_900),
    USD,
    two("ZAR", 175_000),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, minor: u32, micro: u64, shown: &str) {
        let currency = find(code).unwrap();
        assert_eq!(currency.usdc_micro(minor), micro, "{code}");
        assert_eq!(currency.shown(minor.into()), shown);
    }

    #[test]
    fn amounts_are_exact_and_rounded_down() {
        check("USD", 2500, 25_000_000, "USD 25.00");
        check("USD", 1, 10_000, "USD 0.01");
        // 25 / 0.86 = 29.06976744...
        check("EUR", 2500, 29_069_767, "EUR 25.00");
        check("EUR", 123_456_789, 1_435_544_058_139, "EUR 1,234,567.89");
        // Whole yen: 2500 / 150 = 16.666...
        check("JPY", 2500, 16_666_666, "JPY 2,500");
        check("COP", 1, 2, "COP 0.01");
        check(
            "USD",
            2_147_483_647,
            21_474_836_470_000,
            "USD 21,474,836.47",
        );
        check(
            "JPY",
            2_147_483_647,
            14_316_557_646_666,
            "JPY 2,147,483,647",
        );
    }

    #[test]
    fn there_are_28_and_three_have_no_minor_unit() {
        assert_eq!(ALL.len(), 28);
        let whole: Vec<_> = ALL
            .iter()
            .filter(|it| it.decimals == 0)
            .map(|it| it.code)
            .collect();
        assert_eq!(whole, ["CLP", "JPY", "KRW"]);
        for code in ["KES", "UGX", "TZS", "RWF", "NGN", "eur", ""] {
            assert_eq!(find(code), None, "{code}");
        }
    }

    #[test]
    fn usdc_has_six_decimals() {
        assert_eq!(usdc_shown(2_750_000), "2.750000");
        assert_eq!(usdc_shown(1_234_567_000_001), "1,234,567.000001");
        assert_eq!(usdc_shown(7), "0.000007");
    }
}

//! Money as integer minor units.

use core::fmt;

use crate::{Currency, cut, digits, without_end};

/// An amount of money: integer minor units (cents; whole shillings for UGX) and a currency.
///
/// Invariant: `0 <= minor <= `[`Money::MAX_MINOR`]. Text is made from digits, never from a floating-point number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: u64,
    currency: Currency,
}

impl Money {
    /// The largest amount: 2^53 - 1 minor units, which every JSON number and every SQL integer holds exactly.
    pub const MAX_MINOR: u64 = (1 << 53) - 1;

    /// An amount in minor units.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] above [`Money::MAX_MINOR`].
    pub fn from_minor(minor: u64, currency: Currency) -> Result<Self, MoneyError> {
        if minor <= Self::MAX_MINOR {
            Ok(Self { minor, currency })
        } else {
            Err(MoneyError::TooLarge)
        }
    }

    /// Reads a decimal in major units: `"10000"`, `"1250.5"`, `"1250.50"`.
    ///
    /// Digits beyond the currency's decimals are accepted where they are zeros (`"10000.00"` UGX is 10000). There is no
    /// sign, no exponent, no separator, no white space.
    ///
    /// # Errors
    /// [`MoneyError::NotADecimal`], [`MoneyError::TooManyDecimals`] and [`MoneyError::TooLarge`].
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let (whole, fraction) = match cut(text, b'.') {
            Some((_, "")) => return Err(MoneyError::NotADecimal),
            Some(parts) => parts,
            None => (text, ""),
        };
        let are_digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
        if whole.is_empty() || !are_digits(whole) || !are_digits(fraction) {
            return Err(MoneyError::NotADecimal);
        }
        let decimals = usize::from(currency.decimals());
        let fraction = without_end(fraction, b'0');
        if decimals < fraction.len() {
            return Err(MoneyError::TooManyDecimals);
        }
        let mut minor = 0;
        for part in [whole, fraction] {
            for digit in part.bytes() {
                minor = append(minor, digit)?;
            }
        }
        for _ in fraction.len()..decimals {
            minor = append(minor, b'0')?;
        }
        Ok(Self { minor, currency })
    }

    /// Minor units: `125050` for KES 1250.50, `10000` for UGX 10000.
    #[must_use]
    pub fn minor(self) -> u64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// The decimal in major units with all of the currency's decimals: `"10000"` UGX, `"1250.50"` KES.
    #[must_use]
    pub fn to_decimal(self) -> String {
        let decimals = usize::from(self.currency.decimals());
        let digits = digits(self.minor);
        if decimals == 0 {
            return digits;
        }
        let mut text = String::new();
        for _ in digits.len()..=decimals {
            text.push('0');
        }
        text.push_str(&digits);
        text.insert(text.len().saturating_sub(decimals), '.');
        text
    }

    /// The decimal as people read it, its digits before the point by threes: `"38,000"` UGX, `"1,250.50"` KES.
    #[must_use]
    pub fn to_grouped(self) -> String {
        let decimal = self.to_decimal();
        let whole = decimal.find('.').unwrap_or(decimal.len());
        let mut text = String::new();
        for (index, digit) in decimal.chars().enumerate() {
            if 0 < index && index < whole && whole.abs_diff(index).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        text
    }
}

/// The number with one more decimal digit.
fn append(minor: u64, digit: u8) -> Result<u64, MoneyError> {
    let digit = u64::from(digit.wrapping_sub(b'0'));
    // What was an amount before has room for one digit more.
    let minor = minor.min(Money::MAX_MINOR) * 10 + digit;
    if minor <= Money::MAX_MINOR {
        Ok(minor)
    } else {
        Err(MoneyError::TooLarge)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.currency.code())?;
        f.write_str(" ")?;
        f.write_str(&self.to_decimal())
    }
}

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyError {
    /// Something other than digits with at most one decimal point between them.
    NotADecimal,
    /// More decimals than the currency has, and not all of them zero.
    TooManyDecimals,
    /// Above [`Money::MAX_MINOR`].
    TooLarge,
}

impl MoneyError {
    /// What is accepted.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotADecimal => {
                "a decimal in major units such as 10000 or 1250.50, without sign, spaces or separators"
            }
            Self::TooManyDecimals => {
                "an amount with no more decimals than the currency has (UGX none, KES two)"
            }
            Self::TooLarge => "an amount of at most 9007199254740991 minor units",
        }
    }
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl core::error::Error for MoneyError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, code: &str, expected: Result<(u64, &str), MoneyError>) {
        let money = Money::parse(text, code.parse().unwrap());
        let seen = money.map(|it| (it.minor(), it.to_decimal()));
        assert_eq!(
            seen,
            expected.map(|(minor, decimal)| (minor, decimal.to_owned())),
            "{code} {text}"
        );
    }

    #[test]
    fn decimals_become_minor_units_and_back() {
        check("10000", "UGX", Ok((10_000, "10000")));
        check("10000.00", "UGX", Ok((10_000, "10000")));
        check("1250.5", "KES", Ok((125_050, "1250.50")));
        check("1250.500", "KES", Ok((125_050, "1250.50")));
        check("0.05", "USD", Ok((5, "0.05")));
        check("0", "USD", Ok((0, "0.00")));
        check("007.1", "BHD", Ok((7_100, "7.100")));
        check(
            "90071992547409.91",
            "USD",
            Ok((Money::MAX_MINOR, "90071992547409.91")),
        );
    }

    #[test]
    fn digits_are_grouped_by_three_before_the_point() {
        for (text, code, expected) in [
            ("5", "UGX", "5"),
            ("450.50", "KES", "450.50"),
            ("38000", "UGX", "38,000"),
            ("1250.505", "BHD", "1,250.505"),
            ("1234567", "UGX", "1,234,567"),
        ] {
            let money = Money::parse(text, code.parse().unwrap()).unwrap();
            assert_eq!(money.to_grouped(), expected);
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "", ".", "1.", ".5", "-1", "+1", "1e3", "1,000", " 1", "1 ", "١", "NaN", "1.2.3",
            "0x10", "1\0",
        ] {
            check(text, "KES", Err(MoneyError::NotADecimal));
        }
        check("1.5", "UGX", Err(MoneyError::TooManyDecimals));
        check("1.005", "KES", Err(MoneyError::TooManyDecimals));
        check("90071992547409.92", "USD", Err(MoneyError::TooLarge));
        check(&"9".repeat(1_000_000), "USD", Err(MoneyError::TooLarge));
    }

    #[test]
    fn minor_units_stay_within_what_json_holds_exactly() {
        let ugx = "UGX".parse().unwrap();
        assert!(Money::from_minor(Money::MAX_MINOR, ugx).is_ok());
        assert_eq!(
            Money::from_minor(Money::MAX_MINOR + 1, ugx),
            Err(MoneyError::TooLarge)
        );
    }

    #[test]
    fn an_amount_is_printed_with_its_currency_and_an_error_says_what_is_accepted() {
        let money = Money::parse("1250.5", "KES".parse().unwrap()).unwrap();
        assert_eq!(format!("{money:?}"), "KES 1250.50");
        for (error, part) in [
            (MoneyError::NotADecimal, "decimal"),
            (MoneyError::TooManyDecimals, "decimals"),
            (MoneyError::TooLarge, "at most 9007199254740991"),
        ] {
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}

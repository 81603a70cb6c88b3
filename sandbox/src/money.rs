//! Amounts as they were sent: exact decimals in major units.

use rust_decimal::Decimal;
use serde_json::Number;

/// An amount above zero with at most two decimals, kept with the digits it was sent with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Amount {
    sent: Number,
    value: Decimal,
}

impl Amount {
    /// Reads a JSON number.
    ///
    /// # Errors
    /// A sentence for the merchant. That an amount must be above zero is documented; that it has at most two decimals and
    /// fits 28 digits is this program's choice.
    pub(crate) fn read(sent: &Number) -> Result<Self, &'static str> {
        let text = sent.as_str();
        let value = if text.contains(['e', 'E']) {
            Decimal::from_scientific(text)
        } else {
            Decimal::from_str_exact(text)
        };
        let value = value.map_err(|_| "The amount has too many digits.")?;
        if value.is_sign_negative() || value.is_zero() {
            return Err("The amount must be greater than zero.");
        }
        if value.normalize().scale() > 2 {
            return Err("The amount must not have more than 2 decimals.");
        }
        Ok(Self {
            sent: sent.clone(),
            value,
        })
    }

    /// Reads what a person typed.
    ///
    /// # Errors
    /// A sentence, as [`Amount::read`].
    pub(crate) fn read_text(typed: &str) -> Result<Self, &'static str> {
        let number: Number =
            serde_json::from_str(typed.trim()).map_err(|_| "The amount must be a number.")?;
        Self::read(&number)
    }

    /// The number with the digits it was sent with.
    pub(crate) fn number(&self) -> &Number {
        &self.sent
    }

    /// What it is worth, however it was written.
    pub(crate) fn value(&self) -> Decimal {
        self.value
    }

    /// For people: "1,250,000" or "12.50".
    pub(crate) fn grouped(&self) -> String {
        let mut plain = self.value.normalize();
        if plain.scale() == 1 {
            plain.rescale(2);
        }
        let plain = plain.to_string();
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        if !fraction.is_empty() {
            grouped.push('.');
            grouped.push_str(fraction);
        }
        grouped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sent: &str, expected: Result<&str, &str>) {
        let number: Number = serde_json::from_str(sent).unwrap();
        let read = Amount::read(&number);
        let shown = match &read {
            Ok(amount) => Ok(amount.grouped()),
            Err(problem) => Err(*problem),
        };
        assert_eq!(shown, expected.map(str::to_owned), "{sent}");
        if let Ok(amount) = read {
            assert_eq!(amount.number().as_str(), number.as_str(), "digits are kept");
        }
    }

    #[test]
    fn amounts_are_exact_and_above_zero() {
        let decimals = Err("The amount must not have more than 2 decimals.");
        let zero = Err("The amount must be greater than zero.");
        check("10000", Ok("10,000"));
        check("10000.00", Ok("10,000"));
        check("12.5", Ok("12.50"));
        check("0.01", Ok("0.01"));
        check("1e4", Ok("10,000"));
        check("9007199254740993", Ok("9,007,199,254,740,993"));
        check("1.001", decimals);
        check("1e-3", decimals);
        check("0", zero);
        check("0.00", zero);
        check("-0", zero);
        check("-5", zero);
        check(&"9".repeat(60), Err("The amount has too many digits."));
        check("1e999999999", Err("The amount has too many digits."));
    }
}

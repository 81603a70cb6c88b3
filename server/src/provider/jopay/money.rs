//! What JoPay can be asked for: 28 currencies, integer minor units.

use malipo_wire::{Currency, Money};
use serde_json::Value;

/// Whether JoPay can take this amount at all.
pub(super) fn accepts(price: Money) -> Result<(), String> {
    let currency = price.currency();
    if !CURRENCIES.contains(&currency.code()) {
        let list = CURRENCIES.join(", ");
        return Err(format!(
            "currency: JoPay settles in {} currencies and {currency} is none of them; accepted: {list} (KES, UGX, TZS, RWF and NGN need another provider)",
            CURRENCIES.len()
        ));
    }
    if price.minor() == 0 || MOST_MINOR < price.minor() {
        let most = Money::from_minor(MOST_MINOR, currency)
            .map(Money::to_decimal)
            .unwrap_or_default();
        return Err(format!(
            "amount: JoPay takes an amount above zero and up to {most} {currency}"
        ));
    }
    Ok(())
}

/// `{"fiat_int": 2500, "fiat_code": "EUR"}` as money; `None` where it cannot be read exactly.
pub(super) fn read(amount: &Value) -> Option<Money> {
    let currency: Currency = amount.get("fiat_code")?.as_str()?.parse().ok()?;
    // Digits alone: as_u64 knows neither fractions nor exponents nor texts.
    let minor = amount.get("fiat_int")?.as_u64()?;
    // Its minor units and ours are the same for the currencies that it has, and unknown for all others.
    CURRENCIES.contains(&currency.code()).then_some(())?;
    Money::from_minor(minor, currency).ok()
}

/// The currencies in which a merchant may be paid (merchants/settings, read 2026-11-21). JPY, KRW and CLP have no decimals
/// there, all others two (COP among them), which is what ISO 4217 says of them.
pub(super) const CURRENCIES: [&str; 28] = [
    "AED", "ARS", "AUD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EUR", "GBP",
    "HKD", "HUF", "ILS", "INR", "JPY", "KRW", "MXN", "NOK", "NZD", "PEN", "PLN", "SEK", "SGD",
    "USD", "ZAR",
];
/// The largest `fiat_amount_int` (developers/requests-api, read 2026-11-21).
const MOST_MINOR: u64 = 2_147_483_647;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_decimals_are_ours() {
        for code in CURRENCIES {
            let currency: Currency = code.parse().unwrap();
            let theirs = if ["JPY", "KRW", "CLP"].contains(&code) {
                0
            } else {
                2
            };
            assert_eq!(currency.decimals(), theirs, "{code}");
        }
    }

    #[track_caller]
    fn check(amount: &str, currency: &str, accepted: bool) {
        let price = Money::parse(amount, currency.parse().unwrap()).unwrap();
        let seen = accepts(price);
        assert_eq!(seen.is_ok(), accepted, "{amount} {currency}: {seen:?}");
        if let Err(sentence) = seen {
            assert!(sentence.contains("JoPay"), "{sentence}");
        }
    }

    #[test]
    fn it_takes_28_currencies_and_integers_of_31_bits() {
        check("0.01", "USD", true);
        check("21474836.47", "USD", true);
        check("21474836.48", "USD", false);
        check("0", "USD", false);
        check("2147483647", "JPY", true);
        check("2147483648", "JPY", false);
        check("12.34", "COP", true);
        for currency in ["KES", "UGX", "TZS", "RWF", "NGN", "BHD"] {
            check("100", currency, false);
        }
    }

    #[test]
    fn only_exact_integers_of_its_currencies_are_amounts() {
        let read = |text: &str| read(&serde_json::from_str(text).unwrap());
        let euro = Money::parse("25.00", "EUR".parse().unwrap()).unwrap();
        assert_eq!(read(r#"{"fiat_int":2500,"fiat_code":"EUR"}"#), Some(euro));
        for other in [
            r#"{"fiat_int":2500.0,"fiat_code":"EUR"}"#,
            r#"{"fiat_int":25e2,"fiat_code":"EUR"}"#,
            r#"{"fiat_int":"2500","fiat_code":"EUR"}"#,
            r#"{"fiat_int":-2500,"fiat_code":"EUR"}"#,
            r#"{"fiat_int":99999999999999999999,"fiat_code":"EUR"}"#,
            r#"{"fiat_int":2500,"fiat_code":"eur"}"#,
            r#"{"fiat_int":2500,"fiat_code":"UGX"}"#,
            r#"{"fiat_int":2500}"#,
            r#"{"fiat_code":"EUR"}"#,
            "2500",
            "[2500,\"EUR\"]",
            "null",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}

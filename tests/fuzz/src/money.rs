//! Amounts as text.

use malipo_wire::{Currency, Money};

use super::head;

/// `CUR` and, on the next line, an amount: what is read is written, and read again, as the same; nothing is rounded.
pub(crate) fn money(bytes: &[u8]) {
    let (code, amount) = head(bytes);
    let (Ok(currency), Ok(amount)) = (code.parse::<Currency>(), std::str::from_utf8(amount)) else {
        return;
    };
    let Ok(money) = Money::parse(amount, currency) else {
        return;
    };
    assert!(money.minor() <= Money::MAX_MINOR);
    let decimal = money.to_decimal();
    assert_eq!(Money::parse(&decimal, currency), Ok(money), "{decimal}");
    assert_eq!(Money::from_minor(money.minor(), currency), Ok(money));
    assert_eq!(money.to_grouped().replace(',', ""), decimal);
    let bare = |text: &str| {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let whole = whole.trim_start_matches('0');
        format!("{whole}.{}", fraction.trim_end_matches('0'))
    };
    assert_eq!(bare(amount), bare(&decimal), "{amount}");
}

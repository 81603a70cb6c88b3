//! What our own rules say, against what a browser says: amounts as `Intl` writes them. (URLs: `tests/browser/urls.rs`.)

use malipo_e2e::browser::{Browser, Kind, Options};
use malipo_wire::Money;
use serde_json::json;

const WRITE: &str = "return arguments[0].map(([amount, currency, digits]) =>
    new Intl.NumberFormat('en', { style: 'decimal', minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount))";

#[tokio::test]
async fn the_backend_groups_digits_as_the_browser_does() {
    let browser = Browser::start(&Options::of(Kind::Chromium)).await;
    let tab = browser.open("data:text/html,oracle").await;
    let mut cases = Vec::new();
    let mut minor: u64 = 1;
    for nth in 0..600_u64 {
        let code = ["UGX", "KES", "BHD", "CLF"][usize::try_from(nth % 4).unwrap()];
        minor = minor
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(nth)
            % (Money::MAX_MINOR + 1);
        // Of every length: 1 to 16 digits.
        let short = minor % 10_u64.pow(u32::try_from(1 + nth % 16).unwrap());
        cases.push(Money::from_minor(short, code.parse().unwrap()).unwrap());
    }
    let asked: Vec<_> = cases
        .iter()
        .map(|it| {
            json!([
                it.to_decimal(),
                it.currency().code(),
                it.currency().decimals()
            ])
        })
        .collect();
    let written = tab.script(WRITE, vec![json!(asked)]).await;
    for (money, written) in cases.iter().zip(written.as_array().unwrap()) {
        assert_eq!(money.to_grouped(), written.as_str().unwrap(), "{money:?}");
    }
    browser.quit().await;
}

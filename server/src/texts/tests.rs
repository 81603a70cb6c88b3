use axum::http::{HeaderMap, HeaderValue, header};
use malipo_wire::{Currency, Money};

use super::{ALL, Texts};

#[test]
fn the_language_is_the_first_that_the_browser_asks_for_and_we_have() {
    for (asked, expected) in [
        ("", "en"),
        ("sw", "sw"),
        ("sw-KE,en;q=0.8", "sw"),
        ("de-DE,de;q=0.9,fr-CA;q=0.7,en;q=0.5", "fr"),
        ("en;q=0.3, lg;q=0.9", "lg"),
        ("RW", "rw"),
        ("zh-Hant-TW", "en"),
        ("*", "en"),
        ("swx", "en"),
        (";;,,=;q=x", "en"),
        ("pt-BR;q=nothing", "pt"),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(asked));
        assert_eq!(Texts::asked_for(&headers).code, expected, "{asked:?}");
    }
    let no_text = HeaderValue::from_bytes(b"sw\xff").unwrap();
    let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, no_text)]);
    assert_eq!(Texts::asked_for(&headers).code, "en");
    assert_eq!(Texts::asked_for(&HeaderMap::new()).code, "en");
}

#[test]
fn amounts_are_written_as_a_browser_writes_them_in_that_language() {
    let document = include_str!("../../../docs/languages.md");
    let table = document.split("<!-- amounts -->").nth(1).unwrap();
    let table = table.split("<!-- /amounts -->").next().unwrap();
    let mut rows = table.lines().filter(|it| it.starts_with('|')).map(|line| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        (cells.next().unwrap(), cells.collect::<Vec<_>>())
    });
    let ((_, currencies), _) = (rows.next().unwrap(), rows.next());
    let amounts = ["10000", "1250.50", "25000", "12.50", "1500", "1234.567"];
    let mut seen = 0;
    for (code, row) in rows {
        let texts = ALL.into_iter().find(|it| it.code == code).unwrap();
        for ((currency, amount), expected) in currencies.iter().zip(amounts).zip(row) {
            let currency: Currency = currency.parse().unwrap();
            let written = texts.money(Money::parse(amount, currency).unwrap());
            // The document has one kind of space, the language may have another.
            let plain = written.replace(char::is_whitespace, " ");
            assert_eq!(plain, expected, "{code}");
            seen += 1;
        }
    }
    assert_eq!(seen, ALL.len() * amounts.len());
}

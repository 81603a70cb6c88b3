//! Bad options: every one of them is named, all at once, and no secret is ever repeated.

mod secrets;
mod values;

use malipo::checkout::{Options, Page, PayError, RawOptions};

use crate::browser::parse_url;
use crate::lines::error_line;

/// Bytes that must never appear in an error.
const SECRET: &str = "s3cr3t";

fn parse(raw: &RawOptions) -> Result<Options, PayError> {
    let page = Page {
        base_url: "https://shop.example/cart".into(),
        return_url: "https://shop.example/cart".into(),
        is_loopback: false,
    };
    let result = Options::parse(raw, &page, parse_url);
    if let Err(error) = &result {
        assert!(!format!("{error:?}").contains(SECRET), "{error:?}");
        assert!(error.errors.iter().all(|it| it.value.chars().count() <= 80));
        assert!(!error.message.is_empty() && !error.retryable);
    }
    result
}

fn raw(values: &[(&str, &str)], headers: &[(&str, &str)]) -> RawOptions {
    let owned = |it: &[(&str, &str)]| {
        it.iter()
            .map(|it| (it.0.to_owned(), it.1.to_owned()))
            .collect::<Vec<_>>()
    };
    let mut all = owned(&[("initiate-url", "/i"), ("verify-url", "/v")]);
    all.retain(|it| values.iter().all(|value| value.0 != it.0));
    all.extend(owned(values));
    RawOptions {
        values: all,
        headers: owned(headers),
        ..RawOptions::default()
    }
}

/// `""` for options that are accepted, else the code and the names.
#[track_caller]
fn check(values: &[(&str, &str)], expected: &str) {
    let seen = parse(&raw(values, &[]));
    let line = seen.as_ref().err().map(error_line).unwrap_or_default();
    assert_eq!(line, expected, "{values:?}: {seen:?}");
}

#[test]
fn all_bad_values_are_reported_at_once() {
    check(
        &[
            ("initiate-url", ""),
            ("verify-url", "http://api.example/"),
            ("order-id", "a b"),
            ("amount", "x"),
            ("currency", "KSH"),
            ("mode", "x"),
            ("timeout", "x"),
            ("theme", "x"),
        ],
        "bad-option initiate-url verify-url currency theme order-id amount mode timeout",
    );
    let error = parse(&raw(&[("poll-interval", "5")], &[])).unwrap_err();
    assert_eq!(error.errors[0].value, "5");
    assert!(error.errors[0].expected.contains("1000"), "{error:?}");
}

#[test]
fn both_endpoints_are_required_and_one_for_a_status() {
    let none = RawOptions::default();
    assert_eq!(
        error_line(&parse(&none).unwrap_err()),
        "bad-option initiate-url verify-url"
    );
    let status = RawOptions {
        values: vec![("verify-url".into(), "/v".into())],
        status_only: true,
        ..RawOptions::default()
    };
    assert_eq!(
        parse(&status).unwrap().backend_origin,
        "https://shop.example"
    );
    let nothing = RawOptions {
        status_only: true,
        ..RawOptions::default()
    };
    assert_eq!(
        error_line(&parse(&nothing).unwrap_err()),
        "bad-option verify-url"
    );
}

#[test]
fn urls_that_are_only_insecure_have_a_code_of_their_own() {
    for url in [
        "http://api.example/",
        "ftp://x/",
        "javascript:alert(1)",
        "data:,x",
        "ws://x/",
        "http://127.evil.example/",
        "http://localhost.evil.example/",
    ] {
        check(&[("initiate-url", url)], "insecure-url initiate-url");
    }
    check(
        &[
            ("initiate-url", "http://a.example"),
            ("cancel-url", "http://a.example"),
        ],
        "insecure-url initiate-url cancel-url",
    );
}

#[test]
fn what_is_shown_is_money_where_the_page_names_amount_and_currency() {
    let shown = |values: &[(&str, &str)]| parse(&raw(values, &[])).unwrap().shown();
    let money = shown(&[("amount", "10000.00"), ("currency", "UGX")]);
    let told = money.map(|it| (it.to_decimal(), it.currency().code().to_owned()));
    assert_eq!(told, Some(("10000".into(), "UGX".into())));
    assert_eq!(shown(&[("amount", "10000")]), None);
    assert_eq!(shown(&[("currency", "UGX")]), None);
}

#[test]
fn the_message_names_the_options_and_for_one_alone_what_is_expected() {
    for (values, expected) in [
        (
            &[("mode", "x")][..],
            "an option is not accepted: mode; expected auto, tab, popup, redirect or link",
        ),
        (
            &[("mode", "x"), ("timeout", "x")],
            "an option is not accepted: mode, timeout",
        ),
        (
            &[("cancel-url", "http://a.example")],
            "a URL is neither https nor http on a loopback host: cancel-url; expected an https URL; http only on a loopback host",
        ),
        (
            &[("sku", "jo_live_s3cr3t")],
            "a provider secret is in the page; it belongs on the server only: sku",
        ),
    ] {
        let error = parse(&raw(values, &[])).unwrap_err();
        assert_eq!(error.message, expected);
    }
}

#[test]
fn names_are_reported_as_the_page_wrote_them() {
    let camel = RawOptions {
        camel_case: true,
        ..raw(&[("poll-interval", "1"), ("checkout-origins", "x")], &[])
    };
    assert_eq!(
        error_line(&parse(&camel).unwrap_err()),
        "bad-option pollInterval checkoutOrigins"
    );
}

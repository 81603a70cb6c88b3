//! Bad options: every one of them is named, all at once, and no secret is ever repeated.

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
fn good_values_are_accepted() {
    let long = "x".repeat(200);
    for (name, values) in [
        (
            "initiate-url",
            &[
                "/pay",
                "pay",
                "https://api.example/x?y=1",
                "http://localhost:8787/i",
                "http://127.0.0.1/i",
                "http://[::1]:1/i",
                " /pay ",
            ][..],
        ),
        ("cancel-url", &["/c", ""]),
        ("events-url", &["/e?x=1", "https://other.example/e"]),
        (
            "order-id",
            &["ORD-1", "a", "A.b_c-9", &"x".repeat(64), "", " ORD-1 "],
        ),
        (
            "amount",
            &["1", "10000", "10000.00", "0.0001", "99999999999"],
        ),
        ("currency", &["UGX", "KES", ""]),
        (
            "description",
            &["Thé à la menthe ☕", "<script>alert(1)</script>", &long],
        ),
        ("customer-name", &["Ömer O'Neill", &long]),
        ("mode", &["auto", "tab", "popup", "redirect", "link", ""]),
        ("poll-interval", &["1000", "2500", "3600000"]),
        ("timeout", &["1000", "86400000"]),
        (
            "checkout-origins",
            &[
                "https://pay.example",
                "https://pay.example/ https://b.example:8443",
                "HTTPS://Pay.Example",
                "http://localhost:9",
                "",
            ],
        ),
        ("credentials", &["same-origin", "include", "omit"]),
        ("theme", &["auto", "light", "dark"]),
        ("sku", &["tea", &long]),
        ("label", &["Pay"]),
        ("quote", &["a.b.c"]),
    ] {
        for value in values {
            check(&[(name, value)], "");
        }
    }
    check(&[("sku", "tea"), ("quantity", "999")], "");
}

#[test]
fn every_bad_value_is_named() {
    let long = "x".repeat(201);
    let megabyte = "x".repeat(1_000_000);
    for (name, values) in [
        (
            "initiate-url",
            &[
                "https://user@api.example/",
                "https://",
                "https://user:pw@x/",
            ][..],
        ),
        ("verify-url", &["https://a b/", "https://user@x/"]),
        (
            "order-id",
            &[
                "a/b",
                "../x",
                "a b",
                "ä",
                "😀",
                "a\0b",
                "%00",
                "'; drop table",
                "\u{202e}x",
                &"x".repeat(65),
                &megabyte,
            ],
        ),
        (
            "amount",
            &[
                "0",
                "0.00",
                "-1",
                "+1",
                "1e3",
                "1,000",
                "1.",
                ".5",
                "NaN",
                "Infinity",
                "0x10",
                "ten",
                "1 000",
                "٣",
                "0.00001",
                &megabyte,
                "99999999999999999999",
            ],
        ),
        ("currency", &["ugx", "KSH", "US", "USDT", "€"]),
        ("description", &[&"x".repeat(501)]),
        ("customer-name", &[&long]),
        ("customer-email", &[&long]),
        ("customer-phone", &[&long]),
        ("quote", &[&"x".repeat(8_193)]),
        ("sku", &[&long]),
        ("mode", &["Tab", "window", "auto tab"]),
        (
            "poll-interval",
            &[
                "999",
                "0",
                "-1",
                "2.5",
                "1e4",
                "+1000",
                "abc",
                "3600001",
                "99999999999999999999999",
            ],
        ),
        ("timeout", &["0", "999", "86400001", "5m"]),
        (
            "checkout-origins",
            &[
                "pay.example",
                "https://pay.example/path",
                "https://pay.example?x",
                "http://pay.example",
                "https://a.example,https://b.example",
                "*",
                "https://*.example",
                "null",
                "javascript:x",
                "https://u@pay.example",
            ],
        ),
        ("credentials", &["yes", "or", "same-origin,"]),
        ("theme", &["Dark", "blue", "or"]),
    ] {
        for value in values {
            check(&[(name, value)], &format!("bad-option {name}"));
        }
    }
    for quantity in ["0", "1000", "-1", "1.5", "one"] {
        check(
            &[("sku", "tea"), ("quantity", quantity)],
            "bad-option quantity",
        );
    }
    check(&[("quantity", "2")], "bad-option quantity");
    check(
        &[("amount", "1.5"), ("currency", "UGX")],
        "bad-option amount",
    );
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

/// A JWT with these claims, base64url, no signature worth the name.
fn jwt(claims: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::from("eyJhbGciOiJIUzI1NiJ9.");
    for chunk in claims.as_bytes().chunks(3) {
        let bits = chunk
            .iter()
            .fold(0_u32, |sum, it| (sum << 8) | u32::from(*it))
            << (8 * (3 - chunk.len()));
        for index in 0..=chunk.len() {
            let digit = (bits >> (18 - 6 * index)) & 63;
            text.push(char::from(DIGITS[usize::try_from(digit).unwrap()]));
        }
    }
    text + ".c2ln"
}

#[test]
fn secrets_are_found_by_name() {
    for name in [
        "secret-key",
        "secretKey",
        "SECRET_KEY",
        "secretkey",
        "consumer-secret",
        "clientSecret",
        "private-key",
        "Private_Key",
        "api-key",
        "apiKey",
        "API_KEY",
    ] {
        check(&[(name, SECRET)], &format!("secret-in-browser {name}"));
        let error = parse(&raw(&[], &[(name, SECRET)])).unwrap_err();
        assert_eq!(
            error_line(&error),
            format!("secret-in-browser headers.{name}")
        );
        assert!(error.message.contains(name), "{error:?}");
    }
    for name in ["x-api-key", "x-csrf-token", "public-key", "secret", "key"] {
        assert!(parse(&raw(&[], &[(name, "v")])).is_ok(), "{name}");
    }
}

#[test]
fn secrets_are_found_in_values_headers_and_queries() {
    let merchant = jwt(r#"{"iss":"s3cr3t","tokenType":"MERCHANT"}"#);
    let spaced = jwt(r#"{ "tokenType" : "MERCHANT" }"#);
    for secret in [
        "jo_live_s3cr3t",
        "jo_test_s3cr3t",
        "whsec_s3cr3t",
        "Bearer jo_live_s3cr3t",
        "key=jo_live_s3cr3t&x=1",
        "jo%5Flive%5Fs3cr3t",
        "-----BEGIN PRIVATE KEY-----\ns3cr3t\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----s3cr3t",
        "-----BEGIN+PRIVATE+KEY-----s3cr3t",
        "-----BEGIN%20EC%20PRIVATE%20KEY-----s3cr3t",
        &merchant,
        &format!("Bearer {merchant}"),
        &spaced,
    ] {
        for name in [
            "description",
            "order-id",
            "customer-name",
            "sku",
            "label",
            "made-up",
        ] {
            check(&[(name, secret)], &format!("secret-in-browser {name}"));
        }
        let error = parse(&raw(&[], &[("authorization", secret)])).unwrap_err();
        assert_eq!(
            error_line(&error),
            "secret-in-browser headers.authorization"
        );
        let url = format!("/pay?k={}", secret.replace(['\n', ' '], "%20"));
        for name in ["initiate-url", "verify-url", "cancel-url", "events-url"] {
            check(&[(name, &url)], &format!("secret-in-browser {name}"));
        }
    }
}

#[test]
fn the_quote_may_be_a_merchant_token_and_no_other_secret() {
    let merchant = jwt(r#"{"tokenType":"MERCHANT"}"#);
    check(&[("quote", &merchant)], "");
    check(&[("quote", "jo_live_s3cr3t")], "secret-in-browser quote");
    check(&[("quote", "whsec_s3cr3t")], "secret-in-browser quote");
    let hidden = format!("{merchant} jo_live_s3cr3t");
    check(&[("quote", &hidden)], "secret-in-browser quote");
}

#[test]
fn what_only_resembles_a_secret_is_accepted() {
    for value in [
        "A private key pendant",
        "PRIVATE KEY PENDANT",
        "banjo_live_recording",
        "jo live",
        "whsec",
        &jwt(r#"{"tokenType":"SHOPPER"}"#),
        &jwt(r#"{"merchant":true}"#),
        "a.b.c",
        "...",
        "%",
        "%zz%4",
        "100% cotton",
    ] {
        check(&[("description", value)], "");
    }
}

#[test]
fn a_secret_is_reported_beside_other_errors() {
    check(
        &[("description", "jo_live_s3cr3t"), ("amount", "x")],
        "secret-in-browser description amount",
    );
}

#[test]
fn a_header_that_cannot_be_sent_is_reported_and_not_left_out() {
    for (name, value) in [
        ("", "x"),
        ("x y", "x"),
        ("x:", "x"),
        ("x-a", "a\nb"),
        ("x-a", "→"),
    ] {
        let error = parse(&raw(&[], &[(name, value)])).unwrap_err();
        assert_eq!(error_line(&error), format!("bad-option headers.{name}"));
    }
}

#[test]
fn headers_of_our_own_are_not_replaced() {
    for name in ["content-type", "Accept", "IDEMPOTENCY-KEY"] {
        let error = parse(&raw(&[], &[(name, "x")])).unwrap_err();
        assert_eq!(error_line(&error), format!("bad-option headers.{name}"));
    }
    assert!(
        parse(&raw(
            &[],
            &[("x-csrf-token", "abc"), ("authorization", "Basic x")]
        ))
        .is_ok()
    );
}

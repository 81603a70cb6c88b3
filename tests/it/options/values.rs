//! Which values each option takes, and which it does not.

use super::check;

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

//! Secrets and headers: a secret is found wherever it stands, and never repeated.

use super::{SECRET, check, parse, raw};
use crate::lines::error_line;

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
    // Also where its claims need the two digits that are no letters.
    let odd = jwt(r#"{"n":"???>>>","tokenType":"MERCHANT"}"#);
    assert!(odd.contains('-') && odd.contains('_'), "{odd}");
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
        &odd,
        &format!("Bearer {merchant}"),
        &format!("x.{merchant}"),
        &format!("{merchant}.x.y"),
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
fn a_secret_that_stands_where_a_name_belongs_is_found_and_not_repeated() {
    for secret in [
        "jo_live_s3cr3t",
        "[whsec_s3cr3t",
        "-----BEGIN PRIVATE KEY-----",
    ] {
        check(&[(secret, "v")], "secret-in-browser (a secret)");
        check(&[(secret, secret)], "secret-in-browser (a secret)");
        let error = parse(&raw(&[], &[(secret, "v")])).unwrap_err();
        assert_eq!(error_line(&error), "secret-in-browser (a secret)");
        assert!(!format!("{error:?}").contains(secret), "{error:?}");
        // As a part of a longer word it is no name of a secret, but it is one.
        let longer = format!("x_{secret}");
        check(&[(&longer, secret)], "secret-in-browser (a secret)");
        let error = parse(&raw(&[("sku", secret)], &[(&longer, "of two\nlines")])).unwrap_err();
        assert!(!format!("{error:?}").contains(secret), "{error:?}");
        // Also where nothing else is wrong but that this is no header.
        let error = parse(&raw(&[], &[(&longer, "of two\nlines")])).unwrap_err();
        assert_eq!(error_line(&error).split_once(' ').unwrap().1, "(a secret)");
        let behind = format!("Bearer {secret}");
        let headers = [
            ("authorization", behind.as_str()),
            (&longer, "of two\nlines"),
        ];
        let error = parse(&raw(&[], &headers)).unwrap_err();
        assert!(!format!("{error:?}").contains(secret), "{error:?}");
    }
    let token = jwt(r#""tokenType":"MERCHANT""#);
    let token = format!(".{}.", token.split('.').nth(1).unwrap());
    for name in [&token, &format!("x.y{token}"), &format!("{token}.x")] {
        let error = parse(&raw(&[], &[(name, &token)])).unwrap_err();
        assert_eq!(error_line(&error), "secret-in-browser (a secret)");
    }
    // A long name in use is told.
    let name = "X-Amz-Server-Side-Encryption-Customer-Algorithm";
    let error = parse(&raw(&[], &[(name, &token)])).unwrap_err();
    let line = format!("secret-in-browser headers.{name}");
    assert_eq!(error_line(&error), line);
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
fn claims_without_a_header_before_them_and_a_signature_behind_are_no_token() {
    let token = jwt(r#"{"tokenType":"MERCHANT"}"#);
    let claims = token.split('.').nth(1).unwrap();
    for value in [claims, &format!("{claims}.c2ln"), &format!("x.{claims}")] {
        check(&[("description", value)], "");
    }
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

//! What the backend reads beside that: quotes, requests, its configuration, lists of payers.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use malipo_server::config::Config;
use malipo_server::payment::link::payers;
use malipo_server::payment::{price, quote};
use malipo_wire::{InitiateRequest, Money, VerifyRequest};
use sha2::Sha256;

const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
const AUDIENCE: &str = "demo:sandbox";
const NOW: i64 = 1_775_399_400;

fn signed(claims: &[u8]) -> String {
    let encode = |it: &[u8]| URL_SAFE_NO_PAD.encode(it);
    let body = format!(
        "{}.{}",
        encode(br#"{"alg":"HS256","typ":"JWT"}"#),
        encode(claims)
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
    mac.update(body.as_bytes());
    format!("{body}.{}", encode(&mac.finalize().into_bytes()))
}

/// Nothing that was not signed with our key is a quote; what was, has a price and a name.
pub(crate) fn quotes(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert!(
            quote::read(text, KEY, AUDIENCE, NOW).is_err(),
            "forged: {text}"
        );
    }
    let text = signed(bytes);
    assert!(quote::read(&text, b"another key", AUDIENCE, NOW).is_err());
    assert!(
        quote::read(&text, KEY, "demo:live", NOW).is_err()
            || bytes.windows(9).any(|it| it == b"demo:live")
            || bytes.contains(&b'\\')
    );
    if let Ok(read) = quote::read(&text, KEY, AUDIENCE, NOW) {
        assert!(0 < read.price.minor() && read.price.minor() <= Money::MAX_MINOR);
        assert!((1..=64).contains(&read.order_id.as_str().len()));
    }
}

/// Bodies: what is asked for costs what the quote says, whatever else the body holds.
pub(crate) fn requests(bytes: &[u8]) {
    let _ = serde_json::from_slice::<VerifyRequest>(bytes);
    let Ok(request) = serde_json::from_slice::<InitiateRequest>(bytes) else {
        return;
    };
    let claims = format!(
        r#"{{"order_id":"O-1","amount":"10000","currency":"UGX","aud":"{AUDIENCE}","exp":{}}}"#,
        NOW + 60
    );
    let vouched = quote::read(&signed(claims.as_bytes()), KEY, AUDIENCE, NOW).unwrap();
    if let Ok(basket) = price::decide(&request, Some(vouched), &BTreeMap::new(), false) {
        assert_eq!(basket.price.to_decimal(), "10000");
        assert_eq!(
            basket.order_id.map(|it| it.to_string()),
            Some("O-1".to_owned())
        );
    }
    let free = price::decide(&request, None, &BTreeMap::new(), false);
    assert!(free.is_err(), "a price out of nothing");
    let _ = price::decide(&request, None, &BTreeMap::new(), true);
}

/// A configuration is good, or everything wrong with it is named; the same twice.
pub(crate) fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    // Files that a configuration names are read: none of this machine's.
    if text.contains("file") {
        return;
    }
    match Config::read(text, []) {
        Ok(config) => assert!(!config.summary().is_empty()),
        Err(problems) => assert!(!problems.is_empty()),
    }
}

/// A list of payers is read, or the line that is wrong is told.
pub(crate) fn payers(bytes: &[u8]) {
    if let Ok(all) = payers::read(bytes) {
        assert!(all.iter().all(|it| it.name.is_some() && it.email.is_some()));
    }
}

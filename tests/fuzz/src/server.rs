//! What the backend reads beside that: quotes, requests, its configuration, lists of payers.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use malipo_server::config::{Config, Mode, Problem};
use malipo_server::payment::link::payers;
use malipo_server::payment::{price, quote};
use malipo_wire::{InitiateRequest, Money, VerifyRequest};
use secrecy::ExposeSecret as _;
use sha2::Sha256;

const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
const AUDIENCE: &str = "demo:sandbox";
const NOW: i64 = 1_775_399_400;
pub(crate) const KEY_FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../server/tests/it/jenga/key.pem"
);

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

/// A configuration is good and keeps the rules, or everything wrong with it is named; the same twice, and without a secret.
pub(crate) fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if names_a_file(text) {
        // Of this machine, whatever it is: the environment, which wins, names another one.
        let missing = judged(text, Some("/nowhere/no-such-key.pem"));
        assert!(missing.is_err(), "a key that is not there is read: {text}");
        let _ = judged(text, Some(KEY_FILE));
    } else {
        let _ = judged(text, None);
    }
}

/// Whether a file of this machine would be read: `jenga.private_key_file`, with or without a table.
fn names_a_file(text: &str) -> bool {
    let Ok(all) = text.parse::<toml::Table>() else {
        return false;
    };
    let within = all.get("jenga").and_then(toml::Value::as_table);
    all.contains_key("jenga.private_key_file")
        || within.is_some_and(|it| it.contains_key("private_key_file"))
}

fn judged(text: &str, key_file: Option<&str>) -> Result<Config, Vec<Problem>> {
    let read = || {
        let name = "MALIPO_JENGA__PRIVATE_KEY_FILE".to_owned();
        Config::read(text, key_file.map(|it| (name, it.to_owned())))
    };
    let first = read();
    let shown = match (&first, read()) {
        (Ok(one), Ok(other)) => {
            keeps_the_rules(one);
            assert_eq!(one.summary(), other.summary());
            assert_eq!(format!("{one:?}"), format!("{other:?}"));
            format!("{one:?} {}", one.summary())
        }
        (Err(one), Err(other)) => {
            assert!(!one.is_empty() && one.iter().all(|it| !it.text.is_empty()));
            assert_eq!(one, &other);
            format!("{one:?}")
        }
        (one, other) => panic!("once {one:?}, once {other:?}"),
    };
    for secret in secrets(text) {
        assert!(!shown.contains(secret), "{secret} is shown: {shown}");
    }
    first
}

fn keeps_the_rules(config: &Config) {
    let is_live = config.mode == Mode::Live;
    assert!(!is_live || !config.allow_client_amounts);
    let public = config.public_url.as_str();
    assert!(
        public.starts_with("https://") || (!is_live && public.starts_with("http://")),
        "{public}"
    );
    assert!(!public.ends_with('/') && !public.contains(['?', '#']));
    assert!((1..=64).contains(&config.shop.len()));
    assert!(!config.shop_origins.is_empty());
    let key = config.quote_key.as_ref();
    assert!(key.is_none_or(|it| 32 <= it.expose_secret().len()));
    // Something can be sold.
    assert!(key.is_some() || !config.catalogue.is_empty() || config.allow_client_amounts);
    assert!(config.catalogue.values().all(|it| 0 < it.price.minor()));
    let all = &config.providers;
    let there = [
        ("joyndpay", all.joyndpay.is_some()),
        ("jopay", all.jopay.is_some()),
        ("jenga", all.jenga.is_some()),
    ];
    assert!(there.contains(&(all.default, true)), "{}", all.default);
}

/// Values under a secret's name, as far as a text can be read by its lines: long, no ordinary words, and written only once.
fn secrets(text: &str) -> impl Iterator<Item = &str> {
    const NAMES: [&str; 9] = [
        "key",
        "token",
        "secret",
        "old_secret",
        "secret_key",
        "api_key",
        "consumer_secret",
        "ipn_password",
        "webhook_secret",
    ];
    let is_plain = !["\"\"\"", "'''"].iter().any(|it| text.contains(it));
    let lines = text.lines().filter(move |_| is_plain);
    lines.filter_map(move |line| {
        let (name, value) = line.split_once('=')?;
        let name = name.rsplit('.').next()?.trim();
        let value = value.trim().strip_prefix('"')?.strip_suffix('"')?;
        let is_odd = 12 <= value.len() && value.bytes().any(|it| it.is_ascii_digit());
        let is_clean =
            value.bytes().all(|it| it.is_ascii_graphic()) && !value.contains(['"', '\\']);
        let is_alone = text.matches(value).count() == 1;
        (NAMES.contains(&name) && is_odd && is_clean && is_alone).then_some(value)
    })
}

/// A list of payers is read, or the line that is wrong is told.
pub(crate) fn payers(bytes: &[u8]) {
    if let Ok(all) = payers::read(bytes) {
        assert!(all.iter().all(|it| it.name.is_some() && it.email.is_some()));
    }
}

//! The tables of the configuration that have defaults, and the catalogue.

use std::collections::BTreeMap;
use std::net::IpAddr;

use malipo_wire::{Currency, Money};

use super::read::{EXAMPLE, IS_EXAMPLE, is_name, url};
use super::reader::{Reader, shown};
use super::{Article, Cors, Limits, Log, LogFormat, Mode, WebhookTarget};
use crate::outbox::sign::{BadKey, SigningKey};

pub(super) fn cors(keys: &mut Reader) -> Cors {
    let accepted = "a header's name, such as \"x-csrf-token\"";
    let mut allow_headers = Vec::new();
    let names = keys.list("cors.allow_headers", accepted);
    for (index, name) in names.unwrap_or_default().into_iter().enumerate() {
        if axum::http::HeaderName::try_from(name.as_str()).is_ok() {
            allow_headers.push(name.to_ascii_lowercase());
        } else {
            keys.wrong(
                &format!("cors.allow_headers[{index}]"),
                format!("is {}; accepted: {accepted}", shown(&name)),
            );
        }
    }
    Cors {
        allow_headers,
        credentials: keys.switch("cors.credentials", false),
    }
}

pub(super) fn webhook(keys: &mut Reader, mode: Option<Mode>) -> Option<WebhookTarget> {
    if keys.names("webhook").is_empty() {
        return None;
    }
    let url = url(keys, "webhook.url", None, mode);
    let secret = keys.required("webhook.secret", &BadKey.to_string());
    let old = keys.text("webhook.old_secret", &BadKey.to_string());
    let mut signing = Vec::new();
    for (path, text) in [("webhook.secret", secret), ("webhook.old_secret", old)] {
        match text.map(|it| SigningKey::parse(&it)) {
            None => {}
            Some(Ok(key)) if mode == Some(Mode::Live) && key.begins_with(EXAMPLE) => {
                keys.wrong(path, format!("{IS_EXAMPLE}: {BadKey}"));
            }
            Some(Ok(key)) => signing.push(key),
            Some(Err(accepted)) => {
                keys.wrong(path, format!("is no signing key; accepted: {accepted}"));
            }
        }
    }
    Some(WebhookTarget {
        url: url?,
        keys: signing,
    })
}

pub(super) fn limits(keys: &mut Reader) -> Limits {
    let connections = keys
        .names("limits")
        .contains("connections")
        .then(|| keys.number("limits.connections", 1, 1..=1_000_000));
    let mut number =
        |name: &str, default| keys.number(&format!("limits.{name}"), default, 1..=1_000_000);
    let mut limits = Limits {
        initiates_per_order_per_minute: number("initiates_per_order_per_minute", 30),
        verifies_per_token_per_minute: number("verifies_per_token_per_minute", 240),
        connections,
        streams_per_token: number("streams_per_token", 5),
        streams: number("streams", 15_000),
        requests_per_ip_per_minute: number("requests_per_ip_per_minute", 30_000),
        notifications_per_attempt_per_minute: number("notifications_per_attempt_per_minute", 60),
        trusted_proxies: Vec::new(),
    };
    let accepted = "an IP address";
    let proxies = keys.list("limits.trusted_proxies", accepted);
    for (index, text) in proxies.unwrap_or_default().iter().enumerate() {
        match text.parse::<IpAddr>() {
            Ok(ip) => limits.trusted_proxies.push(ip),
            Err(_) => keys.wrong(
                &format!("limits.trusted_proxies[{index}]"),
                format!("is {}; accepted: {accepted}", shown(text)),
            ),
        }
    }
    limits
}

pub(super) fn log(keys: &mut Reader) -> Log {
    let accepted = "\"error\", \"warn\", \"info\", \"debug\" or \"trace\"";
    let level = match keys.text("log.level", accepted) {
        None => tracing::Level::INFO,
        Some(text) => text.parse().unwrap_or_else(|_| {
            keys.wrong(
                "log.level",
                format!("is {}; accepted: {accepted}", shown(&text)),
            );
            tracing::Level::INFO
        }),
    };
    let accepted = "\"text\" or \"json\"";
    let format = match keys.text("log.format", accepted).as_deref() {
        None | Some("text") => LogFormat::Text,
        Some("json") => LogFormat::Json,
        Some(other) => {
            keys.wrong(
                "log.format",
                format!("is {}; accepted: {accepted}", shown(other)),
            );
            LogFormat::Text
        }
    };
    Log { level, format }
}

pub(super) fn catalogue(keys: &mut Reader) -> BTreeMap<String, Article> {
    let mut catalogue = BTreeMap::new();
    for sku in keys.names("catalogue") {
        let table = format!("catalogue.{sku}");
        let name = keys.required(&format!("{table}.name"), "what the shopper reads");
        let amount_path = format!("{table}.amount");
        let amount = keys.required(
            &amount_path,
            "a decimal text in major units, such as \"25000\"",
        );
        let currency_path = format!("{table}.currency");
        let accepted = "an ISO 4217 code, such as \"UGX\"";
        let currency = keys.required(&currency_path, accepted).and_then(|text| {
            let currency = text.parse::<Currency>().ok();
            if currency.is_none() {
                keys.wrong(
                    &currency_path,
                    format!("is {}; accepted: {accepted}", shown(&text)),
                );
            }
            currency
        });
        if !is_name(&sku) {
            keys.wrong(
                &table,
                "accepted as a sku: 1 to 64 characters out of A-Z, a-z, 0-9, '_' and '-'",
            );
        }
        let (Some(name), Some(amount), Some(currency)) = (name, amount, currency) else {
            continue;
        };
        match Money::parse(&amount, currency) {
            Ok(price) if price.minor() == 0 => keys.wrong(&amount_path, "is zero; accepted: more"),
            Ok(price) => {
                catalogue.insert(sku, Article { name, price });
            }
            Err(error) => keys.wrong(
                &amount_path,
                format!("is {}; accepted for {currency}: {error}", shown(&amount)),
            ),
        }
    }
    catalogue
}

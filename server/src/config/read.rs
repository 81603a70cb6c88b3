//! From keys to a checked [`Config`].

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use malipo_wire::{Currency, Money};
use secrecy::SecretString;
use url::Url;

use super::origin::{Origin, is_loopback};
use super::reader::{Problem, Reader, shown};
use super::{Article, Config, Cors, JoyndPay, Limits, Log, LogFormat, Mode, PublicUrl};

pub(super) fn read(
    text: &str,
    env: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, Vec<Problem>> {
    let mut keys = Reader::new(text, env).map_err(|it| vec![it])?;
    let mode = mode(&mut keys);
    let shop = shop(&mut keys);
    let listen = listen(&mut keys);
    let public_url = url(&mut keys, "public_url", None, mode).and_then(|it| PublicUrl::new(&it));
    let shop_origins = origins(&mut keys);
    let allow_client_amounts = keys.switch("allow_client_amounts", false);
    if allow_client_amounts && mode == Some(Mode::Live) {
        keys.wrong(
            "allow_client_amounts",
            "is true in live mode, where a shopper could choose the price; accepted there: false",
        );
    }
    let widget_dir = widget_dir(&mut keys);
    let cors = cors(&mut keys);
    let sqlite = keys
        .text("store.sqlite", "the path of a file")
        .map_or_else(|| PathBuf::from("malipo.sqlite"), PathBuf::from);
    let quote_key = secret(&mut keys, "quote.key", QUOTE_KEY_BYTES);
    let shop_api_key = secret(&mut keys, "shop_api.key", SHOP_API_KEY_BYTES);
    let joyndpay = joyndpay(&mut keys, mode);
    let limits = limits(&mut keys);
    let log = log(&mut keys);
    let catalogue = catalogue(&mut keys);

    let problems = keys.finish();
    match (shop, mode, listen, public_url, joyndpay) {
        (Some(shop), Some(mode), Some(listen), Some(public_url), Some(joyndpay))
            if problems.is_empty() =>
        {
            let config = Config {
                shop,
                mode,
                listen,
                public_url,
                shop_origins,
                allow_client_amounts,
                widget_dir,
                cors,
                sqlite,
                quote_key,
                shop_api_key,
                joyndpay,
                limits,
                log,
                catalogue,
            };
            if config.quote_key.is_none() && config.catalogue.is_empty() && !allow_client_amounts {
                return Err(vec![Problem {
                    path: "quote.key".to_owned(),
                    text: "missing, and there is no [catalogue] either: nothing could be sold. Set one of them"
                        .to_owned(),
                }]);
            }
            Ok(config)
        }
        _ => Err(problems),
    }
}

fn mode(keys: &mut Reader) -> Option<Mode> {
    let accepted = "\"sandbox\" (no money moves) or \"live\"; there is no default";
    match keys.required("mode", accepted)?.as_str() {
        "sandbox" => Some(Mode::Sandbox),
        "live" => Some(Mode::Live),
        other => {
            keys.wrong("mode", format!("is {}; accepted: {accepted}", shown(other)));
            None
        }
    }
}

fn shop(keys: &mut Reader) -> Option<String> {
    let accepted = "a name of 1 to 64 characters out of A-Z, a-z, 0-9, '.', '_' and '-'";
    let text = keys.required("shop", accepted)?;
    if is_name(&text) {
        Some(text)
    } else {
        keys.wrong("shop", format!("is {}; accepted: {accepted}", shown(&text)));
        None
    }
}

fn listen(keys: &mut Reader) -> Option<SocketAddr> {
    let accepted = "an address and a port, such as \"127.0.0.1:8787\" or \"[::]:8787\"";
    let Some(text) = keys.text("listen", accepted) else {
        return Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 8787)));
    };
    let address = text.parse().ok();
    if address.is_none() {
        keys.wrong(
            "listen",
            format!("is {}; accepted: {accepted}", shown(&text)),
        );
    }
    address
}

/// An https URL, or http on a loopback host in sandbox mode, without query, fragment and user.
fn url(keys: &mut Reader, path: &str, default: Option<&str>, mode: Option<Mode>) -> Option<Url> {
    let accepted = "an https URL without query, fragment and user (in sandbox mode also http on a loopback host)";
    let text = match default {
        Some(default) => keys
            .text(path, accepted)
            .unwrap_or_else(|| default.to_owned()),
        None => keys.required(path, accepted)?,
    };
    let wrong = match Url::parse(&text) {
        Err(_) => "is no URL",
        Ok(url) if !matches!(url.scheme(), "http" | "https") => "is neither https nor http",
        Ok(url) if url.scheme() == "http" && !is_loopback(&url) => {
            "is http on a host that is not loopback"
        }
        Ok(url) if url.scheme() == "http" && mode == Some(Mode::Live) => "is http in live mode",
        Ok(url) if url.query().is_some() || url.fragment().is_some() => "has a query or a fragment",
        Ok(url) if !url.username().is_empty() || url.password().is_some() => "has a user",
        Ok(url) => return Some(url),
    };
    // The value is not shown: a user part may hold a password.
    keys.wrong(path, format!("{wrong}; accepted: {accepted}"));
    None
}

fn origins(keys: &mut Reader) -> Vec<Origin> {
    let accepted = "exactly scheme://host[:port], such as \"https://shop.example\" (http on loopback hosts only)";
    let Some(texts) = keys.required_list("shop_origins", accepted) else {
        return Vec::new();
    };
    if texts.is_empty() {
        keys.wrong(
            "shop_origins",
            format!("is empty; accepted: a list, each {accepted}"),
        );
    }
    let mut origins = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        match Origin::parse(text) {
            Ok(origin) => origins.push(origin),
            Err(wrong) => keys.wrong(
                &format!("shop_origins[{index}]"),
                format!("{} {wrong}; accepted: {accepted}", shown(text)),
            ),
        }
    }
    origins
}

fn widget_dir(keys: &mut Reader) -> Option<PathBuf> {
    let accepted = "the folder with the widget's built files (make pkg)";
    let path = PathBuf::from(keys.text("widget_dir", accepted)?);
    if !path.is_dir() {
        keys.wrong(
            "widget_dir",
            format!(
                "{} is no folder; accepted: {accepted}, or leave it out to serve no widget",
                shown(&path.to_string_lossy())
            ),
        );
    }
    Some(path)
}

fn cors(keys: &mut Reader) -> Cors {
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

/// A secret of at least `least` bytes. Its value is never shown.
fn secret(keys: &mut Reader, path: &str, least: usize) -> Option<SecretString> {
    let text = keys.text(path, &format!("a secret of {least} bytes or more"))?;
    if text.len() < least {
        let length = text.len();
        keys.wrong(
            path,
            format!(
                "has {length} bytes; accepted: {least} or more, random (openssl rand -base64 32)"
            ),
        );
    }
    Some(SecretString::from(text))
}

fn joyndpay(keys: &mut Reader, mode: Option<Mode>) -> Option<JoyndPay> {
    let mut key = |path: &str| {
        let accepted = "a key of the provider's dashboard (joyndpay.com/user/api)";
        let text = keys.required(path, accepted)?;
        if text.is_empty() || !text.bytes().all(|it| it.is_ascii_graphic()) {
            keys.wrong(
                path,
                format!("is empty or holds spaces; accepted: {accepted}"),
            );
            return None;
        }
        Some(SecretString::from(text))
    };
    let public_key = key("joyndpay.public_key");
    let secret_key = key("joyndpay.secret_key");
    let base_url = url(
        keys,
        "joyndpay.base_url",
        Some("https://joyndpay.com/api"),
        mode,
    );
    let accepted = "an origin, such as \"https://joyndpay.com\"";
    let checkout_origin = match keys.text("joyndpay.checkout_origin", accepted) {
        None => base_url.as_ref().and_then(Origin::of),
        Some(text) => match Origin::parse(&text) {
            Ok(origin) if mode == Some(Mode::Live) && !origin.as_str().starts_with("https:") => {
                keys.wrong(
                    "joyndpay.checkout_origin",
                    "is http in live mode; accepted there: https",
                );
                None
            }
            Ok(origin) => Some(origin),
            Err(wrong) => {
                keys.wrong(
                    "joyndpay.checkout_origin",
                    format!("{} {wrong}; accepted: {accepted}", shown(&text)),
                );
                None
            }
        },
    };
    let watch_interval_ms = keys.number("joyndpay.watch_interval_ms", 2_500, 100..=60_000);
    let calls_per_minute = keys.number("joyndpay.calls_per_minute", 600, 1..=100_000);
    let timeout_ms = keys.number("joyndpay.timeout_ms", 10_000, 100..=10_000);
    Some(JoyndPay {
        public_key: public_key?,
        secret_key: secret_key?,
        base_url: base_url?.as_str().trim_end_matches('/').to_owned(),
        checkout_origin: checkout_origin?,
        watch_interval_ms,
        calls_per_minute,
        timeout_ms,
    })
}

fn limits(keys: &mut Reader) -> Limits {
    let mut number =
        |name: &str, default| keys.number(&format!("limits.{name}"), default, 1..=1_000_000);
    let mut limits = Limits {
        initiates_per_order_per_minute: number("initiates_per_order_per_minute", 30),
        verifies_per_token_per_minute: number("verifies_per_token_per_minute", 240),
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

fn log(keys: &mut Reader) -> Log {
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

fn catalogue(keys: &mut Reader) -> BTreeMap<String, Article> {
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

fn is_name(text: &str) -> bool {
    text.parse::<malipo_wire::OrderId>().is_ok()
}

/// HS256 wants a key as long as its hash (RFC 7518, section 3.2).
const QUOTE_KEY_BYTES: usize = 32;
const SHOP_API_KEY_BYTES: usize = 16;

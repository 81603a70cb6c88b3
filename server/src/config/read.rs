//! From keys to a checked [`Config`].

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::origin::{Origin, is_loopback};
use super::providers;
use super::reader::{Problem, Reader, shown};
use super::sections::{catalogue, cors, limits, log, webhook};
use super::store::store;
use super::{Config, Mode, PublicUrl};

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
    let store = store(&mut keys);
    let quote_key = secret(&mut keys, "quote.key", QUOTE_KEY_BYTES, mode);
    let shop_api_key = secret(&mut keys, "shop_api.key", SHOP_API_KEY_BYTES, mode);
    let admin_token = secret(&mut keys, "admin.token", ADMIN_TOKEN_BYTES, mode);
    let webhook = webhook(&mut keys, mode);
    let providers = providers::read(&mut keys, mode);
    let limits = limits(&mut keys);
    let log = log(&mut keys);
    let catalogue = catalogue(&mut keys);

    let problems = keys.finish();
    match (shop, mode, listen, public_url, providers) {
        (Some(shop), Some(mode), Some(listen), Some(public_url), Some(providers))
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
                store,
                quote_key,
                shop_api_key,
                admin_token,
                webhook,
                providers,
                limits,
                log,
                catalogue,
            };
            if let Some(problem) = same_secret(&config) {
                return Err(vec![problem]);
            }
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
pub(super) fn url(
    keys: &mut Reader,
    path: &str,
    default: Option<&str>,
    mode: Option<Mode>,
) -> Option<Url> {
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

/// A secret of at least `least` bytes. Its value is never shown.
fn secret(keys: &mut Reader, path: &str, least: usize, mode: Option<Mode>) -> Option<SecretString> {
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
    if mode == Some(Mode::Live) && text.starts_with(EXAMPLE) {
        keys.wrong(
            path,
            format!("{IS_EXAMPLE}: a random secret (openssl rand -base64 32)"),
        );
    }
    Some(SecretString::from(text))
}

/// Two of our own secrets that are one: who has the one for reading would have the other, too.
fn same_secret(config: &Config) -> Option<Problem> {
    let secrets = [
        ("quote.key", &config.quote_key, "set prices"),
        ("shop_api.key", &config.shop_api_key, "act as the shop"),
        ("admin.token", &config.admin_token, ""),
    ];
    let pairs = [(0, 1), (0, 2), (1, 2)];
    pairs.into_iter().find_map(|(one, other)| {
        let (known, Some(first), can) = secrets.get(one)? else {
            return None;
        };
        let (path, Some(second), _) = secrets.get(other)? else {
            return None;
        };
        (first.expose_secret() == second.expose_secret()).then(|| Problem {
            path: (*path).to_owned(),
            text: format!(
                "is the same as {known}; accepted: a secret of its own, so that who reads orders cannot {can}"
            ),
        })
    })
}

pub(super) fn is_name(text: &str) -> bool {
    text.parse::<malipo_wire::OrderId>().is_ok()
}

/// How the secrets of malipo.example.toml begin.
pub(super) const EXAMPLE: &str = "an example, replace it";
pub(super) const IS_EXAMPLE: &str =
    "is the published example, which everybody knows; accepted in live mode";
/// HS256 wants a key as long as its hash (RFC 7518, section 3.2).
const QUOTE_KEY_BYTES: usize = 32;
const SHOP_API_KEY_BYTES: usize = 16;
const ADMIN_TOKEN_BYTES: usize = 16;

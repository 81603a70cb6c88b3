//! The tables of the providers. One of them is enough; `provider` says which one a request means that names none.

mod jenga;
pub(super) mod jopay;
mod joyndpay;

use super::read::{IS_EXAMPLE, url};
use super::reader::{Reader, shown};
use super::{Calling, Mode, Origin, Providers};

pub(super) fn read(keys: &mut Reader, mode: Option<Mode>) -> Option<Providers> {
    let wanted = keys.text("provider", &format!("one of {NAMES}"));
    let there: Vec<&'static str> = ALL
        .into_iter()
        .filter(|it| !keys.names(it).is_empty())
        .collect();
    let joyndpay = there
        .contains(&"joyndpay")
        .then(|| joyndpay::read(keys, mode));
    let jopay = there.contains(&"jopay").then(|| jopay::read(keys, mode));
    let jenga = there.contains(&"jenga").then(|| jenga::read(keys, mode));
    let default = match (wanted, there.as_slice()) {
        (_, []) => {
            keys.wrong(
                "provider",
                format!("there is none; accepted: a table with the keys of one of {NAMES}"),
            );
            return None;
        }
        (Some(wanted), there) => match there.iter().find(|it| **it == wanted) {
            Some(it) => it,
            None => {
                let there = there.join(", ");
                keys.wrong(
                    "provider",
                    format!(
                        "is {}; accepted: one whose keys are here: {there}",
                        shown(&wanted)
                    ),
                );
                return None;
            }
        },
        (None, [only]) => only,
        (None, there) => {
            let there = there.join(", ");
            keys.wrong(
                "provider",
                format!("missing, and there are several; accepted: which one a request means that names none: {there}"),
            );
            return None;
        }
    };
    Some(Providers {
        default,
        joyndpay: all_or_none(joyndpay)?,
        jopay: all_or_none(jopay)?,
        jenga: all_or_none(jenga)?,
    })
}

/// `None` where a table is there but wrong; its problems are noted.
#[expect(
    clippy::option_option,
    reason = "absent, wrong and good are three cases"
)]
fn all_or_none<T>(table: Option<Option<T>>) -> Option<Option<T>> {
    match table {
        None => Some(None),
        Some(None) => None,
        Some(Some(it)) => Some(Some(it)),
    }
}

/// A key out of a provider's dashboard: printable and without spaces.
fn key(
    keys: &mut Reader,
    path: &str,
    accepted: &str,
    mode: Option<Mode>,
) -> Option<secrecy::SecretString> {
    let text = keys.required(path, accepted)?;
    refuse_example(keys, path, accepted, mode, &text);
    if text.is_empty() || !text.bytes().all(|it| it.is_ascii_graphic()) {
        keys.wrong(
            path,
            format!("is empty or holds spaces; accepted: {accepted}"),
        );
        return None;
    }
    Some(secrecy::SecretString::from(text))
}

/// In live mode: notes a secret that stands in the example, with which everybody could pass for the provider.
fn refuse_example(keys: &mut Reader, path: &str, accepted: &str, mode: Option<Mode>, text: &str) {
    let published = text.starts_with("your-") || jopay::EXAMPLES.contains(&text);
    if mode == Some(Mode::Live) && published {
        keys.wrong(path, format!("{IS_EXAMPLE}: {accepted}"));
    }
}

/// The base of an API, without a slash at the end.
fn base_url(
    keys: &mut Reader,
    path: &str,
    default: Option<&str>,
    mode: Option<Mode>,
) -> Option<url::Url> {
    url(keys, path, default, mode)
}

/// The only origin to which a shopper is sent; `default` where the key is absent.
fn checkout_origin(
    keys: &mut Reader,
    path: &str,
    default: Option<Origin>,
    mode: Option<Mode>,
) -> Option<Origin> {
    let accepted = "an origin, such as \"https://pay.example\"";
    let Some(text) = keys.text(path, accepted) else {
        return default;
    };
    match Origin::parse(&text) {
        Ok(origin) if mode == Some(Mode::Live) && !origin.as_str().starts_with("https:") => {
            keys.wrong(path, "is http in live mode; accepted there: https");
            None
        }
        Ok(origin) => Some(origin),
        Err(wrong) => {
            keys.wrong(
                path,
                format!("{} {wrong}; accepted: {accepted}", shown(&text)),
            );
            None
        }
    }
}

/// How its API is called: the same three keys for every provider.
fn calling(
    keys: &mut Reader,
    table: &str,
    watch_interval_ms: u32,
    calls_per_minute: u32,
) -> Calling {
    let mut number =
        |name: &str, default, range| keys.number(&format!("{table}.{name}"), default, range);
    Calling {
        watch_interval_ms: number("watch_interval_ms", watch_interval_ms, 100..=60_000),
        calls_per_minute: number("calls_per_minute", calls_per_minute, 1..=100_000),
        timeout_ms: number("timeout_ms", 10_000, 100..=10_000),
    }
}

const ALL: [&str; 3] = ["joyndpay", "jopay", "jenga"];
const NAMES: &str = "\"joyndpay\", \"jopay\", \"jenga\"";

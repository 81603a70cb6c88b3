//! What the browser does for the machine: it parses JSON and URLs.

use malipo::checkout::answer::{Answer, BODY_MOST, Fields, PATHS, Reply, Value};
use malipo::checkout::policy::UrlParts;
use malipo_wire::SentTo;
use serde_json::Value as Json;

/// `new URL(text, base)`.
pub(crate) fn parse_url(text: &str, base: Option<&str>) -> Option<UrlParts> {
    let url = match base {
        Some(base) => url::Url::parse(base).ok()?.join(text).ok()?,
        None => url::Url::parse(text).ok()?,
    };
    Some(UrlParts {
        href: url.as_str().into(),
        protocol: format!("{}:", url.scheme()),
        origin: url.origin().ascii_serialization(),
        hostname: url.host_str().unwrap_or_default().into(),
        search: match url.query() {
            None | Some("") => String::new(),
            Some(query) => format!("?{query}"),
        },
        has_user: !url.username().is_empty() || url.password().is_some(),
    })
}

/// An HTTP answer with this body, read as the shell reads it.
pub(crate) fn answer(http_status: u16, retry_after_ms: Option<u64>, body: &str) -> Reply {
    Reply::Answer(Answer {
        http_status,
        retry_after_ms,
        body: fields(body),
    })
}

/// The fields of a body; `None` where it is not a JSON object of at most 64 KiB.
pub(crate) fn fields(body: &str) -> Option<Fields> {
    let Ok(Json::Object(object)) = serde_json::from_str(body) else {
        return None;
    };
    if BODY_MOST < body.len() {
        return None;
    }
    let json = Json::Object(object);
    let mut fields = Fields::default();
    for path in PATHS {
        let found = path
            .split('.')
            .try_fold(&json, |it, key| it.as_object()?.get(key));
        match found {
            None | Some(Json::Null) => {}
            Some(Json::String(text)) => fields.set(path, Value::Text(text.clone())),
            Some(Json::Bool(flag)) => fields.set(path, Value::Flag(*flag)),
            Some(Json::Number(it)) => {
                // One too large for a float is Infinity in JavaScript.
                let number = it.to_string().parse().unwrap();
                fields.set(path, Value::Number(number_text(number)));
            }
            Some(Json::Array(_) | Json::Object(_)) => fields.set(path, Value::Other),
        }
    }
    let list = |name: &str| json[name].as_array().cloned().unwrap_or_default();
    let text = |it: &Json| it.as_str().map(String::from);
    fields.errors = list("error").iter().filter_map(text).collect();
    fields.sent_to = list("sent_to")
        .iter()
        .filter_map(|it| {
            Some(SentTo {
                channel: text(&it["channel"])?,
                to: text(&it["to"]),
            })
        })
        .collect();
    Some(fields)
}

/// A number as `String(number)` writes it in JavaScript.
fn number_text(number: f64) -> String {
    let size = number.abs();
    if number.is_infinite() {
        let sign = if number < 0.0 { "-" } else { "" };
        format!("{sign}Infinity")
    } else if number != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{number:e}");
        if text.contains("e-") {
            text
        } else {
            text.replace('e', "e+")
        }
    } else if number == 0.0 {
        "0".into()
    } else {
        number.to_string()
    }
}

#[test]
fn numbers_are_written_as_in_javascript() {
    for (json, expected) in [
        ("10000", "10000"),
        ("10000.0", "10000"),
        ("1250.50", "1250.5"),
        ("-0", "0"),
        ("9007199254740993", "9007199254740992"),
        ("1e21", "1e+21"),
        ("1.5e-7", "1.5e-7"),
        ("1e20", "100000000000000000000"),
        ("1e999", "Infinity"),
        ("-1e999", "-Infinity"),
    ] {
        let number: f64 = json.parse().unwrap();
        assert_eq!(number_text(number), expected, "{json}");
    }
}

//! What a browser does for the widget: it parses URLs, JSON and dates.

use std::time::UNIX_EPOCH;

use malipo::checkout::answer::{Fields, PATHS, Value as Field};
use malipo::checkout::policy::UrlParts;
use malipo_wire::SentTo;
use serde_json::{Map, Number, Value};
use url::Url;

use malipo_server::clock::UnixMs;

/// `new URL(text, base)`, by the same standard.
pub(super) fn parse_url(text: &str, base: Option<&str>) -> Option<UrlParts> {
    let url = match base {
        Some(base) => Url::parse(base).ok()?.join(text).ok()?,
        None => Url::parse(text).ok()?,
    };
    Some(UrlParts {
        href: url.as_str().to_owned(),
        protocol: format!("{}:", url.scheme()),
        origin: url.origin().ascii_serialization(),
        hostname: url.host_str().unwrap_or_default().to_owned(),
        search: match url.query() {
            None | Some("") => String::new(),
            Some(query) => format!("?{query}"),
        },
        has_user: !url.username().is_empty() || url.password().is_some(),
    })
}

/// The value at one of the widget's paths; `null` is absent.
pub(super) fn at<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let found = match path.split_once('.') {
        None => object.get(path),
        Some((parent, key)) => object.get(parent)?.as_object()?.get(key),
    };
    found.filter(|it| !it.is_null())
}

/// Every path of [`PATHS`] that the object has.
pub(super) fn fields(object: &Map<String, Value>) -> Fields {
    let mut fields = Fields::default();
    for &path in PATHS {
        let value = match at(object, path) {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) => Field::Text(text.clone()),
            Some(Value::Bool(flag)) => Field::Flag(*flag),
            Some(Value::Number(number)) => Field::Number(number_text(number)),
            Some(Value::Array(_) | Value::Object(_)) => Field::Other,
        };
        fields.set(path, value);
    }
    let list = |name| {
        object
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    fields.errors = list("error")
        .filter_map(|it| it.as_str().map(str::to_owned))
        .collect();
    fields.sent_to = list("sent_to").filter_map(sent_to).collect();
    fields
}

fn sent_to(value: &Value) -> Option<SentTo> {
    let text = |name| value.get(name)?.as_str().map(str::to_owned);
    Some(SentTo {
        channel: text("channel")?,
        to: text("to"),
    })
}

/// Digits as JavaScript writes them: `10000.0` is `10000` there.
fn number_text(number: &Number) -> String {
    let text = number.to_string();
    if text.bytes().all(|it| it.is_ascii_digit()) {
        return text;
    }
    number.as_f64().map_or(text, |it| it.to_string())
}

/// `Retry-After`: seconds, or an HTTP date, as the widget reads it.
pub(super) fn seconds_until(text: &str, now: UnixMs) -> Option<u64> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let date = httpdate::parse_http_date(text).ok()?;
        let date_ms = date.duration_since(UNIX_EPOCH).ok()?.as_millis();
        let left_ms = i64::try_from(date_ms).ok()?.saturating_sub(now.0).max(0);
        u64::try_from(left_ms).ok().map(|it| it.div_ceil(1_000))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expected: &str) {
        let number: Number = serde_json::from_str(json).unwrap();
        assert_eq!(number_text(&number), expected);
    }

    #[test]
    fn numbers_are_written_as_a_browser_writes_them() {
        check("10000", "10000");
        check("10000.0", "10000");
        check("1e4", "10000");
        check("1250.50", "1250.5");
        check("9007199254740993", "9007199254740993");
    }

    #[track_caller]
    fn waits(text: &str, expected: Option<u64>) {
        // 2026-11-21T12:00:00.500Z
        let now = UnixMs(1_795_262_400_500);
        assert_eq!(seconds_until(text, now), expected, "{text}");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        waits(" 3 ", Some(3));
        waits("Sat, 21 Nov 2026 12:00:02 GMT", Some(2));
        waits("Sat, 21 Nov 2026 11:00:00 GMT", Some(0));
        waits("soon", None);
        waits("-1", None);
    }
}

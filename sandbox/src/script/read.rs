//! Reads a script and names every culprit.

use axum::http::HeaderValue;
use serde_json::Value;

use super::{JoyndPayScript, Script};

impl Script {
    /// Reads the body of `POST /sandbox/script`. What is left out is as by default.
    ///
    /// # Errors
    /// A sentence a problem, naming the key.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Vec<String>> {
        let mut json = serde_json::Deserializer::from_slice(body);
        let script: Self = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            vec![match path.as_str() {
                "." => format!("The script cannot be read: {}.", error.inner()),
                path => format!("The script cannot be read at {path}: {}.", error.inner()),
            }]
        })?;
        json.end()
            .map_err(|error| vec![format!("The script cannot be read: {error}.")])?;
        if let Some(path) = list_in(body) {
            return Err(vec![format!(
                "The script must hold an object{path}, not a list."
            )]);
        }
        let problems = script.problems();
        if problems.is_empty() {
            Ok(script)
        } else {
            Err(problems)
        }
    }

    fn problems(&self) -> Vec<String> {
        let JoyndPayScript {
            initiate,
            verify,
            error_status,
            ipn,
            checkout,
        } = &self.joyndpay;
        let mut problems = Vec::new();
        let mut at_most = |key: &str, value: u64, most: u64| {
            if value > most {
                problems.push(format!("{key} must be at most {most}, not {value}."));
            }
        };
        at_most(
            "joyndpay.initiate.delay_ms",
            initiate.delay_ms,
            MAX_DELAY_MS,
        );
        at_most("joyndpay.verify.delay_ms", verify.delay_ms, MAX_DELAY_MS);
        at_most("joyndpay.ipn.delay_ms", ipn.delay_ms, MAX_IPN_DELAY_MS);
        at_most("joyndpay.ipn.retry_ms", ipn.retry_ms, MAX_DELAY_MS);
        at_most("joyndpay.ipn.copies", ipn.copies.into(), 100);
        at_most("joyndpay.ipn.attempts", ipn.attempts.into(), 10);
        at_most("joyndpay.checkout.slow_ms", checkout.slow_ms, MAX_DELAY_MS);
        for (key, status) in [
            ("joyndpay.initiate.http_status", initiate.http_status),
            ("joyndpay.verify.http_status", verify.http_status),
            ("joyndpay.error_status", *error_status),
        ] {
            if status.is_some_and(|it| !(200..=599).contains(&it)) {
                problems.push(format!("{key} must be a status from 200 to 599."));
            }
        }
        for (key, call, known) in [
            ("initiate", initiate, INITIATE_FIELDS),
            ("verify", verify, VERIFY_FIELDS),
        ] {
            for name in call
                .answer
                .keys()
                .filter(|it| !known.contains(&it.as_str()))
            {
                problems.push(format!(
                    "joyndpay.{key}.answer has no field {name:?}; it has {}.",
                    known.join(", ")
                ));
            }
        }
        if ipn.copies == 0 || ipn.attempts == 0 {
            problems.push(
                "joyndpay.ipn.copies and attempts must be at least 1; for none, set mode to \"never\"."
                    .to_owned(),
            );
        }
        if let Some(coop) = &checkout.coop
            && HeaderValue::from_str(coop).is_err()
        {
            problems.push("joyndpay.checkout.coop must be the value of a header.".to_owned());
        }
        problems
    }
}

/// Where a list stands in for an object, as " at joyndpay.ipn": serde takes a list for a struct, field by field.
fn list_in(body: &[u8]) -> Option<String> {
    let whole: Value = serde_json::from_slice(body).ok()?;
    let provider = whole.get("joyndpay").into_iter();
    let parts = provider.clone().filter_map(Value::as_object).flatten();
    std::iter::once((String::new(), &whole))
        .chain(provider.map(|it| (" at joyndpay".to_owned(), it)))
        .chain(parts.map(|(key, it)| (format!(" at joyndpay.{key}"), it)))
        .find_map(|(path, it)| it.is_array().then_some(path))
}

const MAX_DELAY_MS: u64 = 600_000;
/// Notifications come hours late at times.
const MAX_IPN_DELAY_MS: u64 = 24 * 3_600_000;
const INITIATE_FIELDS: &[&str] = &[
    "id",
    "order_id",
    "currency",
    "amount",
    "redirect_url",
    "callback_url",
    "ipn_url",
];
const VERIFY_FIELDS: &[&str] = &["order_id", "status", "amount", "currency"];

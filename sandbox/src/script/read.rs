//! Reads a script and names every culprit.

use serde_json::Value;

use super::{Script, limits::Problems};

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
        let Self {
            joyndpay,
            jenga,
            jopay,
        } = self;
        let mut problems = Problems::default();
        joyndpay.check(&mut problems);
        jenga.check(&mut problems);
        jopay.check(&mut problems);
        problems.0
    }
}

/// Where a list stands in for an object, as " at joyndpay.ipn": serde takes a list for a struct, field by field.
fn list_in(body: &[u8]) -> Option<String> {
    let whole: Value = serde_json::from_slice(body).ok()?;
    if whole.is_array() {
        return Some(String::new());
    }
    whole.as_object()?.iter().find_map(|(provider, part)| {
        if part.is_array() {
            return Some(format!(" at {provider}"));
        }
        let mut keys = part.as_object()?.iter();
        keys.find_map(|(key, it)| it.is_array().then(|| format!(" at {provider}.{key}")))
    })
}

//! Jenga's answers: `status` is a boolean, `code` a number, and an error may come with any HTTP status.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::{HttpResponse, ProviderError};

/// The envelope of every answer but the token's.
#[derive(Deserialize)]
struct Answer {
    status: bool,
    #[serde(default)]
    data: Option<Map<String, Value>>,
}

/// What an error says. The token's endpoint may say it without `status`.
#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    status: Option<Value>,
    #[serde(default)]
    code: Option<Value>,
    #[serde(default)]
    message: Option<String>,
}

/// The `data` of an answer that says that the call worked.
///
/// # Errors
/// [`ProviderError`].
pub(super) fn data(response: &HttpResponse) -> Result<Map<String, Value>, ProviderError> {
    let worked = (200..300).contains(&response.status);
    match serde_json::from_slice::<Answer>(&response.body) {
        Ok(Answer {
            status: true,
            data: Some(data),
        }) if worked => Ok(data),
        Ok(Answer { status: true, .. }) => {
            Err(unknown("the answer says that it worked, without its data"))
        }
        _ => Err(refusal(response)),
    }
}

/// Whether the token was refused: by the HTTP status, or by a code in the body.
pub(super) fn is_unauthorised(response: &HttpResponse) -> bool {
    if response.status == 401 {
        return true;
    }
    let said = serde_json::from_slice::<Refusal>(&response.body);
    said.is_ok_and(|it| is_no(&it) && matches!(code(&it).as_deref(), Some("401" | "401101")))
}

/// What a call that did not work means.
pub(super) fn refusal(response: &HttpResponse) -> ProviderError {
    let Ok(said) = serde_json::from_slice::<Refusal>(&response.body) else {
        // Refused at the door, by whatever stands there: nothing was done.
        if response.status == 401 {
            return ProviderError::Rejected {
                detail: "no reason given (code 401)".to_owned(),
            };
        }
        return unknown("the answer is not JSON of the documented shape");
    };
    let code = code(&said);
    // Its own trouble: it may have done what was asked.
    let its_own = |text: &str| text.len() == 3 && text.starts_with('5');
    if response.status >= 500 || code.as_deref().is_some_and(its_own) {
        return unknown("the provider had an error of its own");
    }
    if !is_no(&said) && response.status < 400 {
        return unknown("the answer is neither a success nor an error");
    }
    let words = said.message.unwrap_or_default();
    let words: String = words.chars().filter(|it| !it.is_control()).collect();
    let reason = match words.trim() {
        "" => "no reason given",
        text => text,
    };
    let code = code.unwrap_or_else(|| response.status.to_string());
    ProviderError::Rejected {
        detail: format!("{reason} (code {code})"),
    }
}

fn is_no(said: &Refusal) -> bool {
    said.status == Some(Value::Bool(false))
}

fn code(said: &Refusal) -> Option<String> {
    match said.code.as_ref()? {
        Value::Number(it) => Some(it.to_string()),
        Value::String(it) => Some(it.clone()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

pub(super) fn unknown(detail: &'static str) -> ProviderError {
    ProviderError::OutcomeUnknown { detail }
}

//! `POST /authentication/api/v3/authenticate/merchant`: an access token for the API key, merchant code and consumer secret.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde_json::{Value, json};

use super::{day, refusal};
use crate::{
    app::App,
    calls::CallNumber,
    clock,
    fields::{Asked, Fields},
    script::{CallScript, jenga::ExpiresIn},
    trouble::{self, Reply, Spoilt},
};

/// Logs a merchant in.
pub(super) async fn authenticate(
    State(app): State<Arc<App>>,
    Extension(call): Extension<CallNumber>,
    request: Request,
) -> Response {
    let script = app.script().jenga.authenticate.take();
    let asked = Asked::read(request).await;
    app.calls().note(call, None, script.fault);
    let reply = (!script.fault.comes_before_the_work()).then(|| log_in(&app, &asked, &script));
    trouble::answer(&script, reply, Spoilt::common(wrong_types())).await
}

fn log_in(app: &App, asked: &Asked, script: &CallScript) -> Reply {
    let (code, secret) = match read(asked) {
        Ok(read) => read,
        Err(problems) => return refusal(app, StatusCode::BAD_REQUEST, 400, &problems.join(" ")),
    };
    let settings = &app.jenga.settings;
    let key = asked.headers.get("Api-Key").and_then(|it| it.to_str().ok());
    let problem = if key.is_none_or(str::is_empty) {
        "Unauthorised: the Api-Key header is missing."
    } else if key != Some(&settings.api_key) {
        "Unauthorised: the Api-Key is not known."
    } else if code != settings.merchant_code || secret != settings.consumer_secret {
        "Unauthorised: the merchantCode and the consumerSecret do not belong to the Api-Key."
    } else {
        return issue(app, script);
    };
    refusal(app, StatusCode::UNAUTHORIZED, 401, problem)
}

fn read(asked: &Asked) -> Result<(&str, &str), Vec<String>> {
    let object = asked.body.as_ref().map_err(|it| vec![it.clone()])?;
    let mut fields = Fields::new(object, "");
    let code = fields.required_text("merchantCode");
    let secret = fields.required_text("consumerSecret");
    code.zip(secret).ok_or(fields.problems)
}

/// Exactly the documented fields.
fn issue(app: &App, script: &CallScript) -> Reply {
    let token = app.script().jenga.token.clone();
    let now_ms = clock::now_ms();
    let until_ms = now_ms + token.lifetime_s * 1000;
    let account = &app.jenga.settings.merchant_code;
    let Some(issued) = app.jenga.tokens().issue(account, now_ms, until_ms) else {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        return refusal(
            app,
            status,
            500,
            "The system has no randomness for a token.",
        );
    };
    let expires_in = match token.expires_in {
        ExpiresIn::Timestamp => json!(day::utc_time(until_ms)),
        ExpiresIn::Seconds => json!(token.lifetime_s),
        ExpiresIn::SecondsText => json!(token.lifetime_s.to_string()),
    };
    let mut body = json!({
        "accessToken": issued.access,
        "refreshToken": issued.refresh,
        "expiresIn": expires_in,
        "issuedAt": day::utc_time(now_ms),
        "tokenType": "Bearer",
    });
    if let Value::Object(fields) = &mut body {
        fields.extend(script.answer.clone());
    }
    Reply::new(StatusCode::OK, body)
}

fn wrong_types() -> Value {
    json!({"accessToken": {"jwt": 17}, "refreshToken": null, "expiresIn": [900], "issuedAt": false, "tokenType": 1})
}

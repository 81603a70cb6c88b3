//! How the backend's answers are dressed: refusals, CORS and headers.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a fault concerns one place, and the others take no notice of it"
)]

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::backend::{Backend, SECRET, SHOP};
use super::fault::Fault;
use super::serving::reply;

impl Backend {
    pub(super) fn refusal(&self, status: u16, sentence: &str) -> Response {
        let status = match self.fault() {
            Fault::ErrorsWith200 => 200,
            Fault::ErrorsWith500 => 500,
            _ => status,
        };
        let status = StatusCode::from_u16(status).unwrap();
        match self.fault() {
            Fault::HtmlErrors => {
                (status, [("content-type", "text/html")], "<h1>Oops</h1>").into_response()
            }
            Fault::CutByWebServer if status == StatusCode::PAYLOAD_TOO_LARGE => {
                (status, [("content-type", "text/html")], "<h1>413</h1>").into_response()
            }
            Fault::ProblemJson => {
                let problem =
                    json!({"type": "about:blank", "title": sentence, "message": sentence});
                let mut response = reply(status, &problem);
                let name = "application/problem+json".parse().unwrap();
                response.headers_mut().insert("content-type", name);
                response
            }
            Fault::ErrorsWithoutText => reply(status, &json!({"detail": sentence})),
            Fault::ErrorsWith200 => reply(status, &json!({"problem": sentence})),
            Fault::SecretInRefusal => reply(
                status,
                &json!({"status": "error", "error": [format!("JoyndPay refused the key {SECRET}")]}),
            ),
            Fault::SecretInError => reply(
                status,
                &json!({"status": "error", "error": [format!("sent SecretKey: {SECRET}")]}),
            ),
            _ => {
                let mut response = reply(status, &json!({"status": "error", "error": [sentence]}));
                let wait = match (status, self.fault()) {
                    (StatusCode::CONFLICT, Fault::LoserIsFinal) => None,
                    (StatusCode::CONFLICT, Fault::BusyUntilDate) => {
                        Some("Fri, 01 Jan 2100 00:00:00 GMT")
                    }
                    (StatusCode::CONFLICT, _) => Some("1"),
                    // Longer than the check waits.
                    (StatusCode::TOO_MANY_REQUESTS, _) => Some("60"),
                    _ => None,
                };
                if let Some(wait) = wait {
                    let headers = response.headers_mut();
                    headers.insert("retry-after", wait.parse().unwrap());
                }
                response
            }
        }
    }

    pub(super) fn preflight(&self, origin: &str) -> Response {
        let allowed = match self.fault() {
            Fault::KeyNotAllowed => "content-type",
            Fault::StarHeaders => "*",
            _ => "Content-Type, Idempotency-Key",
        };
        let status = if self.has(Fault::NoPreflight) {
            StatusCode::METHOD_NOT_ALLOWED
        } else {
            StatusCode::NO_CONTENT
        };
        let mut response = (status, [("access-control-allow-headers", allowed)]).into_response();
        self.allow(&mut response, origin);
        response
    }

    pub(super) fn allow(&self, response: &mut Response, origin: &str) {
        let status = response.status();
        let unreadable = match self.fault() {
            Fault::ErrorsNotReadable => status.is_client_error(),
            Fault::CutByWebServer => status == StatusCode::PAYLOAD_TOO_LARGE,
            _ => false,
        };
        let allowed = match self.fault() {
            Fault::StarWithCredentials => "*",
            Fault::EchoWithCredentials => origin,
            _ => SHOP,
        };
        let headers = response.headers_mut();
        if !unreadable {
            headers.insert("access-control-allow-origin", allowed.parse().unwrap());
        }
        let is_hidden = [
            Fault::BusyHidden,
            Fault::LimitHidden,
            Fault::ArticleLimitHidden,
        ];
        if !is_hidden.contains(&self.fault()) {
            headers.insert(
                "access-control-expose-headers",
                "Retry-After".parse().unwrap(),
            );
        }
        if self.has(Fault::TwoOrigins) {
            headers.append("access-control-allow-origin", allowed.parse().unwrap());
        }
        let with = [Fault::StarWithCredentials, Fault::EchoWithCredentials].contains(&self.fault());
        if with || self.takes_cookies() {
            headers.insert("access-control-allow-credentials", "true".parse().unwrap());
        }
    }

    pub(super) fn dress(&self, response: &mut Response, is_initiate: bool) {
        let (name, value) = match self.fault() {
            Fault::SecretHeader => ("x-debug", format!("whsec_{SECRET}")),
            Fault::CalledHtml => ("content-type", "text/html; charset=utf-8".to_owned()),
            Fault::Cacheable => ("cache-control", "public, max-age=60".to_owned()),
            Fault::ExpiresLater => ("expires", "Fri, 01 Jan 2100 00:00:00 GMT".to_owned()),
            Fault::Cookie if is_initiate => ("set-cookie", "session=1".to_owned()),
            _ => return,
        };
        response.headers_mut().insert(name, value.parse().unwrap());
    }
}

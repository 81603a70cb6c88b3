//! Makes requests of bodies, and sends them.

use malipo_wire::InitiateRequest;
use reqwest::Method;
use serde_json::{Map, Value};

use super::ask::{Asker, Exchange, Request};
use super::asks::Ask;
use super::subject::Subject;

/// To one backend.
pub(super) struct Sender<'a> {
    pub(super) subject: &'a Subject,
    pub(super) asker: &'a Asker,
}

impl Sender<'_> {
    pub(super) async fn initiate(
        &self,
        ask: Ask,
        key: &str,
        payload: &InitiateRequest,
    ) -> Exchange {
        let url = &self.subject.options.initiate_url;
        self.post(ask, url, body(payload), Some(key)).await
    }

    pub(super) async fn raw_initiate(&self, ask: Ask, body: String) -> Exchange {
        let url = &self.subject.options.initiate_url;
        self.post(ask, url, body, Some(&new_key())).await
    }

    /// As any page on the web can send it without being asked first: no header but those of a form (Fetch, "CORS-safelisted
    /// request-header"), and with its own origin.
    pub(super) async fn plain_initiate(&self, body: String) -> Exchange {
        let url = self.subject.options.initiate_url.clone();
        let headers = vec![
            ("content-type", "text/plain".to_owned()),
            ("origin", STRANGER.to_owned()),
        ];
        self.send(Ask::PlainInitiate, Method::POST, url, headers, body)
            .await
    }

    pub(super) async fn verify(&self, ask: Ask, body: String) -> Exchange {
        self.post(ask, &self.subject.options.verify_url, body, None)
            .await
    }

    pub(super) async fn claim_in_query(&self, body: String) -> Exchange {
        let url = &self.subject.options.verify_url;
        let mark = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{mark}status=success");
        self.post(Ask::ClaimInQuery, &url, body, None).await
    }

    async fn post(&self, ask: Ask, url: &str, body: String, key: Option<&str>) -> Exchange {
        let mut headers = vec![("content-type", "application/json".to_owned())];
        headers.extend(key.map(|it| ("idempotency-key", format!("\"{it}\""))));
        let (method, url) = (Method::POST, url.to_owned());
        self.send(ask, method, url, headers, body).await
    }

    async fn send(
        &self,
        ask: Ask,
        method: Method,
        url: String,
        headers: Vec<(&'static str, String)>,
        body: String,
    ) -> Exchange {
        let request = Request {
            ask,
            method,
            url,
            headers,
            body,
        };
        self.asker.send(request).await
    }

    /// What is in a query stands in logs: nothing of the page's that is worth anything, and nobody's name.
    pub(super) async fn get(&self, ask: Ask, url: &str, pairs: &Map<String, Value>) -> Exchange {
        let texts = pairs.iter().map(|(name, value)| {
            let text = value.as_str().map(str::to_owned);
            (name, text.unwrap_or_else(|| value.to_string()))
        });
        let url = match url::Url::parse(url) {
            Ok(mut it) if !pairs.is_empty() => {
                it.query_pairs_mut().extend_pairs(texts);
                it.to_string()
            }
            Ok(it) => it.to_string(),
            Err(_) => url.to_owned(),
        };
        let (method, headers, body) = (Method::GET, Vec::new(), String::new());
        self.send(ask, method, url, headers, body).await
    }

    pub(super) async fn preflight(
        &self,
        ask: Ask,
        url: &str,
        origin: &str,
        names: &str,
    ) -> Exchange {
        let own = self
            .subject
            .headers
            .iter()
            .map(|it| it.0.to_ascii_lowercase());
        let mut names: Vec<String> = names.split(',').map(str::to_owned).chain(own).collect();
        names.sort();
        let headers = vec![
            ("origin", origin.to_owned()),
            ("access-control-request-method", "POST".to_owned()),
            ("access-control-request-headers", names.join(",")),
        ];
        let (method, url, body) = (Method::OPTIONS, url.to_owned(), String::new());
        self.send(ask, method, url, headers, body).await
    }
}

/// A new Idempotency-Key.
pub(super) fn new_key() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// A request's fields.
pub(super) fn object<T: serde::Serialize>(value: &T) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(it)) => it,
        Ok(_) | Err(_) => Map::new(),
    }
}

/// A request as JSON.
pub(super) fn body<T: serde::Serialize>(value: &T) -> String {
    Value::Object(object(value)).to_string()
}

/// A page that nobody allowed; the name exists nowhere (RFC 2606).
pub(super) const STRANGER: &str = "https://malipo-check.invalid";

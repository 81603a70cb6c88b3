//! Sends one request and keeps what came back.

use std::time::Duration;

use malipo::checkout::answer::{Answer, BODY_MOST};
use malipo::checkout::timer::{INITIATE_TIMEOUT_MS, VERIFY_TIMEOUT_MS};
use malipo_wire::ErrorCode;
use reqwest::header::{self, HeaderMap};
use reqwest::{Client, Method};
use serde_json::{Map, Value};
use tokio::time::{sleep, timeout};

use super::asks::Ask;
use super::reading::{fields, seconds_until};
use super::subject::Subject;
use malipo_server::clock::{Clock as _, SystemClock};

/// One request to be sent.
pub(super) struct Request {
    pub(super) ask: Ask,
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

impl Request {
    /// What the page adds to every request goes along: not to a preflight, which is the browser's own, nor where a foreign
    /// page asks.
    fn is_the_pages(&self) -> bool {
        self.method != Method::OPTIONS && !self.ask.is_strangers()
    }
}

/// One request, and what came of it.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) ask: Ask,
    pub(super) outcome: Outcome,
}

#[derive(Debug)]
pub(super) enum Outcome {
    Heard(Heard),
    /// No answer within this time.
    Late(Limit),
    /// No connection, or it broke: why.
    Broken(String),
}

/// How long an answer was waited for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub(super) time: Duration,
    /// It is the widget's own, and not the operator's (`--patience`).
    pub(super) is_widgets: bool,
}

/// An HTTP answer.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// As much as was read.
    pub(super) text: String,
    /// How many bytes were read: [`READ_MOST`] at most, and a little.
    pub(super) bytes: usize,
    /// The body, where it is a JSON object.
    pub(super) json: Option<Map<String, Value>>,
    /// `Retry-After` in seconds, from the moment in which the answer came.
    pub(super) retry_after: Option<u64>,
}

impl Heard {
    /// A header's value, or "".
    pub(super) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.and_then(|it| it.to_str().ok()).unwrap_or_default()
    }

    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(super) fn is_redirect(&self) -> bool {
        (300..400).contains(&self.status)
    }

    /// A no that was meant: not a breakdown, a limit or a redirect, which say nothing about what was asked.
    pub(super) fn is_refusal(&self) -> bool {
        match self.status {
            200..300 => self.says_no(),
            408 | 425 | 429 => false,
            400..500 => true,
            _ => false,
        }
    }

    /// "Another attempt is still running": of what was asked it says nothing.
    pub(super) fn is_busy(&self) -> bool {
        let says_so = || self.answer().refusal().code == ErrorCode::Busy;
        self.status == 409 && (self.retry_after.is_some() || says_so())
    }

    /// A breakdown or a limit that passes, after which the widget asks again.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self.status, 408 | 425 | 429 | 502..=504)
    }

    /// The body says no, as the providers' and our own do.
    pub(super) fn says_no(&self) -> bool {
        self.json.as_ref().is_some_and(|it| {
            let says = |name: &str| it.get(name);
            says("status").is_some_and(|it| it == "error" || it == false)
                || says("ok").is_some_and(|it| it == false)
        })
    }

    /// As the widget gets it; but a body above the widget's cap is read, for that is a check of its own.
    pub(super) fn answer(&self) -> Answer {
        Answer {
            http_status: self.status,
            retry_after_ms: self.retry_after.map(|it| it.saturating_mul(1_000)),
            body: self.json.as_ref().map(fields),
        }
    }
}

impl Exchange {
    pub(super) fn heard(&self) -> Option<&Heard> {
        match &self.outcome {
            Outcome::Heard(it) => Some(it),
            Outcome::Late(_) | Outcome::Broken(_) => None,
        }
    }
}

/// Sends as the page would.
pub(super) struct Asker {
    client: Client,
    /// For every request alike, where it was named; else each gets the widget's.
    patience: Option<Duration>,
    own: Vec<(String, String)>,
}

impl Asker {
    pub(super) fn new(subject: &Subject, patience: Option<Duration>) -> anyhow::Result<Self> {
        // A second start in one process finds the first one's choice, which is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let urls = [&subject.options.initiate_url, &subject.options.verify_url];
        let builder = Client::builder();
        let builder = if urls.iter().any(|it| it.starts_with("https:")) {
            builder
        } else {
            // Runs on machines without certificates, too.
            builder.tls_certs_only([])
        };
        let client = builder
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("malipo-check/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let own = subject.headers.iter().cloned();
        let origin = subject
            .origin
            .iter()
            .map(|it| ("origin".into(), it.clone()));
        Ok(Self {
            client,
            patience,
            own: own.chain(origin).collect(),
        })
    }

    /// Sends, and once more where the backend says 429 and for how long.
    pub(super) async fn send(&self, request: Request) -> Exchange {
        let mut outcome = self.once(&request).await;
        if let Outcome::Heard(heard) = &outcome
            && heard.status == 429
            && let Some(seconds) = heard.retry_after.filter(|it| *it <= WAIT_MOST)
        {
            sleep(Duration::from_secs(seconds)).await;
            outcome = self.once(&request).await;
        }
        Exchange {
            ask: request.ask,
            outcome,
        }
    }

    async fn once(&self, request: &Request) -> Outcome {
        let limit = self.limit(request.ask);
        match timeout(limit.time, self.exchange(request)).await {
            Err(_) => Outcome::Late(limit),
            Ok(Ok(heard)) => Outcome::Heard(heard),
            Ok(Err(error)) => Outcome::Broken(cause(&error)),
        }
    }

    fn limit(&self, ask: Ask) -> Limit {
        let widgets_ms = if ask.is_initiate() {
            INITIATE_TIMEOUT_MS
        } else {
            VERIFY_TIMEOUT_MS
        };
        Limit {
            time: self.patience.unwrap_or(Duration::from_millis(widgets_ms)),
            is_widgets: self.patience.is_none(),
        }
    }

    async fn exchange(&self, request: &Request) -> reqwest::Result<Heard> {
        let mut builder = self.client.request(request.method.clone(), &request.url);
        if request.is_the_pages() {
            for (name, value) in &self.own {
                builder = builder.header(name, value);
            }
        }
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if request.method == Method::POST {
            builder = builder
                .header(header::ACCEPT, "application/json")
                .body(request.body.clone());
        }
        let mut response = builder.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let now = SystemClock.now();
        let mut body = Vec::new();
        while body.len() <= READ_MOST
            && let Some(chunk) = response.chunk().await?
        {
            body.extend_from_slice(&chunk);
        }
        let bytes = body.len();
        let text = as_browsers_read(&body);
        let json = match serde_json::from_str(&text) {
            Ok(Value::Object(it)) => Some(it),
            Ok(_) | Err(_) => None,
        };
        let retry_after = headers.get(header::RETRY_AFTER);
        let retry_after = retry_after.and_then(|it| seconds_until(it.to_str().ok()?, now));
        Ok(Heard {
            status,
            headers,
            retry_after,
            text,
            bytes,
            json,
        })
    }
}

/// `response.text()`: UTF-8 without its byte order mark, whatever is no UTF-8 replaced.
fn as_browsers_read(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned()
}

/// What the operating system or the TLS library says: reqwest's own text only repeats the URL.
fn cause(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

/// More than the widget's cap, so that an answer above it is told from one that is none.
pub(super) const READ_MOST: usize = 16 * BODY_MOST;
/// The longest `Retry-After`, in seconds, that is waited for.
const WAIT_MOST: u64 = 30;

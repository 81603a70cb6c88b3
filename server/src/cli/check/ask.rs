//! Sends one request and keeps what came back.

use std::time::Duration;

use malipo::checkout::answer::{Answer, BODY_MOST};
use malipo::checkout::timer::{INITIATE_TIMEOUT_MS, VERIFY_TIMEOUT_MS};
use reqwest::header::{self, HeaderMap};
use reqwest::{Client, Method};
use serde_json::{Map, Value};
use tokio::time::{sleep, timeout};

use super::asks::Ask;
use super::reading::fields;
use super::subject::Subject;

/// One request to be sent.
pub(super) struct Request {
    pub(super) ask: Ask,
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
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
    /// No answer within the time.
    Late,
    /// No connection, or it broke: why.
    Broken(String),
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
            retry_after_ms: self.retry_after().map(|it| it.saturating_mul(1_000)),
            body: self.json.as_ref().map(fields),
        }
    }

    /// Seconds.
    pub(super) fn retry_after(&self) -> Option<u64> {
        self.header("retry-after").trim().parse().ok()
    }
}

impl Exchange {
    pub(super) fn heard(&self) -> Option<&Heard> {
        match &self.outcome {
            Outcome::Heard(it) => Some(it),
            Outcome::Late | Outcome::Broken(_) => None,
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
            && let Some(seconds) = heard.retry_after().filter(|it| *it <= WAIT_MOST)
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
        let widgets_ms = if request.ask.is_initiate() {
            INITIATE_TIMEOUT_MS
        } else {
            VERIFY_TIMEOUT_MS
        };
        let widgets = Duration::from_millis(widgets_ms);
        let patience = self.patience.unwrap_or(widgets);
        match timeout(patience, self.exchange(request)).await {
            Err(_) => Outcome::Late,
            Ok(Ok(heard)) => Outcome::Heard(heard),
            Ok(Err(error)) => Outcome::Broken(cause(&error)),
        }
    }

    async fn exchange(&self, request: &Request) -> reqwest::Result<Heard> {
        let mut builder = self.client.request(request.method.clone(), &request.url);
        // A preflight is the browser's own: the page's headers are not in it.
        if request.method != Method::OPTIONS {
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
        Ok(Heard {
            status,
            headers,
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

//! Notifications to merchants: a POST, tried again until it is answered well.

use std::time::Duration;

use axum::http::HeaderMap;
use tokio::sync::oneshot;

use crate::{app::App, clock, payment::Delivery};

/// One notification, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// Which payment it is about, for the log.
    pub(crate) payment: String,
    pub(crate) url: String,
    pub(crate) content_type: &'static str,
    /// Beside the content type; they may hold credentials and are never recorded.
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    /// What the ledger keeps of the body.
    pub(crate) recorded_body: String,
    /// A claim that is not true, sent by script.
    pub(crate) forged: bool,
}

/// How often and when notifications are sent.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// How many equal ones, each on its own.
    pub(crate) copies: u32,
    pub(crate) delay: Duration,
    /// Before each further try of one that was not delivered.
    pub(crate) pauses: Vec<Duration>,
    /// A merchant that is silent for so long has not answered.
    pub(crate) timeout: Duration,
    /// What an HTTP status of the merchant means.
    pub(crate) verdict: fn(u16) -> Verdict,
}

/// What an answer of the merchant means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    Delivered,
    /// Not delivered: to be tried again.
    Again,
    /// Not delivered, and not tried again.
    Abandoned,
}

/// So many tries, with a pause that doubles.
pub(crate) fn doubling(attempts: u32, pause_ms: u64) -> Vec<Duration> {
    (1..attempts)
        .map(|number| pause_ms.saturating_mul(1 << (number - 1).min(32)))
        .map(Duration::from_millis)
        .collect()
}

/// Where deliveries are written down: a provider's book and the payment in it.
pub(crate) trait Book: Clone + Send + Sync + 'static {
    /// What is shared by the program.
    fn app(&self) -> &App;
    /// Whether the payment is still there; a reset ends what was under way.
    fn exists(&self) -> bool;
    /// Adds a delivery to the payment.
    fn note(&self, delivery: Delivery);
    /// Headers that are made anew for every try, such as a signature with its time.
    fn seal(&self, _message: &Message, _now_ms: u64) -> HeaderMap {
        HeaderMap::new()
    }
}

/// Sends as planned, and waits a little for the first answer unless the plan is to be late.
pub(crate) async fn send(book: &impl Book, message: &Message, plan: Plan) {
    let mut first_answers = Vec::new();
    for copy in 1..=plan.copies {
        let (answered, first_answer) = oneshot::channel();
        first_answers.push(first_answer);
        let (book, message, plan) = (book.clone(), message.clone(), plan.clone());
        tokio::spawn(async move { deliver(&book, &message, copy, &plan, answered).await });
    }
    if plan.delay.is_zero()
        && let Some(first) = first_answers.into_iter().next()
        && tokio::time::timeout(PATIENCE, first).await.is_err()
    {
        tracing::info!(
            message.payment,
            "the merchant is slow to answer the notification; not waiting"
        );
    }
}

/// Sends once, does not wait, and never tries again.
pub(crate) fn send_once(book: &impl Book, message: Message) {
    let book = book.clone();
    tokio::spawn(async move { attempt(&book, &message, 1, 1, SILENCE).await });
}

/// Tries until the merchant answers well, or in a way that ends the tries, or the plan is over.
async fn deliver(
    book: &impl Book,
    message: &Message,
    copy: u32,
    plan: &Plan,
    answered: oneshot::Sender<()>,
) {
    tokio::time::sleep(plan.delay).await;
    let mut answered = Some(answered);
    let mut pauses = plan.pauses.iter();
    for number in 1.. {
        if !book.exists() {
            return;
        }
        let status = attempt(book, message, copy, number, plan.timeout).await;
        if let Some(answered) = answered.take() {
            // Whoever waited may have given up.
            let _ = answered.send(());
        }
        match (status.map_or(Verdict::Again, plan.verdict), pauses.next()) {
            (Verdict::Again, Some(pause)) => tokio::time::sleep(*pause).await,
            (Verdict::Again | Verdict::Delivered | Verdict::Abandoned, _) => return,
        }
    }
}

/// Sends once and writes it down. Gives the merchant's HTTP status, None where no answer came.
async fn attempt(
    book: &impl Book,
    message: &Message,
    copy: u32,
    number: u32,
    timeout: Duration,
) -> Option<u16> {
    let sent_at_ms = clock::now_ms();
    let request = book
        .app()
        .http
        .post(&message.url)
        .timeout(timeout)
        .headers(message.headers.clone())
        .headers(book.seal(message, sent_at_ms))
        .header("content-type", message.content_type)
        .body(message.body.clone());
    let (http_status, error) = match request.send().await {
        Ok(response) => (Some(response.status().as_u16()), None),
        // The address may hold a token of the merchant's.
        Err(error) => (None, Some(cause(&error.without_url()))),
    };
    tracing::info!(
        message.payment,
        attempt = number,
        http_status,
        error,
        "notification sent"
    );
    book.note(Delivery {
        copy,
        attempt: number,
        forged: message.forged,
        sent_at_ms,
        took_ms: clock::now_ms().saturating_sub(sent_at_ms),
        content_type: message.content_type,
        body: message.recorded_body.clone(),
        http_status,
        error,
    });
    http_status
}

/// The error with all that lies beneath it: "error sending request" alone helps nobody.
fn cause(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}

/// A merchant that has not answered a notification by then is asked again later.
pub(crate) const SILENCE: Duration = Duration::from_secs(5);
/// Longest time for which the browser waits for the merchant before it is sent back.
const PATIENCE: Duration = Duration::from_secs(3);

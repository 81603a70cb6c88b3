//! Notifications to the merchant's `ipn_url`.
//!
//! Documented: a POST when the payment completes, with `order_id`, `status`, `trx_id` and others, to be answered with 200. No
//! signature exists. The encoding, the other fields and the retries are our choice.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::{
    app::App,
    clock,
    payment::{Delivery, Payment, Status},
    script::{Encoding, IpnMode, IpnScript},
};

/// Sends what the script says about the status now, and waits a little for the first answer.
pub(super) async fn notify(app: &Arc<App>, id: Uuid) {
    let script = app.script().joyndpay.ipn.clone();
    if script.mode == IpnMode::Never {
        return;
    }
    let Some(message) = app
        .ledger()
        .payment(id)
        .map(|payment| Message::new(payment, payment.status, script.encoding, false))
    else {
        return;
    };
    let mut first_answers = Vec::new();
    for copy in 1..=script.copies {
        let (answered, first_answer) = oneshot::channel();
        first_answers.push(first_answer);
        let (app, message, script) = (Arc::clone(app), message.clone(), script.clone());
        tokio::spawn(async move { deliver(&app, &message, copy, &script, answered).await });
    }
    if script.delay_ms == 0
        && let Some(first) = first_answers.into_iter().next()
        && tokio::time::timeout(PATIENCE, first).await.is_err()
    {
        tracing::info!(%id, "the merchant is slow to answer the notification; not waiting");
    }
}

/// Sends one notification that claims success, whatever the truth is. It is not tried again.
pub(super) fn forge(app: &Arc<App>, id: Uuid) {
    let script = app.script().joyndpay.ipn.clone();
    let Some(message) = app
        .ledger()
        .payment(id)
        .map(|payment| Message::new(payment, Status::Success, script.encoding, true))
    else {
        return;
    };
    let app = Arc::clone(app);
    tokio::spawn(async move { attempt(&app, &message, 1, 1).await });
}

/// One notification, ready to be sent.
#[derive(Clone, Debug)]
struct Message {
    payment: Uuid,
    url: String,
    content_type: &'static str,
    body: String,
    forged: bool,
}

impl Message {
    fn new(payment: &Payment, status: Status, encoding: Encoding, forged: bool) -> Self {
        let random = payment.id.simple().to_string().to_uppercase();
        let trx_id = format!("TRX-{}", random.chars().skip(20).collect::<String>());
        let amount = payment.amount.number();
        let (content_type, body) = match encoding {
            Encoding::Json => (
                "application/json",
                json!({
                    "order_id": payment.order_id,
                    "status": status,
                    "trx_id": trx_id,
                    "amount": amount,
                    "currency": payment.currency,
                })
                .to_string(),
            ),
            Encoding::Form => (
                "application/x-www-form-urlencoded",
                serde_urlencoded::to_string([
                    ("order_id", payment.order_id.as_str()),
                    ("status", status.as_str()),
                    ("trx_id", &trx_id),
                    ("amount", amount.as_str()),
                    ("currency", &payment.currency),
                ])
                .unwrap_or_default(),
            ),
        };
        Self {
            payment: payment.id,
            url: payment.ipn_url.clone(),
            content_type,
            body,
            forged,
        }
    }
}

/// Tries until the merchant answers 200, with a pause that doubles.
async fn deliver(
    app: &App,
    message: &Message,
    copy: u32,
    script: &IpnScript,
    answered: oneshot::Sender<()>,
) {
    tokio::time::sleep(Duration::from_millis(script.delay_ms)).await;
    let mut answered = Some(answered);
    let mut pause = Duration::from_millis(script.retry_ms);
    for number in 1..=script.attempts {
        // A reset ends what was under way.
        if app.ledger().payment(message.payment).is_none() {
            return;
        }
        let done = attempt(app, message, copy, number).await;
        if let Some(answered) = answered.take() {
            // Whoever waited may have given up.
            let _ = answered.send(());
        }
        if done || number == script.attempts {
            return;
        }
        tokio::time::sleep(pause).await;
        pause = pause.saturating_mul(2);
    }
}

/// Sends once and writes it into the ledger. True where the merchant answered 200.
async fn attempt(app: &App, message: &Message, copy: u32, number: u32) -> bool {
    let sent_at_ms = clock::now_ms();
    let answer = app
        .http
        .post(&message.url)
        .header("content-type", message.content_type)
        .body(message.body.clone())
        .send()
        .await;
    let (http_status, error) = match answer {
        Ok(response) => (Some(response.status().as_u16()), None),
        // The address may hold a token of the merchant's.
        Err(error) => (None, Some(cause(&error.without_url()))),
    };
    tracing::info!(payment = %message.payment, attempt = number, http_status, error, "notification sent");
    app.ledger().note_delivery(
        message.payment,
        Delivery {
            copy,
            attempt: number,
            forged: message.forged,
            sent_at_ms,
            took_ms: clock::now_ms().saturating_sub(sent_at_ms),
            content_type: message.content_type,
            body: message.body.clone(),
            http_status,
            error,
        },
    );
    http_status == Some(200)
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

/// Longest time for which the browser waits for the merchant before it is sent back.
const PATIENCE: Duration = Duration::from_secs(3);

//! Notifications to the merchant's `ipn_url`.
//!
//! Documented: a POST when the payment completes, with `order_id`, `status`, `trx_id` and others, to be answered with 200. No
//! signature exists. The encoding, the other fields and the retries are our choice.

use std::{sync::Arc, time::Duration};

use axum::http::HeaderMap;
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::App,
    notify::{self, Book, Message, Plan, Verdict},
    payment::{Delivery, Payment, Status},
    script::joyndpay::{Encoding, IpnMode, IpnScript},
};

/// Sends what the script says about the status now, and waits a little for the first answer.
pub(super) async fn notify(app: &Arc<App>, id: Uuid) {
    let script = app.script().joyndpay.ipn.clone();
    if script.mode == IpnMode::Never {
        return;
    }
    let message = app
        .ledger()
        .payment(id)
        .map(|payment| message(payment, payment.status, script.encoding, false));
    if let Some(message) = message {
        notify::send(&InLedger::new(app, id), &message, plan(&script)).await;
    }
}

/// Sends one notification that claims success, whatever the truth is. It is not tried again.
pub(super) fn forge(app: &Arc<App>, id: Uuid) {
    let script = app.script().joyndpay.ipn.clone();
    let message = app
        .ledger()
        .payment(id)
        .map(|payment| message(payment, Status::Success, script.encoding, true));
    if let Some(message) = message {
        notify::send_once(&InLedger::new(app, id), message);
    }
}

/// The payment that a notification is about.
#[derive(Clone, Debug)]
struct InLedger {
    app: Arc<App>,
    payment: Uuid,
}

impl InLedger {
    fn new(app: &Arc<App>, payment: Uuid) -> Self {
        let app = Arc::clone(app);
        Self { app, payment }
    }
}

impl Book for InLedger {
    fn app(&self) -> &App {
        &self.app
    }

    fn exists(&self) -> bool {
        self.app.ledger().payment(self.payment).is_some()
    }

    fn note(&self, delivery: Delivery) {
        self.app.ledger().note_delivery(self.payment, delivery);
    }
}

fn plan(script: &IpnScript) -> Plan {
    Plan {
        copies: script.copies,
        delay: Duration::from_millis(script.delay_ms),
        pauses: notify::doubling(script.attempts, script.retry_ms),
        timeout: notify::SILENCE,
        verdict: |status| {
            if status == 200 {
                Verdict::Delivered
            } else {
                Verdict::Again
            }
        },
    }
}

fn message(payment: &Payment, status: Status, encoding: Encoding, forged: bool) -> Message {
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
    Message {
        payment: payment.id.to_string(),
        url: payment.ipn_url.clone(),
        content_type,
        headers: HeaderMap::new(),
        recorded_body: body.clone(),
        body,
        forged,
    }
}

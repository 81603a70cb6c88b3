//! Webhooks: one address for test and live, a signature made anew for every try, the same body and `delivery_id` in all of them.
//!
//! Documented: the events, the payload, the signature's form, 8 seconds, and that 2xx is delivered, a timeout, 5xx and 429 are
//! tried again and any other 4xx is abandoned at once. Not documented: when and how often it is tried again, and 1xx and 3xx,
//! which are tried again here.

use std::{fmt, sync::Arc, time::Duration};

use axum::http::{HeaderMap, HeaderValue};
use indexmap::IndexMap;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    answer::iso,
    args::{JoPayArgs, KeyForm},
    partner_id,
    request::{Attempt, PayRequest},
    signature::Secret,
};
use crate::{
    app::App,
    clock,
    notify::{self, Book, Message, Plan, Verdict},
    payment::{Delivery, Status},
    script::jopay::{Order, Signing, WebhookMode, WebhookScript},
};

/// Where webhooks go and how they are signed, as in the partner's portal.
#[derive(Clone)]
pub(super) struct Registration {
    /// None are sent without it.
    pub(super) url: Option<String>,
    pub(super) secret: Secret,
    pub(super) key_form: KeyForm,
}

impl Registration {
    /// What the command line says.
    pub(super) fn new(settings: &JoPayArgs) -> Self {
        Self {
            url: settings.webhook_url.clone(),
            secret: settings.webhook_secret.clone(),
            key_form: settings.webhook_key_form,
        }
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registration([redacted])")
    }
}

/// `payment.proof_attached`, unless the script wants it after the other.
pub(super) async fn attached(app: &Arc<App>, id: Uuid, attempt: &Attempt) {
    let script = app.script().jopay.webhook.clone();
    let held_back = script.order == Order::Reversed && attempt.wanted == Status::Success;
    if !held_back {
        tell(
            app,
            id,
            attempt,
            Event::ProofAttached,
            attempt.at_ms,
            &script,
        )
        .await;
    }
}

/// `payment.proof_verified`, and what was held back until then.
pub(super) async fn verified(app: &Arc<App>, id: Uuid) {
    let script = app.script().jopay.webhook.clone();
    let found = app.jopay.requests().request(id).cloned();
    let Some(request) = found else { return };
    let Some(attempt) = request.exact() else {
        return;
    };
    let at_ms = request.verified_at_ms.unwrap_or_default();
    tell(app, id, attempt, Event::ProofVerified, at_ms, &script).await;
    if script.order == Order::Reversed {
        tell(
            app,
            id,
            attempt,
            Event::ProofAttached,
            attempt.at_ms,
            &script,
        )
        .await;
    }
}

/// Sends one that claims a verified payment that never was, with a signature that does not verify. It is not tried again.
pub(super) fn forge(app: &Arc<App>, request: &PayRequest) {
    let script = WebhookScript {
        signature: Signing::Wrong,
        ..app.script().jopay.webhook.clone()
    };
    let claim = Claim {
        event: Event::ProofVerified,
        tx_hash: format!("0x{}", "0".repeat(64)),
        payer_address: format!("0x{}", "0".repeat(40)),
        at_ms: clock::now_ms(),
    };
    if let Some(message) = message(app, request, &claim, &script, true) {
        notify::send_once(&InRequests::new(app, request.id, &script), message);
    }
}

async fn tell(
    app: &Arc<App>,
    id: Uuid,
    attempt: &Attempt,
    event: Event,
    at_ms: u64,
    script: &WebhookScript,
) {
    if script.mode == WebhookMode::Never {
        return;
    }
    let found = app.jopay.requests().request(id).cloned();
    let Some(request) = found else { return };
    let claim = Claim {
        event,
        tx_hash: attempt.tx_hash.clone(),
        payer_address: attempt.payer_address.clone(),
        at_ms,
    };
    if let Some(message) = message(app, &request, &claim, script, false) {
        notify::send(&InRequests::new(app, id, script), &message, plan(script)).await;
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Event {
    ProofAttached,
    ProofVerified,
}

/// What a webhook says beside the request's own ids.
struct Claim {
    event: Event,
    tx_hash: String,
    payer_address: String,
    at_ms: u64,
}

/// None where webhooks go nowhere.
fn message(
    app: &App,
    request: &PayRequest,
    claim: &Claim,
    script: &WebhookScript,
    forged: bool,
) -> Option<Message> {
    let body = payload(request, claim, script);
    Some(Message {
        payment: request.id.to_string(),
        url: app.jopay.registration().url.clone()?,
        content_type: "application/json",
        headers: HeaderMap::new(),
        recorded_body: body.clone(),
        body,
        forged,
    })
}

/// The documented fields in the documented order; there is no amount among them.
fn payload(request: &PayRequest, claim: &Claim, script: &WebhookScript) -> String {
    let (event, proof_status) = match claim.event {
        Event::ProofAttached => ("payment.proof_attached", "attached"),
        Event::ProofVerified => ("payment.proof_verified", "verified"),
    };
    let mut body: IndexMap<&str, Value> = IndexMap::from([
        ("event", json!(event)),
        ("delivery_id", json!(Uuid::new_v4())),
        ("partner_id", json!(partner_id(request.mode))),
        ("request_id", json!(request.id)),
        ("merchant_id", json!(request.terms.merchant)),
        ("proof_status", json!(proof_status)),
        ("proof_source", json!("trails_on_chain")),
        ("tx_hash", json!(claim.tx_hash)),
        ("payer_address", json!(claim.payer_address)),
        ("timestamp", json!(iso(claim.at_ms))),
    ]);
    if script.metadata {
        body.insert("metadata", json!(request.terms.metadata));
    }
    for (name, value) in &script.fields {
        if let Some(field) = body.get_mut(name.as_str()) {
            *field = value.clone();
        }
    }
    serde_json::to_string(&body).unwrap_or_default()
}

fn plan(script: &WebhookScript) -> Plan {
    let pauses = script.retry_ms.iter();
    Plan {
        copies: script.copies,
        delay: Duration::from_millis(script.delay_ms),
        pauses: pauses.map(|it| Duration::from_millis(*it)).collect(),
        timeout: Duration::from_millis(script.timeout_ms),
        verdict: |status| match status {
            200..=299 => Verdict::Delivered,
            429 => Verdict::Again,
            400..=499 => Verdict::Abandoned,
            _ => Verdict::Again,
        },
    }
}

/// The request that a webhook is about.
#[derive(Clone, Debug)]
struct InRequests {
    app: Arc<App>,
    id: Uuid,
    signing: Signing,
}

impl InRequests {
    fn new(app: &Arc<App>, id: Uuid, script: &WebhookScript) -> Self {
        Self {
            app: Arc::clone(app),
            id,
            signing: script.signature,
        }
    }
}

impl Book for InRequests {
    fn app(&self) -> &App {
        &self.app
    }

    fn exists(&self) -> bool {
        self.app.jopay.requests().request(self.id).is_some()
    }

    fn note(&self, delivery: Delivery) {
        self.app.jopay.requests().note_delivery(self.id, delivery);
    }

    /// A secret that was changed meanwhile signs what is tried from then on.
    fn seal(&self, message: &Message, now_ms: u64) -> HeaderMap {
        let registration = self.app.jopay.registration().clone();
        let (secret, at_ms) = match self.signing {
            Signing::None => return HeaderMap::new(),
            Signing::Good => (registration.secret, now_ms),
            Signing::Wrong => (registration.secret.wrong(), now_ms),
            Signing::Stale => (registration.secret, now_ms.saturating_sub(STALE_MS)),
        };
        let value = secret.header(registration.key_form, at_ms, &message.body);
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert("X-JoPay-Signature", value);
        }
        headers
    }
}

/// An hour: outside any tolerance.
const STALE_MS: u64 = 3_600_000;

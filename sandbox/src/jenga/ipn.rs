//! Notifications (IPN): one address for all links, with HTTP Basic and no signature.
//!
//! Documented: the payload, Basic, one registration an account, success and failure by default. How an answer is judged and how
//! often it is tried again is not: 2xx, three times.

use std::{fmt, sync::Arc, time::Duration};

use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::{
    args::JengaArgs,
    link::{Attempt, Link, Method, Outcome},
    payload::payload,
};
use crate::{
    app::App,
    clock,
    notify::{self, Book, Message, Plan, Verdict},
    payment::{Delivery, Status, Via},
    script::jenga::{IpnAuth, IpnMode, IpnScript},
};

/// Whom to notify, as the merchant enters it into the portal.
#[derive(Clone)]
pub(super) struct Registration {
    /// None is notified without it.
    pub(super) url: Option<String>,
    pub(super) username: String,
    pub(super) password: String,
}

impl Registration {
    /// What the command line says.
    pub(super) fn new(settings: &JengaArgs) -> Self {
        Self {
            url: settings.ipn_url.clone(),
            username: settings.ipn_username.clone(),
            password: settings.ipn_password.clone(),
        }
    }

    fn headers(&self, auth: IpnAuth) -> HeaderMap {
        let password = match auth {
            IpnAuth::None => return HeaderMap::new(),
            IpnAuth::Good => self.password.clone(),
            IpnAuth::Wrong => format!("not-{}", self.password),
        };
        let text = BASE64_STANDARD.encode(format!("{}:{password}", self.username));
        let mut headers = HeaderMap::new();
        if let Ok(mut value) = HeaderValue::from_str(&format!("Basic {text}")) {
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        headers
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registration([redacted])")
    }
}

/// Tells what an attempt came to as the script says, and waits a little for the first answer.
pub(super) async fn notify(app: &Arc<App>, link_ref: &str, attempt: &Attempt) {
    let script = app.script().jenga.ipn.clone();
    let unwanted = script.success_only && attempt.result != Outcome::Paid;
    if script.mode == IpnMode::Never || unwanted {
        return;
    }
    let link = app.jenga.links().link(link_ref).cloned();
    let Some(link) = link else { return };
    if let Some(message) = message(app, &link, attempt, &script, false) {
        notify::send(&InLinks::new(app, link_ref), &message, plan(&script)).await;
    }
}

/// Sends one notification that claims a payment by M-Pesa that never was, with a wrong password. It is not tried again.
pub(super) fn forge(app: &Arc<App>, link: &Link) {
    let script = IpnScript {
        auth: IpnAuth::Wrong,
        ..app.script().jenga.ipn.clone()
    };
    let attempt = Attempt {
        at_ms: clock::now_ms(),
        via: Via::Script,
        payer: link.payer(0, Method::Mpesa),
        wanted: Status::Success,
        result: Outcome::Paid,
        reference: "000000000001".to_owned(),
        bill_number: "BILL00000001".to_owned(),
    };
    if let Some(message) = message(app, link, &attempt, &script, true) {
        notify::send_once(&InLinks::new(app, &link.link_ref), message);
    }
}

/// None where nobody is to be notified.
fn message(
    app: &App,
    link: &Link,
    attempt: &Attempt,
    script: &IpnScript,
    forged: bool,
) -> Option<Message> {
    let registration = app.jenga.registration().clone();
    let headers = registration.headers(script.auth);
    let phone = &attempt.payer.phone;
    Some(Message {
        payment: link.link_ref.clone(),
        url: registration.url?,
        content_type: "application/json",
        headers,
        body: payload(link, attempt, phone, script).to_string(),
        recorded_body: payload(link, attempt, &masked(phone), script).to_string(),
        forged,
    })
}

fn plan(script: &IpnScript) -> Plan {
    Plan {
        copies: script.copies,
        delay: Duration::from_millis(script.delay_ms),
        pauses: notify::doubling(script.attempts, script.retry_ms),
        timeout: notify::SILENCE,
        verdict: |status| {
            if (200..=299).contains(&status) {
                Verdict::Delivered
            } else {
                Verdict::Again
            }
        },
    }
}

/// A telephone number of which the first four and the last three digits are left, as the ledger prints it.
pub(super) fn masked(phone: &str) -> String {
    let shown = |at: usize| phone.len() > 9 && (at < 4 || at + 3 >= phone.len());
    let digits = phone.char_indices();
    digits
        .map(|(at, it)| if shown(at) { it } else { '*' })
        .collect()
}

/// The link that a notification is about.
#[derive(Clone, Debug)]
struct InLinks {
    app: Arc<App>,
    link_ref: String,
}

impl InLinks {
    fn new(app: &Arc<App>, link_ref: &str) -> Self {
        Self {
            app: Arc::clone(app),
            link_ref: link_ref.to_owned(),
        }
    }
}

impl Book for InLinks {
    fn app(&self) -> &App {
        &self.app
    }

    fn exists(&self) -> bool {
        self.app.jenga.links().link(&self.link_ref).is_some()
    }

    fn note(&self, delivery: Delivery) {
        self.app
            .jenga
            .links()
            .note_delivery(&self.link_ref, delivery);
    }
}

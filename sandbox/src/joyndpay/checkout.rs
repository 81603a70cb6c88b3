//! The hosted checkout page. It works without JavaScript: every button is a form's, every wait a refresh.

use std::{sync::Arc, time::Duration};

use axum::{
    Form,
    extract::{Path, Query, State, rejection::FormRejection},
    http::{HeaderName, HeaderValue, Method as HttpMethod, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    pages::{self, Outcome},
    settle,
};
use crate::{
    app::App,
    clock,
    ledger::Settle,
    page::see_other,
    payment::{Method, Payment, Provider, Status, Via},
    script::joyndpay::CheckoutScript,
};

/// What our own redirects say about the page to show.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct View {
    /// "waiting": a slow payment's page refreshes itself; "left": the shopper walked away; "again": it was settled before.
    seen: String,
}

/// The form of the page. Details are checked for presence and then forgotten.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pressed {
    pub(super) action: String,
    pub(super) method: String,
    pub(super) card_number: String,
    pub(super) card_expiry: String,
    pub(super) card_cvc: String,
    pub(super) phone: String,
}

/// `GET /joyndpay/make/payment/{mode}/{utr}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    method: HttpMethod,
    Path((mode, utr)): Path<(String, String)>,
    Query(view): Query<View>,
) -> Response {
    let script = app.script().joyndpay.checkout.clone();
    let response = match find(&app, &mode, &utr) {
        None => pages::unknown(),
        Some(payment) => {
            if view.seen.is_empty() && method == HttpMethod::GET {
                app.ledger().open(payment.id, clock::now_ms());
            }
            page_for(&payment, &view, &script)
        }
    };
    with_coop(response, &script)
}

fn page_for(payment: &Payment, view: &View, script: &CheckoutScript) -> Response {
    let outcome = match payment.status {
        Status::Pending if view.seen == "left" => return pages::left(payment),
        Status::Pending if payment.processing_until_ms.is_some() => {
            return pages::processing(payment);
        }
        Status::Pending => {
            return pages::checkout(
                StatusCode::OK,
                payment,
                script.slow_ms,
                &Pressed::default(),
                &[],
            );
        }
        Status::Success => Outcome::Paid,
        Status::Failed => Outcome::Failed,
    };
    if view.seen == "waiting" && script.redirect {
        see_other(&payment.callback_url)
    } else {
        pages::outcome(payment, outcome, view.seen == "again")
    }
}

/// `POST /joyndpay/make/payment/{mode}/{utr}`: a button was pressed.
pub(super) async fn press(
    State(app): State<Arc<App>>,
    Path((mode, utr)): Path<(String, String)>,
    form: Result<Form<Pressed>, FormRejection>,
) -> Response {
    let script = app.script().joyndpay.checkout.clone();
    let response = match (find(&app, &mode, &utr), form) {
        (None, _) => pages::unknown(),
        (Some(_), Err(rejection)) => rejection.into_response(),
        (Some(payment), Ok(Form(pressed))) => act(&app, &payment, &pressed, &script).await,
    };
    with_coop(response, &script)
}

async fn act(
    app: &Arc<App>,
    payment: &Payment,
    pressed: &Pressed,
    script: &CheckoutScript,
) -> Response {
    if pressed.action == "leave" {
        app.ledger().walk_away(payment.id);
        return see_other(&format!("{}?seen=left", payment.checkout_url));
    }
    let method = match pressed.read_method() {
        Ok(method) => method,
        Err(problems) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return pages::checkout(status, payment, script.slow_ms, pressed, &problems);
        }
    };
    let settle = |wanted| Settle {
        now_ms: clock::now_ms(),
        via: Via::Page,
        method: Some(method),
        wanted,
        reverse: false,
    };
    let changed = match pressed.action.as_str() {
        "succeed" => settle::settle(app, payment.id, settle(Status::Success)).await,
        "fail" => settle::settle(app, payment.id, settle(Status::Failed)).await,
        "slow" => {
            start_slowly(app, payment.id, settle(Status::Success), script.slow_ms);
            return see_other(&format!("{}?seen=waiting", payment.checkout_url));
        }
        _ => {
            let problem = "Please press one of the buttons.".to_owned();
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return pages::checkout(status, payment, script.slow_ms, pressed, &[problem]);
        }
    };
    if changed.is_some_and(|it| it.changed()) && script.redirect {
        see_other(&payment.callback_url)
    } else if changed.is_some_and(|it| it.changed()) {
        see_other(&payment.checkout_url)
    } else {
        see_other(&format!("{}?seen=again", payment.checkout_url))
    }
}

/// Succeeds after a while, whether or not the page stays open.
fn start_slowly(app: &Arc<App>, id: Uuid, press: Settle, slow_ms: u64) {
    let until_ms = clock::now_ms().saturating_add(slow_ms);
    if !app.ledger().start_processing(id, until_ms, press) {
        return;
    }
    let app = Arc::clone(app);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(slow_ms)).await;
        let settle = Settle {
            now_ms: clock::now_ms(),
            via: Via::SlowPage,
            ..press
        };
        settle::settle(&app, id, settle).await;
    });
}

impl Pressed {
    /// What the shopper pays with, if the details are there.
    fn read_method(&self) -> Result<Method, Vec<String>> {
        let (method, details): (_, &[(&str, &str)]) = match self.method.as_str() {
            "card" => (
                Method::Card,
                &[
                    ("the card number", &self.card_number),
                    ("the expiry date", &self.card_expiry),
                    ("the security code", &self.card_cvc),
                ],
            ),
            "momo" => (
                Method::MobileMoney,
                &[("the mobile money number", &self.phone)],
            ),
            _ => return Err(vec!["Please choose how to pay.".to_owned()]),
        };
        let problems: Vec<_> = details
            .iter()
            .filter(|(_, value)| value.trim().is_empty())
            .map(|(name, _)| format!("Please enter {name}."))
            .collect();
        if problems.is_empty() {
            Ok(method)
        } else {
            Err(problems)
        }
    }
}

/// The page's style.
pub(super) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css")], STYLE)
}

fn find(app: &App, mode: &str, utr: &str) -> Option<Payment> {
    let id = Uuid::parse_str(utr).ok()?;
    let ledger = app.ledger();
    ledger
        .payment(id)
        .filter(|it| it.provider == Provider::JoyndPay && it.mode.as_str() == mode)
        .cloned()
}

fn with_coop(mut response: Response, script: &CheckoutScript) -> Response {
    if let Some(coop) = script.coop.as_deref()
        && let Ok(value) = HeaderValue::from_str(coop)
    {
        let name = HeaderName::from_static("cross-origin-opener-policy");
        response.headers_mut().insert(name, value);
    }
    response
}

const STYLE: &str = include_str!("../../static/joyndpay.css");

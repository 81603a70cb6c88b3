//! The hosted pay page. It works without JavaScript: every button is a form's, every wait a refresh. It ends with a receipt:
//! nothing on it leads back to the shop.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, Query, State, rejection::FormRejection},
    http::{HeaderName, HeaderValue, Method as HttpMethod, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    pages::{self, page_url},
    request::{PayRequest, ProofStatus, RequestStatus},
    requests::Transfer,
    settle,
};
use crate::{app::App, clock, page::see_other, payment::Via, script::jopay::CheckoutScript};

/// What our own redirects say about the page to show.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct View {
    /// "sent": what was just sent, whose page also refreshes itself; "left": the shopper walked away.
    seen: String,
}

/// The form of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pressed {
    action: String,
}

/// `GET /jopay/pay/{request_id}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    method: HttpMethod,
    Path(id): Path<String>,
    Query(view): Query<View>,
) -> Response {
    let script = app.script().jopay.checkout.clone();
    let first_look = view.seen.is_empty() && method == HttpMethod::GET;
    let response = match find(&app, &id, first_look) {
        None => pages::unknown(),
        Some(request) => page_for(&app, &request, &view),
    };
    with_coop(response, &script)
}

fn page_for(app: &App, request: &PayRequest, view: &View) -> Response {
    let now_ms = clock::now_ms();
    match (request.proof_status(), request.status(now_ms)) {
        (ProofStatus::Verified, _) => pages::receipt(app, request),
        // Money that is on its way is looked for beyond the deadline.
        (ProofStatus::Attached, _) if request.exact().is_some() => {
            pages::verifying(app, request, now_ms)
        }
        (proof, RequestStatus::Expired) => {
            pages::expired(app, request, proof == ProofStatus::Attached)
        }
        (_, RequestStatus::Cancelled) => pages::cancelled(app, request),
        _ if view.seen == "left" => pages::left(app, request),
        (proof, RequestStatus::Requested | RequestStatus::Opened) => {
            let mismatch = proof == ProofStatus::Attached;
            pages::form(app, StatusCode::OK, request, now_ms, mismatch, None)
        }
    }
}

/// `POST /jopay/pay/{request_id}`: a button was pressed.
pub(super) async fn press(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    form: Result<Form<Pressed>, FormRejection>,
) -> Response {
    let script = app.script().jopay.checkout.clone();
    let response = match (find(&app, &id, false), form) {
        (None, _) => pages::unknown(),
        (Some(_), Err(rejection)) => rejection.into_response(),
        (Some(request), Ok(Form(pressed))) => act(&app, &request, &pressed, &script).await,
    };
    with_coop(response, &script)
}

async fn act(
    app: &Arc<App>,
    request: &PayRequest,
    pressed: &Pressed,
    script: &CheckoutScript,
) -> Response {
    let exact = match pressed.action.as_str() {
        "send" => true,
        "send_too_little" => false,
        "leave" => {
            app.jopay.requests().walk_away(request.id);
            return see_other(&format!("{}?seen=left", page_url(app, request.id)));
        }
        _ => {
            let problem = "Please press one of the buttons.";
            let mismatch = request.proof_status() == ProofStatus::Attached;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return pages::form(
                app,
                status,
                request,
                clock::now_ms(),
                mismatch,
                Some(problem),
            );
        }
    };
    let transfer = Transfer {
        via: Via::Page,
        exact,
        verify_after_ms: script.verify_ms,
    };
    settle::send(app, request.id, transfer).await;
    // A redirect, so that a reload presses nothing. The page says what came of it.
    see_other(&format!("{}?seen=sent", page_url(app, request.id)))
}

/// The page's style.
pub(super) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css")], STYLE)
}

/// The request, after its opening was counted.
fn find(app: &App, id: &str, first_look: bool) -> Option<PayRequest> {
    let id = Uuid::parse_str(id).ok()?;
    let mut requests = app.jopay.requests();
    if first_look {
        requests.open(id, clock::now_ms());
    }
    requests.request(id).cloned()
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

const STYLE: &str = include_str!("../../static/jopay.css");

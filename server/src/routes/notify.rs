//! `POST /pay/notify/{provider}`: what a provider tells by itself. As a rule it is a hint: the provider is asked.
//!
//! Where the provider signs nothing, each attempt has a path of its own, `/pay/notify/{provider}/{secret}`, with 256
//! random bits that only the provider was told.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use malipo_wire::ErrorCode;

use super::body;
use super::error::ApiError;
use crate::app::App;
use crate::payment::link::{Heard, Told};
use crate::payment::settle::{Alarm, Observation};
use crate::payment::transaction::Payment;
use crate::payment::{Attempt, AttemptStatus};
use crate::provider::{Desk, Notice, NoticeError, NoticeRequest};
use crate::random;
use crate::reconcile;
use crate::store::Door;
use crate::store::transactions::ToldTransaction;
use crate::telemetry::NoticeLabels;

/// A notification that proves by itself who sent it.
pub(super) async fn signed(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let Path(provider) = path.map_err(|_| forged(&app, "-"))?;
    let desk = app
        .desk(&provider)
        .filter(|it| it.provider.signs_notices())
        .ok_or_else(|| forged(&app, &provider))?;
    let bytes = body::bytes(body).await?;
    let Some(notice) = read(&app, desk, &headers, &bytes).await? else {
        return Ok(thanks(&app, desk.provider.id(), "ignored"));
    };
    // Counted once it is proven: a stranger must not use up what the provider may send.
    let count = |about: &String| {
        let counted = app.limits.notices.count(about);
        counted.map_err(ApiError::rate_limited)
    };
    if notice.says == Some(Observation::Unasked) {
        count(&provider)?;
        return parked(&app, desk, &notice).await;
    }
    let found = app.store.attempt_named(&provider, &notice.names).await?;
    if let Some(attempt) = found {
        count(&attempt.id.0)?;
        return taken(&app, &attempt, &notice).await;
    }
    // Not counted: many payers of one link may pay within a minute.
    if let Some(response) = of_a_link(&app, &provider, &notice).await? {
        return Ok(response);
    }
    count(&provider)?;
    parked(&app, desk, &notice).await
}

/// A notification to an attempt's own address.
pub(super) async fn secret(
    State(app): State<Arc<App>>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let Path((provider, secret)) = path.map_err(|_| forged(&app, "-"))?;
    let hash = random::hash(&secret);
    let found = app.store.attempt_by_secret(Door::Notify, hash).await?;
    let desk = app
        .desk(&provider)
        .filter(|it| !it.provider.signs_notices());
    let (Some(attempt), Some(desk)) = (found.filter(|it| it.provider == provider), desk) else {
        return Err(forged(&app, &provider));
    };
    app.limits
        .notices
        .count(&attempt.id.0)
        .map_err(ApiError::rate_limited)?;
    let bytes = body::bytes(body).await?;
    let Some(notice) = read(&app, desk, &headers, &bytes).await? else {
        return Ok(thanks(&app, desk.provider.id(), "ignored"));
    };
    let other = notice.names.iter().any(|it| *it != attempt.reference.0);
    if other {
        parked(&app, desk, &notice).await
    } else {
        taken(&app, &attempt, &notice).await
    }
}

async fn read(
    app: &App,
    desk: &Desk,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Option<Notice>, ApiError> {
    let request = NoticeRequest {
        headers,
        body,
        now: app.now(),
    };
    match desk.provider.read_notice(&request) {
        Ok(notice) => Ok(notice),
        Err(NoticeError::Forged) => Err(forged(app, desk.provider.id())),
        Err(NoticeError::Stale) => {
            count(app, desk.provider.id(), "stale");
            Err(ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                ErrorCode::Backend,
                "the notification was signed too long ago, or in the future; send it again, signed anew",
            ))
        }
        Err(NoticeError::Unreadable) => Ok(Some(Notice {
            names: Vec::new(),
            says: None,
            summary: "its body is not of the documented shape".to_owned(),
            transaction: None,
        })),
    }
}

/// Takes in what a notification says of one of our attempts.
async fn taken(app: &Arc<App>, attempt: &Attempt, notice: &Notice) -> Result<Response, ApiError> {
    let again = paid_again(app, attempt, notice).await?;
    // That it came is noted too where somebody was quicker; where it says itself how the attempt stands, it is asked nothing.
    let is_hint = notice.says.is_none();
    if !attempt.status.is_open() {
        if is_hint {
            app.store.notified(&attempt.id, app.now()).await?;
        }
        let outcome = if again { "parked" } else { "known" };
        return Ok(thanks(app, &attempt.provider, outcome));
    }
    let says = planted!(NoticeMeansPaid => taken_at_its_word(attempt) else notice.says);
    if let Some(observation) = says {
        reconcile::note(app, attempt, observation).await?;
    } else if !planted!(NoticeDropped) {
        // Due from now on, whatever happens to this process; then asked at once.
        let now = app.now();
        if !planted!(NoticeLostOnKill) {
            app.store.notified(&attempt.id, now).await?;
        }
        reconcile::told(app, attempt, now);
    }
    Ok(thanks(app, &attempt.provider, "accepted"))
}

/// Whether it tells of a second payment of one attempt, for a person to give back. Its state stays as it is: paid once is paid.
async fn paid_again(app: &App, attempt: &Attempt, notice: &Notice) -> Result<bool, ApiError> {
    let Some((references, received)) = notice.paid_by(attempt) else {
        return Ok(false);
    };
    let told = ToldTransaction {
        attempt: attempt.id.clone(),
        references,
        received,
        provider: attempt.provider.clone(),
        names: notice.names.clone(),
        summary: notice.summary.clone(),
        tell: app.audience.tell(app.test()),
        now: app.now(),
    };
    let payment = app.store.tell_transaction(told).await?;
    match payment {
        Payment::First | Payment::Known => return Ok(false),
        Payment::Second => {
            reconcile::alarm(app, attempt, Alarm::DuplicatePaid, received);
            app.audience.bell.notify_one();
        }
        Payment::Rest | Payment::Unclear => tracing::warn!(
            provider = attempt.provider,
            attempt = attempt.id.0,
            summary = notice.summary,
            ?payment,
            "an attempt was paid more than once, or perhaps; the notification is kept"
        ),
    }
    Ok(true)
}

/// Takes in what a notification says of a link that the operator made by hand; `None` where it is about none.
async fn of_a_link(
    app: &App,
    provider: &str,
    notice: &Notice,
) -> Result<Option<Response>, ApiError> {
    let (Some(says), Some(transaction)) = (notice.says, &notice.transaction) else {
        return Ok(None);
    };
    let told = Told {
        names: &notice.names,
        payer: transaction.payer,
        references: &transaction.references,
        says,
    };
    let payment = match app.store.tell_link(provider, told, app.now()).await? {
        Heard::Unplaced => return Ok(None),
        Heard::Known => return Ok(Some(thanks(app, provider, "known"))),
        Heard::Changed(payment) => payment,
    };
    let status = payment.status.as_str();
    let summary = &notice.summary;
    if payment.status == AttemptStatus::Paid || payment.is_waiting() {
        tracing::info!(
            provider,
            status,
            summary,
            "a payment of a link by hand changed"
        );
    } else {
        tracing::warn!(
            provider,
            status,
            summary,
            "a payment of a link by hand needs a person"
        );
    }
    Ok(Some(thanks(app, provider, "accepted")))
}

/// Keeps what a person has to place.
async fn parked(app: &App, desk: &Desk, notice: &Notice) -> Result<Response, ApiError> {
    let provider = desk.provider.id();
    app.store
        .park(provider, &notice.names, &notice.summary, app.now())
        .await?;
    tracing::warn!(
        provider,
        summary = notice.summary,
        "a notification could not be placed; it is kept"
    );
    Ok(thanks(app, provider, "parked"))
}

fn forged(app: &App, provider: &str) -> ApiError {
    count(app, provider, "forged");
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        ErrorCode::Backend,
        "not proven to come from the provider",
    )
}

fn thanks(app: &App, provider: &str, outcome: &'static str) -> Response {
    count(app, provider, outcome);
    Json(serde_json::json!({ "status": "ok" })).into_response()
}

fn count(app: &App, provider: &str, outcome: &'static str) {
    // The address is free text: only a name that is ours becomes a label.
    let provider = app.provider_label(provider);
    app.metrics
        .notices
        .get_or_create(&NoticeLabels { provider, outcome })
        .inc();
}

//! `POST /pay/notify/{provider}/{secret}`: a provider's notification. It is a hint: the provider is asked.
//!
//! JoyndPay signs nothing, so each attempt has a path of its own with 256 random bits that only the provider was told.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use malipo_wire::ErrorCode;

use super::body;
use super::error::ApiError;
use crate::app::App;
use crate::random;
use crate::reconcile;
use crate::store::Door;
use crate::telemetry::WordLabels;

pub(super) async fn notify(
    State(app): State<Arc<App>>,
    Path((provider, secret)): Path<(String, String)>,
    body: Body,
) -> Result<Response, ApiError> {
    let count = |kind| {
        app.metrics
            .notices
            .get_or_create(&WordLabels { kind })
            .inc();
    };
    let hash = random::hash(&secret);
    let found = app.store.attempt_by_secret(Door::Notify, hash).await?;
    let Some(attempt) = found.filter(|it| it.provider == provider) else {
        count("forged");
        return Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            ErrorCode::Backend,
            "this address belongs to no payment",
        ));
    };
    app.limits
        .notices
        .count(&attempt.id.0)
        .map_err(ApiError::rate_limited)?;
    let bytes = body::bytes(body).await?;
    // A body without an order id is about the attempt to which the address belongs.
    let named = app.desk.provider.read_notice(&bytes);
    if let Some(reference) = named.filter(|it| *it != attempt.reference) {
        app.store
            .park(&attempt.provider, &reference, app.now())
            .await?;
        count("parked");
        tracing::warn!(
            attempt = attempt.id.0,
            "a notification names an order that its address does not belong to; it is kept"
        );
    } else if attempt.status.is_open() {
        // Due from now on, whatever happens to this process; then asked at once.
        app.store.schedule(&attempt.id, Some(app.now())).await?;
        reconcile::poke(&app, &attempt, HINT_MS);
        count("accepted");
    } else {
        count("known");
    }
    Ok(Json(serde_json::json!({ "status": "ok" })).into_response())
}

/// Least time between two questions on a hint.
const HINT_MS: i64 = 300;

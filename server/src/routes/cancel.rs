//! `POST /pay/cancel`: the shopper gave up in the page.
//!
//! Where the provider can call an attempt off, it is called off there, unless money may be on its way. Where it cannot,
//! the attempt may still be paid: the wish is noted, and nothing about the money changes. The answer is that of verify.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use malipo_wire::VerifyAnswer;

use super::error::ApiError;
use super::verify;
use crate::app::App;
use crate::payment::{AttemptStatus, Order};
use crate::reconcile;

pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Json<VerifyAnswer>, ApiError> {
    let order = verify::asked_for(&app, request).await?;
    app.store.cancelled(&order.id, app.now()).await?;
    let waiting = order
        .current()
        .filter(|it| it.status == AttemptStatus::Pending);
    let Some(attempt) = waiting else {
        // It may have been paid a moment ago.
        reconcile::hinted(&app, &order);
        return Ok(answer(&app, &order));
    };
    // In a task of its own: it goes on where this stops waiting, also where another question has to end first.
    let (task, wanted) = (Arc::clone(&app), attempt.clone());
    let calling_off = app.tasks.spawn(async move {
        if let Err(error) = reconcile::cancel(&task, &wanted).await {
            tracing::warn!(attempt = wanted.id.0, %error, "an attempt could not be called off; it is looked after");
        }
    });
    // What is not known by then, and whatever became of the task, is answered as it stands.
    let _ = tokio::time::timeout(PATIENCE, calling_off).await;
    let after = app.store.order(&order.id).await?;
    Ok(answer(&app, after.as_ref().unwrap_or(&order)))
}

fn answer(app: &App, order: &Order) -> Json<VerifyAnswer> {
    Json(order.answer(app.test()))
}

/// How long the shopper waits for the provider.
const PATIENCE: Duration = Duration::from_millis(2_500);

//! `POST /pay/cancel`: the shopper gave up in the page.
//!
//! JoyndPay has no way to call a payment off: its page may still be paid. So this notes the wish and changes nothing
//! about the money; the answer is that of verify.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use malipo_wire::VerifyAnswer;

use super::error::ApiError;
use super::verify;
use crate::app::App;
use crate::reconcile;

pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<VerifyAnswer>, ApiError> {
    let order = verify::asked_for(&app, &headers, body).await?;
    app.store.cancelled(&order.id, app.now()).await?;
    // It may have been paid a moment ago.
    reconcile::watched(&app, &order);
    Ok(Json(order.answer(app.test())))
}

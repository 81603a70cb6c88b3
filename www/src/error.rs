//! Why the shop's server has no answer.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::cart::CartError;

/// What the page is told when there is no quote or no record: `{"error": "one sentence"}`.
pub(crate) enum ShopError {
    Request(JsonRejection),
    Cart(CartError),
    NoSuchOrder,
    BackendDown,
    Internal(String),
}

impl From<JsonRejection> for ShopError {
    fn from(it: JsonRejection) -> Self {
        Self::Request(it)
    }
}

impl From<CartError> for ShopError {
    fn from(it: CartError) -> Self {
        Self::Cart(it)
    }
}

impl IntoResponse for ShopError {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::Request(it) => (it.status(), it.body_text()),
            Self::Cart(it) => (StatusCode::UNPROCESSABLE_ENTITY, it.to_string()),
            Self::NoSuchOrder => (
                StatusCode::NOT_FOUND,
                "the backend knows no such order".to_owned(),
            ),
            Self::BackendDown => (
                StatusCode::BAD_GATEWAY,
                "the backend does not answer".to_owned(),
            ),
            Self::Internal(text) => (StatusCode::INTERNAL_SERVER_ERROR, text),
        };
        (status, Json(serde_json::json!({ "error": error }))).into_response()
    }
}

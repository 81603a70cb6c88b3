//! The documentation, where `make docs` has built it, and what its live examples need to know.

use std::path::Path;

use axum::response::Redirect;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tower_http::services::ServeDir;

use crate::ways::Provider;

/// `/docs/`: a folder of pages, and where a backend is.
pub(crate) fn router<S: Clone + Send + Sync + 'static>(folder: &Path, backend: &str) -> Router<S> {
    let demo = Demo {
        backend: backend.to_owned(),
        provider: Provider::Joyndpay.way().id,
    };
    Router::new()
        // Without the slash the pages' links would lead elsewhere.
        .route(
            "/docs",
            get(|| std::future::ready(Redirect::permanent("/docs/"))),
        )
        .route(
            "/docs/demo.json",
            get(move || std::future::ready(Json(demo))),
        )
        .nest_service("/docs/", ServeDir::new(folder))
}

/// What the examples send to `/pay/` goes to this backend, and is paid through this provider: they are priced in its currency.
#[derive(Clone, Serialize)]
struct Demo {
    backend: String,
    provider: &'static str,
}

//! One count a request, and one line; of what is asked all the time and answered as usual, a line at `debug`.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use super::error::Logged;
use crate::app::App;
use crate::random;
use crate::telemetry::{RequestLabels, RouteLabels};

pub(super) async fn log(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let id = random::request_id();
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "OPTIONS" | "PUT" | "DELETE" | "PATCH") => known,
        // Methods are free text: each would be a label of its own.
        _ => "other",
    }
    .to_owned();
    // The pattern and never the path: paths and queries hold secrets and hostile text.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("-", MatchedPath::as_str)
        .to_owned();
    let begun = app.now();
    let mut response = next.run(request).await;
    super::protect(response.headers_mut());
    let ms = app.now().since_ms(begun);
    let status = response.status().as_u16();
    let logged = response.extensions_mut().remove::<Logged>();
    let code = logged.as_ref().map_or("-", |it| it.code.as_str());
    let cause = logged.as_ref().map_or("-", |it| it.text.as_str());
    if 500 <= status {
        tracing::error!(
            request = id,
            method,
            route,
            status,
            ms,
            code,
            cause,
            "request failed"
        );
    } else if QUIET.contains(&route.as_str()) && logged.is_none() {
        tracing::debug!(request = id, method, route, status, ms, "request");
    } else if logged.is_some() {
        tracing::info!(
            request = id,
            method,
            route,
            status,
            ms,
            code,
            cause,
            "request refused"
        );
    } else {
        tracing::info!(request = id, method, route, status, ms, "request");
    }
    let took = RouteLabels {
        route: route.clone(),
        method: method.clone(),
    };
    app.metrics.request_took(&took, ms);
    let labels = RequestLabels {
        route,
        method,
        status,
    };
    app.metrics.requests.get_or_create(&labels).inc();
    if let Ok(value) = HeaderValue::from_str(&id) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

/// What is asked all the time and says nothing new: whether the server is well, and how an order stands. Both are counted.
const QUIET: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/pay/verify"];

//! One count a request, and one line; of what is asked all the time and answered as usual, a line at `debug`.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use tower::{Layer, Service};

use super::error::Logged;
use crate::app::App;
use crate::clock::UnixMs;
use crate::random;
use crate::telemetry::{RequestLabels, RouteLabels};

/// The layer that does so. axum's `from_fn` would put each request into boxes, and copy what lies behind it.
#[derive(Clone)]
pub(super) struct Log(pub(super) Arc<App>);

/// What lies behind it, logged.
#[derive(Clone)]
pub(super) struct LogService<S> {
    app: Arc<App>,
    inner: S,
}

/// What is noted of a request before it is answered.
struct Asked {
    id: String,
    method: &'static str,
    route: String,
    begun: UnixMs,
}

impl<S> Layer<S> for Log {
    type Service = LogService<S>;

    fn layer(&self, inner: S) -> LogService<S> {
        let app = Arc::clone(&self.0);
        LogService { app, inner }
    }
}

impl<S> Service<Request> for LogService<S>
where
    S: Service<Request, Error = Infallible>,
    S::Response: IntoResponse,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let app = Arc::clone(&self.app);
        let asked = note(&app, &request);
        let answer = self.inner.call(request);
        Box::pin(async move {
            let response = answer.await?.into_response();
            Ok(log(&app, asked, response))
        })
    }
}

fn note(app: &App, request: &Request) -> Asked {
    let method = METHODS
        .into_iter()
        .find(|it| *it == request.method().as_str());
    // The pattern and never the path: paths and queries hold secrets and hostile text.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("-", MatchedPath::as_str);
    Asked {
        id: random::request_id(),
        // Methods are free text: each would be a label of its own.
        method: method.unwrap_or("other"),
        route: route.to_owned(),
        begun: app.now(),
    }
}

fn log(app: &App, asked: Asked, mut response: Response) -> Response {
    let Asked {
        id,
        method,
        route,
        begun,
    } = asked;
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
    let took = RouteLabels { route, method };
    app.metrics.request_took(&took, ms);
    let RouteLabels { route, .. } = took;
    let labels = RequestLabels {
        route,
        method,
        status,
    };
    app.metrics.requests.get_or_create(&labels).inc();
    if let Ok(value) = HeaderValue::try_from(id) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"];
/// What is asked all the time and says nothing new: whether the server is well, and how an order stands. Both are counted.
const QUIET: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/pay/verify"];

//! Who may call: origins of shops, and addresses up to their ceiling.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use malipo_wire::ErrorCode;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::validate_request::{ValidateRequest, ValidateRequestHeaderLayer};

use super::error::ApiError;
use crate::app::App;
use crate::config::Config;

/// The address at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Answers some requests, and lets every other through.
#[derive(Clone)]
pub(super) struct Gate {
    app: Arc<App>,
    judge: Judge,
}

type Judge = fn(&App, &Request) -> Option<Response>;

/// A layer that answers what `judge` has an answer to. axum's `from_fn` would put each request into boxes, and copy what lies
/// behind it.
pub(super) fn gate(app: &Arc<App>, judge: Judge) -> ValidateRequestHeaderLayer<Gate> {
    let app = Arc::clone(app);
    ValidateRequestHeaderLayer::custom(Gate { app, judge })
}

impl ValidateRequest<Body> for Gate {
    type ResponseBody = Body;

    fn validate(&mut self, request: &mut Request) -> Result<(), Response> {
        (self.judge)(&self.app, request).map_or(Ok(()), Err)
    }
}

/// Tells browsers that the shops' pages may read the answers.
pub(super) fn cors(config: &Config) -> CorsLayer {
    let origins = config
        .shop_origins
        .iter()
        .chain([config.public_url.origin()])
        .filter_map(|it| HeaderValue::from_str(it.as_str()).ok());
    let configured = config.cors.allow_headers.iter();
    let headers = [
        header::CONTENT_TYPE,
        HeaderName::from_static("idempotency-key"),
        header::AUTHORIZATION,
    ]
    .into_iter()
    .chain(configured.filter_map(|it| HeaderName::try_from(it.as_str()).ok()));
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(headers.collect::<Vec<_>>())
        .expose_headers([header::RETRY_AFTER])
        .allow_credentials(config.cors.credentials)
        .max_age(PREFLIGHT_AGE)
}

/// Lets through what comes from a shop's page, or from no page at all (a server, a same-origin GET).
pub(super) fn check_origin(app: &App, request: &Request) -> Option<Response> {
    let error = origin(&app.config, request.headers()).err()?;
    let mut response = error.into_response();
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("origin"));
    Some(response)
}

/// The request's origin, where it has one and it is a shop's.
pub(super) fn origin<'a>(
    config: &Config,
    headers: &'a HeaderMap,
) -> Result<Option<&'a str>, ApiError> {
    let mut values = headers.get_all(header::ORIGIN).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    let known = config
        .shop_origins
        .iter()
        .chain([config.public_url.origin()])
        .any(|it| it.as_str() == text);
    if known && values.next().is_none() {
        Ok(Some(text))
    } else {
        Err(ApiError::new(
            StatusCode::FORBIDDEN,
            ErrorCode::Backend,
            "Origin: this page's origin is not in the server's shop_origins",
        ))
    }
}

/// Counts requests by address, up to a high ceiling: many shoppers may share one.
pub(super) fn count_address(app: &App, request: &Request) -> Option<Response> {
    let caller = caller(app, request)?;
    let seconds = app.limits.addresses.count(&caller).err()?;
    Some(ApiError::rate_limited(seconds).into_response())
}

/// Whom a request is counted for, where its address is known.
pub(super) fn caller(app: &App, request: &Request) -> Option<IpAddr> {
    address(app, request).map(network)
}

/// What is counted as one caller: an IPv4 address, or the /64 network that an IPv6 customer has for himself.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(it) => IpAddr::V6(Ipv6Addr::from_bits(it.to_bits() & !u128::from(u64::MAX))),
    }
}

/// The caller's address: the peer's, or what a trusted proxy says it is.
///
/// On a `[::]` socket IPv4 peers come as `::ffff:a.b.c.d`; they are compared and counted as the IPv4 addresses they are.
fn address(app: &App, request: &Request) -> Option<IpAddr> {
    let extensions = request.extensions();
    // Under our own `serve`, or in a program that embeds the routes and serves them with axum's connect info.
    let own = extensions.get::<Peer>().map(|it| it.0);
    let embedded = || extensions.get::<ConnectInfo<SocketAddr>>().map(|it| it.0);
    let peer = own.or_else(embedded)?.ip().to_canonical();
    let trusted = &app.config.limits.trusted_proxies;
    if !trusted.contains(&peer) {
        return Some(peer);
    }
    // The rightmost address that is not a proxy of ours: whatever is left of it was written by the caller.
    let forwarded = request.headers().get_all("x-forwarded-for");
    let all: Vec<&str> = forwarded
        .iter()
        .map(|it| it.to_str().unwrap_or_default())
        .flat_map(|it| it.split(','))
        .collect();
    all.into_iter()
        .rev()
        .map_while(|it| it.trim().parse::<IpAddr>().ok())
        .map(|it| it.to_canonical())
        .find(|it| !trusted.contains(it))
        .or(Some(peer))
}

/// Chromium keeps a preflight's answer for two hours at most; the default of 5 s would double every poll.
const PREFLIGHT_AGE: Duration = Duration::from_secs(7200);

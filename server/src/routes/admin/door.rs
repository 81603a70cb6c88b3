//! Who may see the page: whoever shows `admin.token`, in a form or as a Bearer credential.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use malipo_wire::{ErrorCode, OrderId};

use super::page::{self, At, SignIn};
use super::session;
use crate::app::App;
use crate::routes::error::ApiError;
use crate::routes::{body, gate, orders};

/// Lets through who has signed in or shows the token; shows everybody else the form.
pub(super) async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let Some(given) = orders::bearer(request.headers()) else {
        if session::is_signed_in(&app, request.headers()) {
            return next.run(request).await;
        }
        let order = request.uri().path().strip_prefix("/admin/orders/");
        let root = if order.is_some() {
            page::BELOW
        } else {
            page::TOP
        };
        let order = order.and_then(named);
        return form(&app, root, StatusCode::UNAUTHORIZED, "", order);
    };
    let right = session::is_token(&app, given);
    if let Err(error) = count(&app, &request) {
        return error.into_response();
    }
    if right {
        return next.run(request).await;
    }
    let mut response = ApiError::new(
        StatusCode::UNAUTHORIZED,
        ErrorCode::Backend,
        "Authorization: accepted: Bearer and the server's admin.token",
    )
    .into_response();
    bearer_wanted(response.headers_mut());
    response
}

/// `POST /admin/session`: the token, for a cookie.
pub(super) async fn sign_in(State(app): State<Arc<App>>, request: Request) -> Response {
    if let Err(error) = own_page(request.headers()).and_then(|()| count(&app, &request)) {
        return refused(&app, &error);
    }
    let form = match read(request).await {
        Ok(form) => form,
        Err(error) => return refused(&app, &error),
    };
    let order = form.order.as_deref().and_then(named);
    if !session::is_token(&app, form.token.trim()) {
        tracing::warn!("somebody tried to open /admin with a wrong token");
        let wrong = "That is not the token.";
        return self::form(&app, HERE, StatusCode::UNAUTHORIZED, wrong, order);
    }
    let place = order.map_or("../admin".to_owned(), |it| format!("../admin/orders/{it}"));
    match session::begin(&app) {
        Some(cookie) => {
            tracing::info!("somebody signed in to /admin");
            moved(&place, &cookie)
        }
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// `POST /admin/session/end`: takes the cookie back.
pub(super) async fn sign_out(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match own_page(&headers) {
        Ok(()) => moved("../../admin", &session::end(&app)),
        Err(error) => error.into_response(),
    }
}

#[derive(Default)]
struct Form {
    token: String,
    order: Option<String>,
}

async fn read(request: Request) -> Result<Form, ApiError> {
    if !body::is_of(request.headers(), "application/x-www-form-urlencoded") {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::BadOption,
            "Content-Type: accepted: application/x-www-form-urlencoded",
        ));
    }
    let bytes = body::bytes(request.into_body()).await?;
    let mut form = Form::default();
    for (name, value) in url::form_urlencoded::parse(&bytes) {
        match name.as_ref() {
            "token" => form.token = value.into_owned(),
            "order" => form.order = Some(value.into_owned()),
            // Browsers' helpers add fields of their own.
            _ => {}
        }
    }
    Ok(form)
}

/// Another site's page may not sign anybody in or out. Browsers say where a form comes from; programs say nothing.
fn own_page(headers: &HeaderMap) -> Result<(), ApiError> {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if matches!(site, None | Some(b"same-origin" | b"none")) {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::FORBIDDEN,
        ErrorCode::Backend,
        "Sec-Fetch-Site: this form is sent by the server's own page alone",
    ))
}

/// Counts a try. Right ones count, too: a limit that a right guess passes would be none.
fn count(app: &App, request: &Request) -> Result<(), ApiError> {
    let caller = gate::caller(app, request);
    // Whoever has no address, in a program that embeds the routes without it, counts as one.
    let caller = caller.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let counted = app.limits.sign_ins.count(&caller);
    counted.map_err(ApiError::rate_limited)
}

/// The order whose page is wanted after signing in.
fn named(text: &str) -> Option<OrderId> {
    text.parse().ok()
}

fn form(
    app: &App,
    root: &str,
    status: StatusCode,
    wrong: &str,
    order: Option<OrderId>,
) -> Response {
    let order = order.as_ref().map(OrderId::as_str);
    let at = At::of(app, root);
    let mut response = page::page(status, &SignIn { at, wrong, order });
    if status == StatusCode::UNAUTHORIZED {
        bearer_wanted(response.headers_mut());
    }
    response
}

fn refused(app: &App, error: &ApiError) -> Response {
    page::about(form(app, HERE, error.status, &error.sentence, None), error)
}

fn bearer_wanted(headers: &mut HeaderMap) {
    headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
}

/// On to another page, with a cookie.
fn moved(place: &str, cookie: &str) -> Response {
    let headers = [(header::LOCATION, place), (header::SET_COOKIE, cookie)];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// The way from `/admin/session` to the root.
const HERE: &str = "../";

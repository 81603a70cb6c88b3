//! The pages: no inline script or style, nothing from elsewhere, everything escaped.

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::view::Moment;
use crate::app::App;
use crate::random;
use crate::routes::error::{ApiError, Logged};
use crate::routes::widget_files;

/// What every page begins with.
pub(super) struct At<'a> {
    pub(super) shop: &'a str,
    pub(super) test: bool,
    /// The way from the page to the root: [`TOP`], [`BELOW`].
    pub(super) root: &'a str,
}

/// Where the token is asked for.
#[derive(Template)]
#[template(path = "admin/sign-in.html")]
pub(super) struct SignIn<'a> {
    pub(super) at: At<'a>,
    /// What was wrong with the last try.
    pub(super) wrong: &'a str,
    /// The order whose page is wanted.
    pub(super) order: Option<&'a str>,
}

/// Something that cannot be shown, and the way back.
#[derive(Template)]
#[template(path = "admin/problem.html")]
struct Problem<'a> {
    at: At<'a>,
    heading: &'a str,
    text: &'a str,
}

/// A page whose main part is looked at again and again.
#[derive(Template)]
#[template(path = "admin/live.html")]
struct Live<'a> {
    at: At<'a>,
    title: &'a str,
    /// Above what changes: it stays while the rest is replaced.
    head: String,
    main: String,
    /// Names `main`.
    tag: &'a str,
    now: Moment,
}

impl<'a> At<'a> {
    pub(super) fn of(app: &'a App, root: &'a str) -> Self {
        Self {
            shop: &app.config.shop,
            test: app.test(),
            root,
        }
    }
}

/// A page with the headers that keep it to itself.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => kept((status, Html(text)).into_response()),
        Err(error) => unwritten(&error),
    }
}

/// A page that its script looks at again: with a tag for the part that changes, and no page at all for whoever has it.
pub(super) fn live(
    app: &App,
    root: &str,
    headers: &HeaderMap,
    title: &str,
    head: &impl Template,
    main: &impl Template,
) -> Response {
    let (head, main) = match (head.render(), main.render()) {
        (Ok(head), Ok(main)) => (head, main),
        (Err(error), _) | (_, Err(error)) => return unwritten(&error),
    };
    let tag = format!("\"{}\"", hex::encode(random::hash(&main)));
    let mut response = if widget_files::is_known(headers, &tag) {
        kept(StatusCode::NOT_MODIFIED.into_response())
    } else {
        let at = At::of(app, root);
        let now = Moment(app.now());
        let live = Live {
            at,
            title,
            head,
            main,
            tag: &tag,
            now,
        };
        page(StatusCode::OK, &live)
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// What went wrong, as a page.
pub(super) fn problem(app: &App, root: &str, error: &ApiError) -> Response {
    let heading = match error.status {
        StatusCode::NOT_FOUND => "There is no such order",
        status if status.is_server_error() => "The records cannot be read right now",
        _ => "This cannot be shown",
    };
    let at = At::of(app, root);
    let text = &error.sentence;
    let page = page(error.status, &Problem { at, heading, text });
    about(page, error)
}

/// A page about an error, with what the log is told of it.
pub(super) fn about(mut response: Response, error: &ApiError) -> Response {
    let cause = error.cause.as_ref();
    response.extensions_mut().insert(Logged {
        code: error.code,
        text: cause.unwrap_or(&error.sentence).clone(),
    });
    if let Some(seconds) = error.retry_after {
        let wait = HeaderValue::from(seconds);
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    response
}

fn kept(mut response: Response) -> Response {
    let policy = HeaderValue::from_static(POLICY);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

fn unwritten(error: &askama::Error) -> Response {
    tracing::error!(%error, "a page of /admin could not be written");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

/// The way from `/admin` to the root.
pub(super) const TOP: &str = "";
/// The way from `/admin/orders/{order_id}` to the root.
pub(super) const BELOW: &str = "../../";
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
    form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

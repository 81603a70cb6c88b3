//! The HTML pages of the server itself: no inline script or style, nothing from elsewhere, everything escaped.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::app::App;
use crate::texts::Texts;

/// After the provider's page.
#[derive(Template)]
#[template(path = "return.html")]
pub(super) struct ReturnPage<'a> {
    pub(super) say: &'a Texts,
    pub(super) shop: &'a str,
    pub(super) test: bool,
    pub(super) kind: &'a str,
    pub(super) heading: &'a str,
    pub(super) text: &'a str,
    pub(super) order_id: &'a str,
    /// As its language writes it, with the currency's code.
    pub(super) amount: &'a str,
    pub(super) back: &'a str,
}

/// A link was sent to the shopper: where, and how the payment stands.
#[derive(Template)]
#[template(path = "link.html")]
pub(super) struct LinkPage<'a> {
    pub(super) say: &'a Texts,
    pub(super) shop: &'a str,
    pub(super) test: bool,
    pub(super) kind: &'a str,
    pub(super) heading: &'a str,
    pub(super) text: &'a str,
    /// Whether it looks again by itself.
    pub(super) waits: bool,
    pub(super) order_id: &'a str,
    pub(super) amount: &'a str,
    /// The checkout page, where there is one to open.
    pub(super) checkout: Option<&'a str>,
    pub(super) back: &'a str,
}

/// Something went wrong, and the way back.
#[derive(Template)]
#[template(path = "error.html")]
pub(super) struct ErrorPage<'a> {
    pub(super) say: &'a Texts,
    pub(super) shop: &'a str,
    pub(super) test: bool,
    pub(super) heading: &'a str,
    pub(super) text: &'a str,
    pub(super) detail: &'a str,
    /// Where the page's style is, as seen from the page.
    pub(super) css: &'a str,
    pub(super) back: &'a str,
}

/// A page with the headers that keep it to itself.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    let Ok(text) = template.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = (status, Html(text)).into_response();
    let set = response.headers_mut();
    set.insert(header::VARY, HeaderValue::from_static("accept-language"));
    set.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    set.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}

/// A page that says what is wrong (a heading, and what to do next) and leads to the shop; `css` as in [`ErrorPage`].
pub(super) fn problem(
    app: &App,
    say: &Texts,
    status: StatusCode,
    css: &str,
    (heading, text): (&str, &str),
) -> Response {
    let back = app.config.shop_origins.first();
    page(
        status,
        &ErrorPage {
            say,
            shop: &app.config.shop,
            test: app.test(),
            heading,
            text,
            detail: "",
            css,
            back: back.map_or("/", |it| it.as_str()),
        },
    )
}

/// The style of a page one level below the root, such as `/pay/return`.
pub(super) const CSS: &str = "../malipo/page.css";
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

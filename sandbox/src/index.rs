//! The page at `/` that says what this program is and lists its payments.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{
    app::App,
    jenga::{self, entry::LinkEntry},
    jopay::{self, entry::RequestEntry},
    page,
    payment::Payment,
};

/// The page and its style.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(show))
        .route("/sandbox", get(show))
        .route("/sandbox/index.css", get(style))
}

#[derive(Template)]
#[template(path = "index.html")]
struct IndexPage<'a> {
    public_url: &'a str,
    /// Newest first.
    rows: Vec<Row>,
    total: usize,
}

struct Row {
    created_at_ms: u64,
    order_id: String,
    provider: &'static str,
    amount: String,
    status: &'static str,
    opened: u32,
    notified: usize,
    checkout_url: String,
}

impl Row {
    fn of_payment(it: &Payment) -> Self {
        Self {
            created_at_ms: it.created_at_ms,
            order_id: it.order_id.clone(),
            provider: it.provider.name(),
            amount: format!("{} {}", it.currency, it.amount.grouped()),
            status: it.status.as_str(),
            opened: it.opened,
            notified: it.ipn.len(),
            checkout_url: it.checkout_url.clone(),
        }
    }

    fn of_link(it: &LinkEntry) -> Self {
        Self {
            created_at_ms: it.created_at_ms,
            order_id: it.order_id.clone(),
            provider: it.provider.name(),
            amount: format!("{} {}", it.currency, it.amount_shown),
            status: it.status.as_str(),
            opened: it.opened,
            notified: it.ipn.len(),
            checkout_url: it.checkout_url.clone(),
        }
    }

    fn of_request(it: &RequestEntry) -> Self {
        Self {
            created_at_ms: it.created_at_ms,
            order_id: it.order_id.clone().unwrap_or_else(|| it.id.to_string()),
            provider: it.provider.name(),
            amount: it.amount_shown.clone(),
            status: it.status.as_str(),
            opened: it.opened,
            notified: it.ipn.len(),
            checkout_url: it.checkout_url.clone(),
        }
    }
}

async fn show(State(app): State<Arc<App>>) -> Response {
    let links = jenga::entry::entries(&app);
    let requests = jopay::entry::entries(&app);
    let (mut rows, total) = {
        let ledger = app.ledger();
        let payments = ledger.payments().rev().take(MAX_ROWS).map(Row::of_payment);
        let rows = payments.chain(links.iter().map(Row::of_link));
        let rows: Vec<_> = rows.chain(requests.iter().map(Row::of_request)).collect();
        let total = ledger.payments().count() + links.len() + requests.len();
        (rows, total)
    };
    rows.sort_by_key(|it| std::cmp::Reverse(it.created_at_ms));
    rows.truncate(MAX_ROWS);
    let page = IndexPage {
        public_url: &app.settings.public_url,
        rows,
        total,
    };
    page::render(StatusCode::OK, &page)
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css")], STYLE)
}

const MAX_ROWS: usize = 200;
const STYLE: &str = include_str!("../static/index.css");

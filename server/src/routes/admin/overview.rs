//! `GET /admin`: what waits, the last day, orders, and what nobody was told.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use malipo_wire::OrderId;

use super::chart::{self, Chart};
use super::page;
use super::view::{Moment, Row, State as Stand, Telling};
use crate::app::App;
use crate::payment::AttemptStatus;
use crate::routes::error::ApiError;
use crate::store::records::{Cursor, OrderFilter, OrderPage, ParkedNotice};

/// What stays while the rest changes: the choice of orders.
#[derive(Template)]
#[template(path = "admin/overview-head.html")]
struct Head<'a> {
    statuses: Vec<(&'static str, bool)>,
    providers: Vec<(&'a str, bool)>,
}

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct Main<'a> {
    waiting: Vec<(Stand, u64)>,
    chart: Chart,
    orders: Vec<Row<'a>>,
    /// Whether some are left out by choice.
    chosen: bool,
    /// Whether the list does not begin with the newest.
    older: bool,
    /// The query of the newest, and of the next page.
    newest: String,
    next: Option<String>,
    parked: Vec<Parked<'a>>,
    untold: Vec<Telling<'a>>,
    most: usize,
}

struct Parked<'a> {
    id: &'a str,
    provider: &'a str,
    names: &'a str,
    summary: &'a str,
    times: u64,
    received: Moment,
}

/// What is asked for.
#[derive(Default)]
struct Wish {
    filter: OrderFilter,
    after: Option<Cursor>,
    /// Someone looks for this order.
    order: Option<OrderId>,
}

pub(super) async fn overview(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let shown = match wish(query.as_deref().unwrap_or_default()) {
        Ok(Wish {
            order: Some(id), ..
        }) => {
            let place = format!("admin/orders/{id}");
            return (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response();
        }
        Ok(wish) => shown(&app, &wish, &headers).await,
        Err(error) => Err(error),
    };
    shown.unwrap_or_else(|error| page::problem(&app, page::TOP, &error))
}

async fn shown(app: &App, wish: &Wish, headers: &HeaderMap) -> Result<Response, ApiError> {
    let store = &app.store;
    let from = chart::first_hour(app.now());
    let counts = store.counts().await?;
    let hours = store.hours(from).await?;
    let listed = store.list_orders(&wish.filter, wish.after.as_ref(), ORDERS);
    let OrderPage { orders, next } = listed.await?;
    let parked = store.parked(OTHERS).await?;
    let untold = store.undelivered(OTHERS).await?;
    let main = Main {
        waiting: counts.iter().map(|it| (Stand::of(it.0), it.1)).collect(),
        chart: Chart::of(from, &hours),
        orders: orders.iter().map(Row::of).collect(),
        chosen: wish.filter != OrderFilter::default(),
        older: wish.after.is_some(),
        newest: address(&wish.filter, None),
        next: next.map(|it| address(&wish.filter, Some(&it))),
        parked: parked.iter().map(Parked::of).collect(),
        untold: untold.iter().map(Telling::of).collect(),
        most: usize::try_from(OTHERS).unwrap_or_default(),
    };
    let head = head(app, &wish.filter);
    Ok(page::live(app, page::TOP, headers, "Orders", &head, &main))
}

impl<'a> Parked<'a> {
    fn of(it: &'a ParkedNotice) -> Self {
        Self {
            id: &it.id,
            provider: &it.provider,
            names: &it.names,
            summary: &it.summary,
            times: it.times,
            received: Moment(it.received_at),
        }
    }
}

fn head<'a>(app: &'a App, filter: &'a OrderFilter) -> Head<'a> {
    let statuses = AttemptStatus::ALL.iter();
    let mut providers: Vec<&str> = app.desks().map(|it| it.provider.id()).collect();
    // One whose keys are gone may still stand in the records.
    let asked = filter.provider.as_deref();
    providers.extend(asked.filter(|it| !providers.contains(it)));
    Head {
        statuses: statuses
            .map(|it| (it.as_str(), filter.status == Some(*it)))
            .collect(),
        providers: providers
            .into_iter()
            .map(|it| (it, asked == Some(it)))
            .collect(),
    }
}

fn wish(query: &str) -> Result<Wish, ApiError> {
    let mut wish = Wish::default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        match name.as_ref() {
            "status" => wish.filter.status = Some(status(value)?),
            "provider" => wish.filter.provider = Some(value.to_owned()),
            "after" => {
                let accepted = "after: accepted: what the link to older orders says";
                let after = value.parse().map_err(|()| ApiError::bad(accepted))?;
                wish.after = Some(after);
            }
            "order" => {
                let order = value.parse();
                wish.order =
                    Some(order.map_err(|it| ApiError::bad(format!("order: accepted: {it}")))?);
            }
            _ => {}
        }
    }
    Ok(wish)
}

fn status(text: &str) -> Result<AttemptStatus, ApiError> {
    text.parse().map_err(|()| {
        let all: Vec<_> = AttemptStatus::ALL.iter().map(|it| it.as_str()).collect();
        ApiError::bad(format!("status: accepted: one of {}", all.join(", ")))
    })
}

/// The address of a list, as seen from the root.
fn address(filter: &OrderFilter, after: Option<&Cursor>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(status) = filter.status {
        query.append_pair("status", status.as_str());
    }
    if let Some(provider) = &filter.provider {
        query.append_pair("provider", provider);
    }
    if let Some(after) = after {
        query.append_pair("after", &after.to_string());
    }
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("admin{mark}{query}")
}

/// Orders a page.
const ORDERS: u32 = 50;
/// Most of what else is shown: more of it is for the command line.
const OTHERS: u32 = 20;

//! `GET /pay/events?order_id=`: how an order stands, as it changes. A hint to verify; it settles nothing.
//!
//! The first message is the state now; then each change; a heartbeat every 15 s; it ends after the outcome or 10 min.
//! An event's id is its status: who comes back with `Last-Event-ID` of the outcome gets 204, "do not come back".

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, stream};
use malipo_wire::{OrderId, Status, VerifyAnswer};
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

use super::error::ApiError;
use super::{orders, verify};
use crate::app::App;
use crate::limits::StreamPlace;
use crate::random;
use crate::reconcile;

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    order_id: String,
}

pub(super) async fn events(
    State(app): State<Arc<App>>,
    which: Result<Query<Which>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let order_id = which.map(|Query(it)| it.order_id).unwrap_or_default();
    let order_id: OrderId = order_id
        .parse()
        .map_err(|error| ApiError::bad(format!("order_id: accepted in the query: {error}")))?;
    let token = random::hash(orders::bearer(&headers).unwrap_or_default());
    verify::opened_by(&app, &order_id, token).await?;
    // Listening begins before the state is read, so that no change falls in between.
    let news = app.hub.listen(&order_id);
    let order = app.store.order(&order_id).await?;
    let order = order.ok_or_else(ApiError::unknown_order)?;
    let answer = order.answer(app.test());
    let last = headers.get("last-event-id").and_then(|it| it.to_str().ok());
    if is_outcome(&answer) && last == Some(answer.status.as_str()) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let place = app.limits.streams.enter(token).ok_or_else(|| {
        ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            malipo_wire::ErrorCode::RateLimited,
            "too many open event streams; verify still answers",
        )
        .after(20)
    })?;
    reconcile::tuned_in(&app, &order);
    let listener = Listener {
        order_id,
        news,
        next: Some(answer),
        first: true,
        known: None,
        heartbeat: Box::pin(sleep(HEARTBEAT)),
        watch: Box::pin(sleep(watch_interval(&app))),
        end: Box::pin(sleep(LONGEST)),
        over: false,
        _place: place,
        app,
    };
    let mut response = Sse::new(listener.stream()).into_response();
    let set = response.headers_mut();
    set.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-store, no-transform"),
    );
    set.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

struct Listener {
    app: Arc<App>,
    order_id: OrderId,
    news: watch::Receiver<Option<VerifyAnswer>>,
    next: Option<VerifyAnswer>,
    first: bool,
    known: Option<VerifyAnswer>,
    heartbeat: Pin<Box<Sleep>>,
    watch: Pin<Box<Sleep>>,
    end: Pin<Box<Sleep>>,
    over: bool,
    _place: StreamPlace,
}

impl Listener {
    fn stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut listener| async move {
            let event = listener.wait().await?;
            Some((Ok(event), listener))
        })
    }

    async fn wait(&mut self) -> Option<Event> {
        loop {
            if self.over {
                return None;
            }
            if let Some(answer) = self.next.take() {
                if self.known.as_ref() == Some(&answer) {
                    continue;
                }
                self.over = is_outcome(&answer);
                return Some(self.event(answer));
            }
            tokio::select! {
                // In this order, so that the same happens twice in the same way.
                biased;
                // The server stops: the page comes back, to the next process.
                () = self.app.stop.cancelled() => return None,
                () = self.end.as_mut() => return None,
                changed = self.news.changed() => {
                    changed.ok()?;
                    self.next = self.news.borrow_and_update().clone();
                }
                () = self.heartbeat.as_mut() => {
                    self.heartbeat = Box::pin(sleep(HEARTBEAT));
                    return Some(Event::default().event("heartbeat").data("{}"));
                }
                () = self.watch.as_mut() => {
                    self.watch = Box::pin(sleep(watch_interval(&self.app)));
                    self.look().await;
                }
            }
        }
    }

    /// A shopper is watching: asks the provider, and finds what another process has noted.
    async fn look(&mut self) {
        if let Ok(Some(order)) = self.app.store.order(&self.order_id).await {
            reconcile::listened(&self.app, &order);
            self.next = Some(order.answer(self.app.test()));
        }
    }

    fn event(&mut self, answer: VerifyAnswer) -> Event {
        let mut event = Event::default()
            .event("status")
            .id(answer.status.as_str())
            // Texts alone: writing them cannot fail.
            .data(serde_json::to_string(&answer).unwrap_or_default());
        if self.first {
            self.first = false;
            event = event.retry(RECONNECT);
        }
        self.known = Some(answer);
        event
    }
}

fn is_outcome(answer: &VerifyAnswer) -> bool {
    match answer.status {
        Status::Success | Status::Failed => true,
        Status::Pending => false,
    }
}

/// How often a stream looks: as often as the quickest provider may be asked. Each attempt has its own least interval.
fn watch_interval(app: &App) -> Duration {
    let quickest = app.desks().map(|it| it.watch_interval_ms).min();
    Duration::from_millis(u64::from(quickest.unwrap_or(2_500)))
}

const HEARTBEAT: Duration = Duration::from_secs(15);
/// After this the page reconnects: dead connections do not pile up.
const LONGEST: Duration = Duration::from_secs(600);
const RECONNECT: Duration = Duration::from_secs(3);

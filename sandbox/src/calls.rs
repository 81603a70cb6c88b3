//! Every call to a provider's API, as `GET /sandbox/calls` prints it. Headers are never kept: they hold the keys.

use std::{collections::VecDeque, sync::Arc};

use axum::{
    extract::{OriginalUri, Request, State},
    middleware::Next,
    response::Response,
};
use serde::Serialize;

use crate::{app::App, clock, payment::Provider, script::Fault, serve::HangUp};

/// The newest calls, oldest first.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Calls {
    calls: VecDeque<Call>,
    /// How many older calls were dropped.
    forgotten: u64,
}

/// Names a call within [`Calls`]; handlers find it in the request's extensions.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub(crate) struct CallNumber(u64);

/// One call.
#[derive(Clone, Debug, Serialize)]
struct Call {
    /// From 1, never reused until a reset.
    number: CallNumber,
    /// When it came; where a quota was checked, the time that was counted.
    at_ms: u64,
    provider: Provider,
    method: String,
    path: String,
    /// Which of a provider's keys was sent, by its name and never the key itself; null where the provider has no choice of keys
    /// or the key is not known.
    key_id: Option<String>,
    /// The first 64 characters of what the caller sent, if it was a text.
    order_id: Option<String>,
    /// The trouble that the script made.
    fault: Fault,
    /// None while no answer was sent, and forever where none ever is.
    http_status: Option<u16>,
    took_ms: Option<u64>,
}

impl Calls {
    fn begin(&mut self, provider: Provider, method: &str, path: &str, now_ms: u64) -> CallNumber {
        if self.calls.len() >= MAX_CALLS {
            self.calls.pop_front();
            self.forgotten += 1;
        }
        let newest = self.calls.back().map_or(self.forgotten, |it| it.number.0);
        let number = CallNumber(newest + 1);
        self.calls.push_back(Call {
            number,
            at_ms: now_ms,
            provider,
            method: method.to_owned(),
            path: path.to_owned(),
            key_id: None,
            order_id: None,
            fault: Fault::None,
            http_status: None,
            took_ms: None,
        });
        number
    }

    fn end(&mut self, number: CallNumber, http_status: Option<u16>, now_ms: u64) {
        if let Some(call) = self.call(number) {
            call.http_status = http_status;
            call.took_ms = Some(now_ms.saturating_sub(call.at_ms));
        }
    }

    pub(crate) fn note(&mut self, number: CallNumber, order_id: Option<&str>, fault: Fault) {
        if let Some(call) = self.call(number) {
            call.order_id = order_id.map(|it| it.chars().take(64).collect());
            call.fault = fault;
        }
    }

    /// Says with which key it was made, and at which time it counts for the key's quota.
    pub(crate) fn note_key(&mut self, number: CallNumber, key_id: &str, at_ms: u64) {
        if let Some(call) = self.call(number) {
            call.at_ms = at_ms;
            call.key_id = Some(key_id.to_owned());
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    fn call(&mut self, number: CallNumber) -> Option<&mut Call> {
        // The numbers rise, so the call is near the end: newest first.
        self.calls.iter_mut().rev().find(|it| it.number == number)
    }
}

/// Middleware around the API of a provider.
pub(crate) async fn record(
    State((app, provider)): State<(Arc<App>, Provider)>,
    OriginalUri(uri): OriginalUri,
    mut request: Request,
    next: Next,
) -> Response {
    let number = app.calls().begin(
        provider,
        request.method().as_str(),
        uri.path(),
        clock::now_ms(),
    );
    request.extensions_mut().insert(number);
    let response = next.run(request).await;
    let hung_up = response.extensions().get::<HangUp>().is_some();
    let http_status = (!hung_up).then(|| response.status().as_u16());
    app.calls().end(number, http_status, clock::now_ms());
    response
}

/// Enough for a load test's minutes; some 30 MB.
const MAX_CALLS: usize = 100_000;

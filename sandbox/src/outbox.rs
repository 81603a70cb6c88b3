//! The SMS and e-mails that providers would have sent: `/outbox` for people, `GET /sandbox/outbox` for tests.
//!
//! No message leaves the program.

use std::{collections::VecDeque, sync::Arc};

use askama::Template;
use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;
use serde_json::json;

use crate::{app::App, clock, page, payment::Provider};

/// The newest messages.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    messages: VecDeque<Message>,
    /// How many there ever were since the last reset.
    count: u64,
}

/// What a provider wants to be sent.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Message {
    /// From 1, never reused until a reset.
    number: u64,
    at_ms: u64,
    pub(crate) provider: Provider,
    pub(crate) channel: Channel,
    /// A telephone number or an e-mail address.
    pub(crate) to: String,
    /// Whose it is.
    pub(crate) name: String,
    /// Of an e-mail.
    pub(crate) subject: Option<String>,
    /// All words, the link at the end.
    text: String,
    #[serde(skip)]
    words: String,
    pub(crate) link: String,
    /// What the merchant calls the order.
    pub(crate) order_id: String,
    /// The id in the ledger.
    pub(crate) payment_id: String,
}

/// How a message travels.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Channel {
    Sms,
    Email,
}

/// A message that is not addressed yet.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) provider: Provider,
    pub(crate) name: String,
    pub(crate) subject: String,
    /// Without the link, which follows.
    pub(crate) words: String,
    pub(crate) link: String,
    pub(crate) order_id: String,
    pub(crate) payment_id: String,
}

impl Outbox {
    /// Puts a message into the outbox; the oldest make room.
    pub(crate) fn add(&mut self, mut message: Message, now_ms: u64) {
        self.count += 1;
        message.number = self.count;
        message.at_ms = now_ms;
        if self.messages.len() >= MAX_MESSAGES {
            self.messages.pop_back();
        }
        self.messages.push_front(message);
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl Note {
    pub(crate) fn sms(&self, phone: &str) -> Message {
        self.message(Channel::Sms, phone, None)
    }

    pub(crate) fn email(&self, address: &str) -> Message {
        self.message(Channel::Email, address, Some(self.subject.clone()))
    }

    fn message(&self, channel: Channel, to: &str, subject: Option<String>) -> Message {
        Message {
            number: 0,
            at_ms: 0,
            provider: self.provider,
            channel,
            to: to.to_owned(),
            name: self.name.clone(),
            subject,
            text: format!("{} {}", self.words, self.link),
            words: self.words.clone(),
            link: self.link.clone(),
            order_id: self.order_id.clone(),
            payment_id: self.payment_id.clone(),
        }
    }
}

/// The page, its style, and the same as JSON.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/outbox", get(show))
        .route("/outbox.css", get(style))
        .route("/sandbox/outbox", get(list))
}

/// Newest first.
async fn list(State(app): State<Arc<App>>) -> Response {
    let outbox = app.outbox();
    Json(json!({"messages": outbox.messages})).into_response()
}

#[derive(Template)]
#[template(path = "outbox.html")]
struct OutboxPage {
    rows: Vec<Row>,
    total: u64,
}

struct Row {
    number: u64,
    provider: &'static str,
    sms: bool,
    to: String,
    name: String,
    age: String,
    subject: String,
    words: String,
    link: String,
}

async fn show(State(app): State<Arc<App>>) -> Response {
    let now_ms = clock::now_ms();
    let page = {
        let outbox = app.outbox();
        let rows = outbox.messages.iter().take(MAX_ROWS).map(|it| Row {
            number: it.number,
            provider: it.provider.name(),
            sms: it.channel == Channel::Sms,
            to: it.to.clone(),
            name: it.name.clone(),
            age: age(now_ms.saturating_sub(it.at_ms)),
            subject: it.subject.clone().unwrap_or_default(),
            words: it.words.clone(),
            link: it.link.clone(),
        });
        OutboxPage {
            rows: rows.collect(),
            total: outbox.count,
        }
    };
    page::render(StatusCode::OK, &page)
}

/// For people, who may be in any time zone.
fn age(passed_ms: u64) -> String {
    let minutes = passed_ms / 60_000;
    match (minutes / 1440, minutes / 60, minutes) {
        (0, 0, 0) => "just now".to_owned(),
        (0, 0, minutes) => format!("{minutes} min ago"),
        (0, hours, _) => format!("{hours} h ago"),
        (1, ..) => "yesterday".to_owned(),
        (days, ..) => format!("{days} days ago"),
    }
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css")], STYLE)
}

const MAX_MESSAGES: usize = 10_000;
const MAX_ROWS: usize = 100;
const STYLE: &str = include_str!("../static/outbox.css");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_the_largest_unit_that_fits() {
        for (passed_ms, said) in [
            (0, "just now"),
            (59_999, "just now"),
            (60_000, "1 min ago"),
            (3_600_000, "1 h ago"),
            (86_399_999, "23 h ago"),
            (86_400_000, "yesterday"),
            (172_800_000, "2 days ago"),
        ] {
            assert_eq!(age(passed_ms), said);
        }
    }
}

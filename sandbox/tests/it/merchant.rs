//! A merchant's server that writes down the notifications it gets and answers them as it is told.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use tokio::{net::TcpListener, time::timeout};

use crate::sandbox::LIMIT;

/// Listens on a free port until the test ends.
pub(crate) struct Merchant {
    pub(crate) ipn_url: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    got: Mutex<Vec<Notification>>,
    /// What the next notifications are answered with; 200 when it is empty, nothing at all where it is [`SILENCE`].
    answers: Mutex<VecDeque<u16>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Notification {
    pub(crate) content_type: String,
    /// "" where there is no such header.
    pub(crate) authorization: String,
    /// Of JoPay; "" where there is no such header.
    pub(crate) signature: String,
    pub(crate) body: String,
}

impl Merchant {
    pub(crate) async fn start() -> Self {
        Self::answering(&[]).await
    }

    /// Answers the first notifications with these statuses.
    pub(crate) async fn answering(statuses: &[u16]) -> Self {
        let shared = Arc::new(Shared {
            answers: Mutex::new(statuses.iter().copied().collect()),
            ..Shared::default()
        });
        let router = Router::new()
            .route("/ipn", post(note))
            .with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ipn_url = format!("http://{}/ipn", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { ipn_url, shared }
    }

    pub(crate) fn got(&self) -> Vec<Notification> {
        self.shared.got.lock().unwrap().clone()
    }

    /// Waits for so many notifications.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Notification> {
        let until = async {
            while self.got().len() < count {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(LIMIT, until).await.expect("the notifications come");
        self.got()
    }
}

async fn note(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> StatusCode {
    let header = |name| {
        let value = headers.get(name).map(|it| it.to_str().unwrap().to_owned());
        value.unwrap_or_default()
    };
    shared.got.lock().unwrap().push(Notification {
        content_type: header("content-type"),
        authorization: header("authorization"),
        signature: header("x-jopay-signature"),
        body,
    });
    let answer = shared.answers.lock().unwrap().pop_front();
    if answer == Some(SILENCE) {
        std::future::pending::<()>().await;
    }
    StatusCode::from_u16(answer.unwrap_or(200)).unwrap()
}

/// In the place of a status: never answer.
pub(crate) const SILENCE: u16 = 0;

//! Changes that other servers on this database have made, as soon as they are committed.
//!
//! The transaction that changes what an order's shoppers are told marks the order with its own number (`changed_in`) and
//! notifies [`CHANNEL`]. Each server has one connection that listens. A notification is lost where that connection is cut
//! or stuck, so the same connection also *reads* what has changed: when it is made, and every [`READ_EVERY`].
//!
//! Nothing is missed by the reads: `cursor` is the lowest number of a transaction that was still running at the last read
//! (`pg_snapshot_xmin`). Whatever has a lower number had ended by then, so the last read saw it; whatever has this number
//! or a higher one is read again by the next. An order that changes twice carries the later number, and who reads an order
//! reads its latest state. No clock is involved, and some changes are told twice, which harms nobody.
//!
//! A notification takes a lock on the whole database for the length of a commit. That is why it is sent only where
//! something public changed: once or twice a payment, never while one begins.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::Transaction;
use futures_util::{StreamExt as _, stream};
use malipo_wire::OrderId;
use tokio::sync::{Mutex, mpsc};
use tokio::time::{Sleep, sleep};
use tokio_postgres::{AsyncMessage, Client};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::PostgresStore;
use super::session::{self, Failure, query};
use crate::config::PostgresConfig;
use crate::store::News;

/// The lowest number of a transaction that was running at the last read: an `xid8` as text.
#[derive(Clone, Debug)]
pub(super) struct Cursor(pub(super) String);

/// The connection that listens, and how far it has read.
pub(super) struct Listener {
    config: PostgresConfig,
    tls: MakeRustlsConnect,
    patience: Duration,
    state: Mutex<State>,
    /// Whether the connection is there; beside `state`, which is held for as long as nothing changes.
    hears: AtomicBool,
}

struct State {
    line: Option<Line>,
    cursor: Cursor,
    /// Failures to connect, one after the other.
    failures: u32,
}

/// A connection on which `LISTEN` was said. Dropping it ends the connection.
struct Line {
    client: Client,
    /// What was notified; closed when the connection is.
    inbox: mpsc::Receiver<OrderId>,
    read_next: Pin<Box<Sleep>>,
}

impl Listener {
    pub(super) fn new(
        config: PostgresConfig,
        tls: MakeRustlsConnect,
        patience: Duration,
        cursor: Cursor,
    ) -> Self {
        Self {
            config,
            tls,
            patience,
            state: Mutex::new(State {
                line: None,
                cursor,
                failures: 0,
            }),
            hears: AtomicBool::new(false),
        }
    }

    /// Waits for changes. May be dropped at any moment: what was not returned is returned by the next call.
    async fn changed(&self) -> Vec<OrderId> {
        let mut state = self.state.lock().await;
        loop {
            if state.line.is_none() {
                self.reconnect(&mut state).await;
            }
            let orders = self.listen(&mut state).await;
            if !orders.is_empty() {
                return orders;
            }
        }
    }

    fn lose(&self, state: &mut State) {
        self.hears.store(false, Ordering::Relaxed);
        state.line = None;
    }

    async fn reconnect(&self, state: &mut State) {
        let wait = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(state.failures.min(5)));
        if 0 < state.failures {
            sleep(wait.min(LONGEST_WAIT)).await;
        }
        match self.connect().await {
            Ok(line) => {
                if 0 < state.failures {
                    tracing::info!("this server hears of other servers' changes again");
                }
                state.failures = 0;
                self.hears.store(true, Ordering::Relaxed);
                state.line = Some(line);
            }
            Err(why) => {
                if state.failures == 0 {
                    tracing::error!(
                        why,
                        "this server does not hear of other servers' changes; it tries to again"
                    );
                }
                state.failures = state.failures.saturating_add(1);
            }
        }
    }

    async fn connect(&self) -> Result<Line, String> {
        let connecting = async {
            let (client, mut connection) = self.config.connect.connect(self.tls.clone()).await?;
            let (post, inbox) = mpsc::channel(MOST_WAITING);
            // Ends when the client is dropped, or the connection is lost.
            tokio::spawn(async move {
                let mut messages = stream::poll_fn(move |it| connection.poll_message(it));
                while let Some(Ok(message)) = messages.next().await {
                    if let AsyncMessage::Notification(it) = message
                        && let Ok(order) = it.payload().parse()
                    {
                        // Where nobody takes them out in time, the next read finds them.
                        let _ = post.try_send(order);
                    }
                }
            });
            client.batch_execute(LISTEN).await?;
            Ok(Line {
                client,
                inbox,
                // At once: what was notified before is not heard any more.
                read_next: Box::pin(sleep(Duration::ZERO)),
            })
        };
        match tokio::time::timeout(self.patience, connecting).await {
            Ok(line) => line.map_err(|error| session::text(&error)),
            Err(_) => Err("no answer in time".to_owned()),
        }
    }

    /// Waits for a notification, or for the time to read.
    async fn listen(&self, state: &mut State) -> Vec<OrderId> {
        let Some(line) = &mut state.line else {
            return Vec::new();
        };
        tokio::select! {
            order = line.inbox.recv() => match order {
                Some(order) => {
                    let mut orders = vec![order];
                    while let Ok(order) = line.inbox.try_recv() {
                        orders.push(order);
                    }
                    orders
                }
                None => {
                    tracing::warn!("the connection that listens was lost; a new one is made");
                    self.lose(state);
                    Vec::new()
                }
            },
            () = line.read_next.as_mut() => self.read(state).await,
        }
    }

    /// What has changed since the last read.
    async fn read(&self, state: &mut State) -> Vec<OrderId> {
        let Some(line) = &mut state.line else {
            return Vec::new();
        };
        let reading = read(&line.client, &state.cursor);
        let why = match tokio::time::timeout(self.patience, reading).await {
            Ok(Ok((cursor, orders))) => {
                line.read_next = Box::pin(sleep(READ_EVERY));
                state.cursor = cursor;
                return orders;
            }
            Ok(Err(error)) => session::text(&error),
            Err(_) => "no answer in time".to_owned(),
        };
        tracing::warn!(why, "changes could not be read; a new connection is made");
        self.lose(state);
        state.failures = 1;
        Vec::new()
    }
}

async fn read(
    client: &Client,
    cursor: &Cursor,
) -> Result<(Cursor, Vec<OrderId>), tokio_postgres::Error> {
    let row = client.query_one(READ, &[&cursor.0]).await?;
    let orders: Vec<String> = row.try_get(1)?;
    let orders = orders.iter().filter_map(|it| it.parse().ok()).collect();
    Ok((Cursor(row.try_get(0)?), orders))
}

#[async_trait]
impl News for PostgresStore {
    fn is_shared(&self) -> bool {
        true
    }

    fn hears(&self) -> bool {
        self.listener.hears.load(Ordering::Relaxed)
    }

    async fn changed_orders(&self) -> Vec<OrderId> {
        self.listener.changed().await
    }
}

/// Marks an order as changed by this transaction, and tells every server when it is committed.
pub(super) async fn announce(it: &Transaction<'_>, order: &OrderId) -> Result<(), Failure> {
    let sql = "UPDATE orders SET changed_in = pg_current_xact_id() WHERE order_id = $1";
    query(it, sql, &[&order.as_str()]).await?;
    query(it, "SELECT pg_notify($1, $2)", &[&CHANNEL, &order.as_str()]).await?;
    Ok(())
}

/// From where on there is news for a server that begins now.
pub(super) const BEGIN: &str = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text";
/// The next cursor and what has changed, of one snapshot. The upper bound is always true, but in a database that was
/// restored from a dump: there the numbers are those of another server, and may lie in the future.
const READ: &str = "SELECT pg_snapshot_xmin(s.it)::text, ARRAY(SELECT order_id FROM orders \
    WHERE $1::text::xid8 <= changed_in AND changed_in < pg_snapshot_xmax(s.it)) \
    FROM (SELECT pg_current_snapshot() AS it) s";
const CHANNEL: &str = "malipo_orders";
const LISTEN: &str = "LISTEN malipo_orders";
/// How long a change may stay unknown to the listeners of another server where its notification was lost.
const READ_EVERY: Duration = Duration::from_secs(4);
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// Notifications that wait to be taken out.
const MOST_WAITING: usize = 4_096;

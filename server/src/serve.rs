//! Accepting connections, and stopping without cutting anyone off.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::connections::Connections;
use crate::routes::Peer;

/// Serves until `stop`; then takes no more connections and gives open ones [`DRAIN`] to finish.
///
/// Who comes when every place of `connections` is taken waits for one.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections: &Connections,
    stop: CancellationToken,
) {
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, as a rule: they come back when others leave.
                tracing::error!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_AGAIN).await;
                continue;
            }
        };
        let place = tokio::select! {
            () = stop.cancelled() => break,
            place = connections.enter() => place,
        };
        // Small answers that someone waits for; a refusal costs only latency.
        let _ = stream.set_nodelay(true);
        // Who asks and never reads would hold the connection for ever: no deadline of a handler runs while a write waits.
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(READ_ON_WITHIN));
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            let answer = router.clone().oneshot(request.map(Body::new));
            async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS_WITHIN)
            .max_buf_size(MOST_HEADER_BYTES)
            .serve_connection(TokioIo::new(Box::pin(stream)), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
            drop(place);
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(DRAIN) => tracing::warn!("connections were still open after the time to finish"),
    }
}

/// How long requests may go on after the stop.
pub const DRAIN: Duration = Duration::from_secs(10);
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// How long a client may leave an answer unread before it is cut off.
const READ_ON_WITHIN: Duration = Duration::from_secs(30);
/// Request line and headers together.
const MOST_HEADER_BYTES: usize = 64 * 1024;
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

//! The accept loop, the graceful stop, and connections that are closed without an answer.
//!
//! `axum::serve` answers every request. A provider that hangs up has to be played too, so the loop is our own: a response that
//! carries [`HangUp`] is not sent, the connection is closed instead.

use std::{convert::Infallible, error::Error, fmt, time::Duration};

use axum::{Router, body::Body, extract::Request, response::Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{net::TcpListener, signal};
use tower::ServiceExt as _;

/// In a response's extensions: close the connection instead of answering.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HangUp;

impl HangUp {
    /// The response that is never sent.
    pub(crate) fn response() -> Response {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(Self);
        response
    }
}

impl fmt::Display for HangUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the script closes this connection")
    }
}

impl Error for HangUp {}

/// Serves until SIGINT or SIGTERM, or until standard input ends where that is asked for, then lets running requests end
/// within [`STOP_LIMIT`].
pub(crate) async fn run(listener: TcpListener, router: Router, exit_with_stdin: bool) {
    let running = GracefulShutdown::new();
    let stop = async {
        tokio::select! {
            () = stop_signal() => {}
            () = stdin_ends(), if exit_with_stdin => {}
        }
    };
    let mut stop = std::pin::pin!(stop);
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of file descriptors, most likely: wait for some to come back.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let router = router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let router = router.clone();
            async move { answer(router, request.map(Body::new)).await }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_LIMIT)
            .serve_connection(TokioIo::new(stream), service);
        let connection = running.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(STOP_LIMIT, running.shutdown())
        .await
        .is_err()
    {
        tracing::info!("stopped with requests still running");
    }
}

async fn answer(router: Router, request: Request) -> Result<Response, HangUp> {
    let answered: Result<Response, Infallible> = router.oneshot(request).await;
    let response = match answered {
        Ok(response) => response,
        Err(never) => match never {},
    };
    match response.extensions().get::<HangUp>() {
        Some(hang_up) => Err(*hang_up),
        None => Ok(response),
    }
}

/// Ends at the first SIGINT or SIGTERM. A signal that cannot be listened for is one that never comes.
async fn stop_signal() {
    let interrupt = async {
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

/// Ends when standard input does, or cannot be read any more. On a thread of its own: the runtime would wait at its end for
/// a read of its own that never returns.
async fn stdin_ends() {
    let (tell, ended) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        // An error is an end as well, and nobody may be waiting any more.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = tell.send(());
    });
    let _ = ended.await;
}

/// Longest wait for running requests when stopping; some are scripted never to end.
const STOP_LIMIT: Duration = Duration::from_secs(2);
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Longest time a client may take over its request's head.
const HEADER_LIMIT: Duration = Duration::from_secs(30);

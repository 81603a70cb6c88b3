//! Serving, until a signal asks to stop, or the end of standard input where that is asked for.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::Context as _;
use malipo_server::config::Config;
use malipo_server::{machine, routes, serve};
use tokio::net::TcpListener;

pub(super) async fn run(config: Config, exit_with_stdin: bool) -> anyhow::Result<()> {
    machine::raise_descriptors();
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("listen: {} cannot be used", config.listen))?;
    let address = listener.local_addr()?;
    let mode = config.mode.as_str();
    let mounted = malipo_server::router(config).start().await?;
    let app = Arc::clone(mounted.app());
    let stop = app.stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = stop_signal() => {}
            () = stdin_ends(), if exit_with_stdin => {}
        }
        tracing::info!("stopping");
        stop.cancel();
    });
    // Whoever started it may not read stdout any more: no reason to stop.
    let _ = writeln!(
        std::io::stdout(),
        "malipo-server listening on http://{address}"
    );
    tracing::info!(%address, mode, "listening");
    let connections = &app.limits.connections;
    serve::serve(
        listener,
        routes(Arc::clone(&app)),
        connections,
        app.stop.clone(),
    )
    .await;
    // A call to the provider that is under way is finished and noted.
    mounted.stop().await;
    tracing::info!("stopped");
    Ok(())
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Where signals cannot be heard there is nothing to wait for, and no stop either.
    if interrupt.await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Ends when standard input does, or cannot be read any more. On a thread of its own: the runtime would wait at its end
/// for a read of its own that never returns.
async fn stdin_ends() {
    let (tell, ended) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        // An error is an end as well, and nobody may be waiting any more.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = tell.send(());
    });
    let _ = ended.await;
}

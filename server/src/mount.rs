//! malipo-server within another axum program.
//!
//! ```no_run
//! # async fn example(text: &str, app: axum::Router) -> Result<(), Box<dyn std::error::Error>> {
//! let config = malipo_server::config::Config::read(text, std::env::vars()).map_err(|it| format!("{it:?}"))?;
//! let malipo = malipo_server::router(config)
//!     .on_paid(|paid| async move {
//!         println!("{} is paid: {} {}", paid.order_id, paid.amount, paid.currency);
//!         Ok::<_, String>(())
//!     })
//!     .start()
//!     .await?;
//! let app = app.merge(malipo.routes());
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8787").await?;
//! axum::serve(listener, app.into_make_service_with_connect_info::<std::net::SocketAddr>()).await?;
//! malipo.stop().await;
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use axum::Router;
use tokio::task::JoinHandle;

use crate::app::{App, StartError};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::outbox::hook::{Hook, Told};
use crate::payment::event::{EventData, EventKind};
use crate::{background, routes, serve, store};

/// The server's routes and its work in the background, not yet started.
pub fn router(config: Config) -> Mount {
    Mount { config, hook: None }
}

/// A server that is still to be started.
#[derive(Debug)]
pub struct Mount {
    config: Config,
    hook: Option<Hook>,
}

impl Mount {
    /// Calls a function for every order that is paid: at least once, also after a crash, and again later where it
    /// returned an error, or took more than 45 s. Fulfil once per `order_id`, and only where `test` is false.
    ///
    /// Of several hooks the last one counts.
    #[must_use]
    pub fn on_paid<F, R, E>(self, function: F) -> Self
    where
        F: Fn(EventData) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display + Send + 'static,
    {
        let function = Arc::new(function);
        self.on_event(move |told| {
            let function = Arc::clone(&function);
            async move {
                if told.event.kind != EventKind::Paid.as_str() {
                    return Ok(());
                }
                let paid = function(told.event.data);
                paid.await.map_err(|it| it.to_string())
            }
        })
    }

    /// Calls a function for every event: paid, failed, duplicate and review; under the same terms.
    #[must_use]
    pub fn on_event<F, R, E>(mut self, function: F) -> Self
    where
        F: Fn(Told) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display + Send + 'static,
    {
        self.hook = Some(Hook::new(function));
        self
    }

    /// Opens the store and starts what runs beside the requests: look-ups, and telling the shop.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(self) -> Result<Mounted, StartError> {
        if let Some(why) = crate::REFUSES {
            return Err(StartError::Planted(why));
        }
        let store = store::open(&self.config).await.map_err(StartError::Store)?;
        let app = App::with_hook(self.config, Arc::new(SystemClock), store, self.hook).await?;
        let background = background::start(&app);
        Ok(Mounted { app, background })
    }
}

/// A server that runs.
#[derive(Debug)]
pub struct Mounted {
    app: Arc<App>,
    background: Vec<JoinHandle<()>>,
}

impl Mounted {
    /// Its routes, for [`Router::merge`]: `/pay/...`, `/api/orders/...`, `/malipo/...` and those of operations.
    pub fn routes(&self) -> Router {
        routes::mountable(Arc::clone(&self.app))
    }

    /// What the routes share.
    #[must_use]
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Ends the event streams and what runs in the background. Calls to providers that are under way get
    /// [`serve::DRAIN`] to finish; what is cut off is looked up at the next start.
    pub async fn stop(self) {
        self.app.stop.cancel();
        self.app.tasks.close();
        if tokio::time::timeout(serve::DRAIN, self.app.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("calls were still under way; they are looked up at the next start");
        }
        for task in self.background {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task in the background had ended before");
            }
        }
    }
}

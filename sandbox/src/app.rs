//! What every request shares, and the routes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;

use crate::{
    args::Settings,
    calls::Calls,
    control, index,
    jenga::{self, Jenga, args::JengaArgs},
    jopay::{self, JoPay, args::JoPayArgs},
    joyndpay,
    ledger::Ledger,
    outbox::{self, Outbox},
    script::Script,
};

/// The whole program's state. Locks are held for a few lines and never across an await.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) settings: Settings,
    ledger: Mutex<Ledger>,
    calls: Mutex<Calls>,
    script: Mutex<Script>,
    outbox: Mutex<Outbox>,
    pub(crate) jenga: Jenga,
    pub(crate) jopay: JoPay,
    /// For notifications to merchants.
    pub(crate) http: reqwest::Client,
}

impl App {
    /// An empty sandbox.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up, for want of root certificates for instance.
    pub(crate) fn new(
        settings: Settings,
        jenga: JengaArgs,
        jopay: JoPayArgs,
    ) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent("malipo-sandbox (no money moves)")
            .build()?;
        Ok(Self {
            settings,
            ledger: Mutex::default(),
            calls: Mutex::default(),
            script: Mutex::default(),
            outbox: Mutex::default(),
            jenga: Jenga::new(jenga),
            jopay: JoPay::new(jopay),
            http,
        })
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn outbox(&self) -> MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every route of the program.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .merge(index::routes())
        .merge(control::routes())
        .merge(outbox::routes())
        .merge(joyndpay::routes(&app))
        .merge(jenga::routes(&app))
        .merge(jopay::routes(&app))
        .with_state(app)
}

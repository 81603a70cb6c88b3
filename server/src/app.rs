//! What every request shares.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::background::Background;
use crate::clock::{Clock, UnixMs};
use crate::config::{Calling, Config};
use crate::hub::Hub;
use crate::limits::Limits;
use crate::outbox::Audience;
use crate::outbox::hook::Hook;
use crate::outbox::webhook::Webhook;
use crate::payment::Order;
use crate::provider::http::{Exchange, Http};
use crate::provider::{
    Desk, JengaAdapter, JoPayAdapter, JoyndPayAdapter, LastCall, Notices, Provider,
};
use crate::quota::Quota;
use crate::random;
use crate::reconcile::Asker;
use crate::store::{Store, StoreError};
use crate::telemetry::{BuildLabels, Metrics};
use crate::widget::WidgetFiles;

/// One server: its configuration, its store, its provider, and what runs beside the requests.
#[derive(Debug)]
pub struct App {
    /// What the operator decided.
    pub config: Config,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Orders and attempts.
    pub store: Arc<dyn Store>,
    /// The providers and their calls, by their names.
    desks: BTreeMap<&'static str, Desk>,
    /// Who is told of payments.
    pub audience: Audience,
    /// Who listens to which order.
    pub hub: Hub,
    /// Who is being asked about right now.
    pub asker: Asker,
    /// Ceilings.
    pub limits: Limits,
    /// How what runs beside the requests is.
    pub background: Background,
    /// Counters.
    pub metrics: Metrics,
    /// The widget's files.
    pub widget: WidgetFiles,
    /// Set when the server is to stop.
    pub stop: CancellationToken,
    /// What must be finished before it stops.
    pub tasks: TaskTracker,
}

/// Why a server does not start.
#[derive(Debug)]
pub enum StartError {
    /// It is one of the simulation's ([`crate::REFUSES`]).
    Planted(&'static str),
    /// The HTTP client did not start.
    Http(reqwest::Error),
    /// The widget's folder could not be read.
    Widget(std::io::Error),
    /// The store could not be read or written.
    Store(StoreError),
    /// The store belongs to the other mode.
    OtherMode {
        /// The mode of its records.
        store: String,
        /// The configured mode.
        config: &'static str,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Planted(why) => f.write_str(why),
            Self::Http(error) => write!(
                f,
                "the HTTP client for the provider did not start: {error} (are the system's CA certificates installed?)"
            ),
            Self::Widget(error) => write!(f, "widget_dir could not be read: {error}"),
            Self::Store(error) => error.fmt(f),
            Self::OtherMode { store, config } => write!(
                f,
                "mode is \"{config}\", but the store holds payments of mode \"{store}\": test payments would count as paid; give each mode a store of its own"
            ),
        }
    }
}

impl std::error::Error for StartError {}

impl App {
    /// A server over a store, with everything but its routes.
    ///
    /// What the last process was calling when it died is marked as unknown here, so that it is looked up, never begun
    /// anew.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn new(
        config: Config,
        clock: Arc<dyn Clock>,
        store: Arc<dyn Store>,
    ) -> Result<Arc<Self>, StartError> {
        Self::with_hook(config, clock, store, None).await
    }

    /// The same, and a function that is told what the shop is told.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn with_hook(
        config: Config,
        clock: Arc<dyn Clock>,
        store: Arc<dyn Store>,
        hook: Option<Hook>,
    ) -> Result<Arc<Self>, StartError> {
        Self::within(config, clock, store, hook, &Exchanges::new()).await
    }

    /// The same, with calls to the providers in `exchanges` going that way instead of over the network: for a world in which
    /// everything is simulated.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn within(
        config: Config,
        clock: Arc<dyn Clock>,
        store: Arc<dyn Store>,
        hook: Option<Hook>,
        exchanges: &Exchanges,
    ) -> Result<Arc<Self>, StartError> {
        let webhook = match config.webhook.clone() {
            None => None,
            Some(it) => Some(Webhook::new(it.url, it.keys).map_err(StartError::Http)?),
        };
        let audience = Audience {
            webhook,
            hook,
            ..Audience::default()
        };
        let tell = audience.tell(config.mode.is_test());
        let widget = WidgetFiles::read(config.widget_dir.as_deref()).map_err(StartError::Widget)?;
        let app = Self::over(config, clock, store, audience, widget, exchanges).await?;
        let told = app.store.set_audience(tell).await;
        told.map_err(StartError::Store)?;
        // Where other servers work on the same records, what is unanswered may be theirs, and under way: see `reconcile`.
        if planted!(CutOffForgotten) || app.store.is_shared() {
            return Ok(app);
        }
        let lost = app.store.unanswered().await.map_err(StartError::Store)?;
        let found = app.store.recover(&lost, app.now()).await;
        let found = found.map_err(StartError::Store)?;
        if 0 < found {
            tracing::warn!(
                attempts = found,
                "calls were cut off when the server last stopped; they are looked up"
            );
        }
        Ok(app)
    }

    /// What a command beside the servers needs to ask a provider and to note its answer: it serves nothing, delivers
    /// nothing, and leaves alone what a server may be calling. Whom the servers tell, it tells through their outbox.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn beside(
        config: Config,
        clock: Arc<dyn Clock>,
        store: Arc<dyn Store>,
    ) -> Result<Arc<Self>, StartError> {
        let tell = store.audience().await.map_err(StartError::Store)?;
        let audience = Audience {
            of_servers: tell,
            ..Audience::default()
        };
        let widget = WidgetFiles::default();
        Self::over(config, clock, store, audience, widget, &Exchanges::new()).await
    }

    async fn over(
        config: Config,
        clock: Arc<dyn Clock>,
        store: Arc<dyn Store>,
        audience: Audience,
        widget: WidgetFiles,
        exchanges: &Exchanges,
    ) -> Result<Arc<Self>, StartError> {
        let mode = config.mode.as_str();
        let bound = store.bind_mode(mode).await.map_err(StartError::Store)?;
        if bound != mode {
            return Err(StartError::OtherMode {
                store: bound,
                config: mode,
            });
        }
        let desks = desks_over(&config, &clock, &store, exchanges).map_err(StartError::Http)?;
        let build = BuildLabels {
            version: env!("CARGO_PKG_VERSION"),
            mode,
            store: config.store.as_str(),
        };
        let names: Vec<_> = desks.keys().copied().collect();
        let metrics = Metrics::new(build, clock.now(), &names);
        Ok(Arc::new(Self {
            limits: Limits::new(&config.limits, config.store.connections()),
            config,
            clock,
            store,
            desks,
            audience,
            hub: Hub::default(),
            asker: Asker::default(),
            background: Background::default(),
            metrics,
            widget,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }))
    }

    /// The provider of this name, where its keys are there.
    #[must_use]
    pub fn desk(&self, provider: &str) -> Option<&Desk> {
        self.desks.get(provider)
    }

    /// A provider's name as a label: one that is ours, else `-`.
    #[must_use]
    pub fn provider_label(&self, provider: &str) -> &'static str {
        self.desk(provider).map_or("-", |it| it.provider.id())
    }

    /// Every provider whose keys are there, by name.
    pub fn desks(&self) -> impl Iterator<Item = &Desk> {
        self.desks.values()
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> UnixMs {
        self.clock.now()
    }

    /// Whether no money moves.
    #[must_use]
    pub fn test(&self) -> bool {
        self.config.mode.is_test()
    }

    /// Tells whoever listens how an order stands.
    pub fn publish(&self, order: &Order) {
        self.hub.publish(&order.id, order.answer(self.test()));
    }
}

/// Ways to providers other than the network, by the providers' names.
pub type Exchanges = BTreeMap<&'static str, Arc<dyn Exchange>>;

/// The providers whose keys are there, by name, with their calls counted in this store: also for what runs beside a server.
///
/// # Errors
/// Where the HTTP client does not start.
pub fn desks(
    config: &Config,
    clock: &Arc<dyn Clock>,
    store: &Arc<dyn Store>,
) -> Result<BTreeMap<&'static str, Desk>, reqwest::Error> {
    desks_over(config, clock, store, &Exchanges::new())
}

fn desks_over(
    config: &Config,
    clock: &Arc<dyn Clock>,
    store: &Arc<dyn Store>,
    exchanges: &Exchanges,
) -> Result<BTreeMap<&'static str, Desk>, reqwest::Error> {
    let mut desks = BTreeMap::new();
    let mut add = |provider: Arc<dyn Provider>, key: &str, base_url: &str, calling: Calling| {
        let timeout = Duration::from_millis(u64::from(calling.timeout_ms));
        // Servers with the same key share its limit; the key itself is no name.
        let [a, b, c, d, ..] = random::hash(key);
        let budget = format!("{}:{a:02x}{b:02x}{c:02x}{d:02x}", provider.id());
        let most = calling.calls_per_minute;
        let quota = Quota::new(Arc::clone(clock), Arc::clone(store), budget, most);
        let quota = Arc::new(quota);
        let tls = base_url.starts_with("https:");
        let desk = Desk {
            http: match exchanges.get(provider.id()) {
                Some(exchange) => Http::over(Arc::clone(exchange), Arc::clone(&quota)),
                None => Http::new(timeout, Arc::clone(&quota), tls)?,
            },
            quota,
            watch_interval_ms: calling.watch_interval_ms,
            last_call: LastCall::default(),
            notices: Notices::default(),
            provider,
        };
        desks.insert(desk.provider.id(), desk);
        Ok::<_, reqwest::Error>(())
    };
    if let Some(it) = &config.providers.joyndpay {
        let adapter = JoyndPayAdapter::new(it.clone(), config.mode);
        let key = it.public_key.expose_secret();
        add(Arc::new(adapter), key, &it.base_url, it.calling)?;
    }
    if let Some(it) = &config.providers.jopay {
        let adapter = JoPayAdapter::new(it.clone(), config);
        let key = it.api_key.expose_secret();
        add(Arc::new(adapter), key, &it.base_url, it.calling)?;
    }
    if let Some(it) = &config.providers.jenga {
        let adapter = JengaAdapter::new(it.clone(), config.mode);
        let key = it.api_key.expose_secret();
        add(Arc::new(adapter), key, &it.base_url, it.calling)?;
    }
    Ok(desks)
}

//! A process: it starts over a disk, takes requests, and dies with everything that it was doing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, Request};
use malipo_server::config::Config;
use malipo_server::outbox::hook::{Hook, Told};
use malipo_server::provider::http::Exchange;
use malipo_server::store::Store;
use malipo_server::{App, background, routes};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{AbortHandle, yield_now};
use tower::ServiceExt;

use super::exchange::ToProvider;
use super::{Answer, OutTray, Outs, WorldClock};
use crate::provider::{Kind, jenga, jopay};
use crate::store::{Line, SharedDisk};

/// How servers are configured.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Setting {
    /// Calls to the provider in a minute.
    pub calls_per_minute: u32,
    /// Least milliseconds between two questions about an order that is watched.
    pub watch_interval_ms: u32,
    /// Jenga: the merchant knows the form of a link's address.
    pub link_pages: bool,
    /// Jenga: transaction details answer for links.
    pub confirms: bool,
    /// JoPay: how long a transfer that was named is waited for, in seconds.
    pub grace_s: u32,
    /// Whose keys are there.
    pub providers: Vec<Kind>,
}

/// One process.
pub struct Process {
    runtime: Runtime,
    router: Router,
    tray: OutTray,
    clock: Arc<WorldClock>,
    line: Arc<Line>,
    shop_takes: Arc<AtomicBool>,
    moved_to: u64,
    handlers: BTreeMap<u64, AbortHandle>,
}

impl std::fmt::Debug for Process {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Process").finish_non_exhaustive()
    }
}

impl Process {
    /// Starts over these records at the world's time `now`; `None` where the store failed meanwhile.
    #[must_use]
    pub fn start(
        setting: &Setting,
        disk: &SharedDisk,
        line: Line,
        now: u64,
        wall: i64,
    ) -> Option<Self> {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let clock = Arc::new(WorldClock::default());
        clock.set(wall);
        let line = Arc::new(line);
        let tray = OutTray::default();
        let shop_takes = Arc::new(AtomicBool::new(true));
        let config = config(setting);
        let store: Arc<dyn Store> = Arc::new(disk.store(Arc::clone(&line)));
        let exchange = |kind: &Kind| {
            let to_provider: Arc<dyn Exchange> = Arc::new(ToProvider(*kind, tray.clone()));
            (kind.as_str(), to_provider)
        };
        let exchanges: BTreeMap<_, _> = setting.providers.iter().map(exchange).collect();
        let hook = hook(tray.clone(), Arc::clone(&shop_takes));
        let clock_too = Arc::clone(&clock);
        let app = runtime.block_on(async move {
            let app = App::within(config, clock_too, store, Some(hook), &exchanges)
                .await
                .ok()?;
            drop(background::start(&app));
            Some(app)
        })?;
        let router = routes(app);
        Some(Self {
            runtime,
            router,
            tray,
            clock,
            line,
            shop_takes,
            moved_to: now,
            handlers: BTreeMap::new(),
        })
    }

    /// What a world does to its store.
    #[must_use]
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// Whether the shop takes what it is told.
    pub fn shop_takes(&self, takes: bool) {
        self.shop_takes.store(takes, Ordering::Relaxed);
    }

    /// Whether it does.
    #[must_use]
    pub fn is_taken_by_shop(&self) -> bool {
        self.shop_takes.load(Ordering::Relaxed)
    }

    /// Sets the wall clock.
    pub fn set_clock(&self, wall: i64) {
        self.clock.set(wall);
    }

    /// A request comes in; its answer comes out with this number.
    pub fn take(&mut self, number: u64, request: Request<Body>) {
        let (router, tray) = (self.router.clone(), self.tray.clone());
        let handler = self.runtime.spawn(async move {
            let response = router.oneshot(request).await;
            let Ok(response) = response;
            let (head, body) = response.into_parts();
            let is_stream = text(&head.headers, "content-type").starts_with("text/event-stream");
            let seconds: Option<u64> = text(&head.headers, "retry-after").parse().ok();
            let mut answer = Answer {
                status: head.status.as_u16(),
                retry_after_ms: seconds.map(|it| it.saturating_mul(1_000)),
                body: String::new(),
                is_stream,
            };
            if is_stream {
                tray.lock().answers.push((number, answer));
                pass_on(number, body, &tray).await;
            } else {
                let bytes = axum::body::to_bytes(body, usize::MAX).await;
                answer.body = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
                tray.lock().answers.push((number, answer));
            }
        });
        if self.handlers.len() > MANY_HANDLERS {
            self.handlers.retain(|_, it| !it.is_finished());
        }
        self.handlers.insert(number, handler.abort_handle());
    }

    /// The other end of a connection is gone.
    pub fn drop_handler(&mut self, number: u64) {
        if let Some(handler) = self.handlers.remove(&number) {
            handler.abort();
        }
    }

    /// Lets the world's time come to `now`, and everything run that can.
    pub fn run(&mut self, now: u64, wall: i64) -> Outs {
        self.clock.set(wall);
        let ms = now.saturating_sub(self.moved_to);
        self.moved_to = now;
        self.runtime.block_on(async move {
            if 0 < ms {
                tokio::time::advance(Duration::from_millis(ms)).await;
            }
            // Each yield lets every task run that can, and those that they wake.
            yield_now().await;
            yield_now().await;
        });
        let mut outs = self.tray.take();
        // Those who listen to one order are woken in an order of tokio's own.
        outs.answers.sort_by_key(|it| it.0);
        outs.pieces.sort_by_key(|it| it.0);
        outs
    }
}

async fn pass_on(number: u64, body: Body, tray: &OutTray) {
    let mut body = std::pin::pin!(body);
    loop {
        let frame = std::future::poll_fn(|it| body.as_mut().poll_frame(it)).await;
        let piece = frame
            .and_then(Result::ok)
            .and_then(|it| it.into_data().ok())
            .map(|it| String::from_utf8_lossy(&it).into_owned());
        let is_over = piece.is_none();
        tray.lock().pieces.push((number, piece));
        if is_over {
            return;
        }
    }
}

fn hook(tray: OutTray, takes: Arc<AtomicBool>) -> Hook {
    Hook::new(move |told: Told| {
        let takes = takes.load(Ordering::Relaxed);
        // The shop may have done its work although its answer says otherwise.
        tray.lock().told.push(told);
        async move {
            if takes {
                Ok(())
            } else {
                Err("the shop is down (simulated)")
            }
        }
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let value = headers.get(name).and_then(|it| it.to_str().ok());
    value.unwrap_or_default()
}

thread_local! {
    /// Reading a configuration takes as long as a thousand steps.
    static READ: RefCell<BTreeMap<Setting, Config>> = const { RefCell::new(BTreeMap::new()) };
}

fn config(setting: &Setting) -> Config {
    READ.with_borrow_mut(|read| {
        let known = read.entry(setting.clone());
        known.or_insert_with(|| read_config(setting)).clone()
    })
}

fn read_config(setting: &Setting) -> Config {
    let tables: String = setting
        .providers
        .iter()
        .map(|it| table(*it, setting))
        .collect();
    let default = setting.providers[0].as_str();
    let text = format!(
        r#"
        shop = "demo"
        mode = "sandbox"
        public_url = "https://shop.example"
        shop_origins = ["https://shop.example"]
        allow_client_amounts = true
        quote.key = "{QUOTE_KEY}"
        provider = "{default}"
        {tables}
        [limits]
        initiates_per_order_per_minute = 1000000
        verifies_per_token_per_minute = 1000000
        requests_per_ip_per_minute = 1000000
        notifications_per_attempt_per_minute = 1000000
        "#
    );
    Config::read(&text, std::iter::empty()).unwrap_or_else(|it| panic!("{it:?}"))
}

/// A provider's table.
fn table(kind: Kind, setting: &Setting) -> String {
    let (name, calls, watch) = (
        kind.as_str(),
        setting.calls_per_minute,
        setting.watch_interval_ms,
    );
    let keys = match kind {
        Kind::JoyndPay => {
            "joyndpay.public_key = \"PUBLIC-CANARY-1\"\njoyndpay.secret_key = \"SECRET-CANARY-2\"\n"
                .to_owned()
        }
        Kind::JoPay => {
            let (key, merchant, secret) = (jopay::API_KEY, jopay::MERCHANT, jopay::SECRET);
            let grace = setting.grace_s;
            format!(
                "jopay.api_key = \"{key}\"\njopay.merchant_id = \"{merchant}\"\njopay.webhook_secret = \"{secret}\"\n\
                 jopay.attached_grace_s = {grace}\n"
            )
        }
        Kind::Jenga => jenga_keys(setting),
    };
    format!("{keys}{name}.calls_per_minute = {calls}\n{name}.watch_interval_ms = {watch}\n")
}

fn jenga_keys(setting: &Setting) -> String {
    let (key, merchant, consumer) = (jenga::API_KEY, jenga::MERCHANT, jenga::CONSUMER);
    let (file, password) = (jenga::PRIVATE_KEY_FILE, jenga::IPN_PASSWORD);
    let pages = format!("{}/l/{{paymentLinkRef}}", Kind::Jenga.origin());
    let template = match setting.link_pages {
        true => format!("jenga.link_url_template = \"{pages}\"\n"),
        false => String::new(),
    };
    let confirms = setting.confirms;
    format!(
        "jenga.api_key = \"{key}\"\njenga.merchant_code = \"{merchant}\"\njenga.consumer_secret = \"{consumer}\"\n\
         jenga.private_key_file = \"{file}\"\njenga.ipn_username = \"ipnuser\"\njenga.ipn_password = \"{password}\"\n\
         jenga.confirm_by_transaction_details = {confirms}\n{template}"
    )
}

/// What signs quotes: long enough, and to be found where it leaks.
pub(crate) const QUOTE_KEY: &str = "QUOTE-CANARY-3-QUOTE-CANARY-3-QUOTE";
const MANY_HANDLERS: usize = 256;

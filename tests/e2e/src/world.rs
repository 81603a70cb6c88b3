//! One test: a stack and a browser of its own, bounded in time, looked over at the end.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::browser::{Browser, Kind, Options};
use crate::checkout::Checkout;
use crate::fault::Answer;
use crate::process::project;
use crate::record::{Ending, Record, test_name};
use crate::shop::{self, Button, Shop, page};
use crate::stack::{JENGA_SECRET, SECRET_KEY, Stack};
use crate::tab::Tab;
use crate::wait::now;

/// What a test wants other than the ordinary.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// The browser.
    pub browser: Options,
    /// The backend has an origin of its own.
    pub split: bool,
    /// The test's bound, in place of [`LIMIT`].
    pub limit: Option<Duration>,
    /// Browsers in which this cannot be shown, and why.
    pub not_in: Vec<(Kind, &'static str)>,
}

impl Setup {
    /// In this browser, whichever the run is for.
    #[must_use]
    pub fn of(kind: Kind) -> Self {
        Self::browser(Options::of(kind))
    }

    /// In a browser that is started so.
    #[must_use]
    pub fn browser(browser: Options) -> Self {
        Self {
            browser,
            ..Self::default()
        }
    }

    /// Not in this browser, for a reason.
    #[must_use]
    pub fn except(mut self, kind: Kind, why: &'static str) -> Self {
        self.not_in.push((kind, why));
        self
    }

    /// In Chromium alone, for a reason.
    #[must_use]
    pub fn only_chromium(self, why: &'static str) -> Self {
        self.except(Kind::Firefox, why).except(Kind::WebKit, why)
    }

    /// With a bound of its own.
    #[must_use]
    pub fn within(self, limit: Duration) -> Self {
        Self {
            limit: Some(limit),
            ..self
        }
    }
}

/// A running stack with a browser before it.
#[derive(Debug)]
pub struct World {
    /// The programs.
    pub stack: Stack,
    /// The browser.
    pub browser: Browser,
    expected: Mutex<Vec<String>>,
    saw: Mutex<Vec<String>>,
}

impl World {
    /// Opens a page with this button at the shop.
    pub async fn shop(&self, button: &Button) -> Shop {
        self.shop_page(page(&button.html())).await
    }

    /// Opens this page at the shop.
    pub async fn shop_page(&self, answer: Answer) -> Shop {
        self.stack.shop.page("/shop", answer);
        Shop(self.browser.open(&self.shop_url()).await)
    }

    /// The address of the shop's page.
    #[must_use]
    pub fn shop_url(&self) -> String {
        format!("{}/shop", self.stack.shop.origin())
    }

    /// The checkout page in the one tab that the widget opened.
    pub async fn checkout(&self, shop: &Shop) -> Checkout {
        Checkout::reached(self.browser.other_tab(&[&shop.0]).await).await
    }

    /// Pays in the one tab that the widget opened, and waits until the shop's page tells of it; gives the event's detail.
    pub async fn pay(&self, shop: &Shop) -> Value {
        self.checkout(shop).await.pay().await;
        shop.event("pay-success").await
    }

    /// Nothing but the shop is open.
    pub async fn only_the_shop_is_open(&self, shop: &Shop) {
        self.browser.has_tabs(1).await;
        assert!(shop.0.is_open().await);
    }

    /// An error on the console that holds this text belongs to the test.
    ///
    /// # Panics
    /// Never in practice.
    pub fn expect_on_console(&self, text: &str) {
        self.expected.lock().unwrap().push(text.into());
    }

    /// Something to be told of this browser in `docs/browsers.md`, as a phrase.
    ///
    /// # Panics
    /// Never in practice.
    pub fn saw(&self, what: impl Into<String>) {
        self.saw.lock().unwrap().push(what.into());
    }

    async fn look_over(&mut self) {
        let mut complaints = self.browser.uncaught().await;
        for tab in self.browser.tabs().await {
            complaints.extend(Shop(tab).complaints().await);
        }
        let expected = self.expected.lock().unwrap().clone();
        complaints.retain(|it| !expected.iter().any(|text| it.contains(text)));
        assert!(complaints.is_empty(), "on the console: {complaints:#?}");
        let logs = self.stack.logs();
        assert!(!logs.contains("panicked"), "a program panicked");
        for secret in [SECRET_KEY, JENGA_SECRET] {
            assert!(!logs.contains(secret), "a secret key is in a log");
        }
    }

    async fn tell(&mut self) {
        for line in self
            .stack
            .logs()
            .lines()
            .filter(|it| !it.contains("/api/orders/"))
        {
            eprintln!("{line}");
        }
        for (name, front) in [
            ("shop", &self.stack.shop),
            ("backend", self.stack.backend()),
            ("provider", &self.stack.provider),
        ] {
            for it in front.seen("*") {
                let body: String = it.body.chars().take(300).collect();
                eprintln!("{name}: {} {} {:?} {body}", it.method, it.path, it.status);
            }
        }
        for tab in self.browser.tabs().await {
            self.photograph(&tab).await;
        }
        for line in self
            .browser
            .session()
            .browser_log()
            .await
            .unwrap_or_default()
        {
            eprintln!("console: {} {:?} {}", line.level, line.source, line.message);
        }
    }

    async fn photograph(&self, tab: &Tab) {
        let url = tab.url().await;
        let seen = tab
            .script("return JSON.stringify(window.seen ?? null)", vec![])
            .await;
        eprintln!("tab {url}\n  {seen}");
        let name = format!(
            "{}-{}.png",
            test_name().replace("::", "-"),
            if url.contains("/shop") {
                "shop"
            } else {
                "other"
            }
        );
        let folder = project().join("target/e2e");
        let _ = std::fs::create_dir_all(&folder);
        let picture = tab.show().await.screenshot(&folder.join(&name)).await;
        eprintln!("  picture: target/e2e/{name} {picture:?}");
    }
}

/// Runs a test in the browser that this run is for: Chromium, unless `BROWSER` names another.
pub fn in_browser(body: impl AsyncFnOnce(&World)) {
    run(Setup::default(), body);
}

/// Runs a test in Chromium, whichever browser this run is for.
pub fn in_chromium(body: impl AsyncFnOnce(&World)) {
    run(Setup::of(Kind::Chromium), body);
}

/// Runs a test in Firefox, whichever browser this run is for.
pub fn in_firefox(body: impl AsyncFnOnce(&World)) {
    run(Setup::of(Kind::Firefox), body);
}

/// Runs a test.
///
/// # Panics
/// If the test fails, takes too long, or leaves an error on the console or a panic in a log.
pub fn run(setup: Setup, body: impl AsyncFnOnce(&World)) {
    let kind = setup.browser.kind;
    let mut record = Record {
        test: test_name(),
        ending: Ending::Failed,
        saw: Vec::new(),
        took: Duration::ZERO,
    };
    if let Some((_, why)) = setup.not_in.iter().find(|it| it.0 == kind) {
        eprintln!("not shown in {}: {why}", kind.name());
        record.ending = Ending::NotShown((*why).to_owned());
        record.keep(kind);
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let _turn = TURNS.acquire().await.unwrap();
        let began = now();
        let stack = AssertUnwindSafe(Stack::start(setup.split)).catch_unwind();
        let (stack, browser) = tokio::join!(stack, Browser::start(&setup.browser));
        let stack = match stack {
            Ok(it) => it,
            Err(panic) => {
                // A driver that is only killed leaves its browser behind.
                browser.quit().await;
                std::panic::resume_unwind(panic);
            }
        };
        let mut world = World {
            stack,
            browser,
            expected: Mutex::default(),
            saw: Mutex::default(),
        };
        shop::furnish(&world.stack.shop);
        let limit = setup.limit.unwrap_or(LIMIT);
        let whole = async {
            let test = timeout(limit, body(&world)).await;
            assert!(test.is_ok(), "took longer than {limit:?}");
            world.look_over().await;
        };
        let result: Result<(), Box<dyn Any + Send>> = AssertUnwindSafe(whole).catch_unwind().await;
        if result.is_err() {
            let told = AssertUnwindSafe(timeout(Duration::from_secs(15), world.tell()))
                .catch_unwind()
                .await;
            if !matches!(told, Ok(Ok(()))) {
                eprintln!("the browser answers no more");
            }
        }
        record.saw = world.saw.lock().unwrap().clone();
        world.browser.quit().await;
        if result.is_ok() {
            record.ending = Ending::Passed;
        }
        record.took = now() - began;
        record.keep(kind);
        if let Err(panic) = result {
            std::panic::resume_unwind(panic);
        }
    });
}

/// What no test needs that works.
const LIMIT: Duration = Duration::from_secs(240);

/// Two browsers at a time: more of them on two cores only make each other late.
static TURNS: Semaphore = Semaphore::const_new(2);

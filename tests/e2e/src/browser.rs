//! Real browsers over WebDriver, with everything left on that a shopper's browser has on.
//!
//! Drivers switch off the popup blocker, the throttling of hidden tabs and the back/forward cache by default; with their
//! defaults, tests of those pass on broken code.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use thirtyfour::{WebDriver, WindowHandle};

use crate::process::{Process, project};
use crate::tab::Tab;
use crate::wait::until;

/// Which browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Chromium over chromedriver.
    #[default]
    Chromium,
    /// Firefox over geckodriver.
    Firefox,
}

/// How to start a browser.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which.
    pub kind: Kind,
    /// With a real window, on the display of this number (`:99`).
    pub display: Option<String>,
    /// Goes on living when its driver is stopped. Chromium only.
    pub outlives_driver: bool,
    /// Chromium's preferences or Firefox's, by name.
    pub preferences: Vec<(&'static str, Value)>,
    /// As in iOS's Lockdown Mode and in Tor Browser: there is no `WebAssembly`.
    pub without_wasm: bool,
}

/// A browser with its driver.
#[derive(Debug)]
pub struct Browser {
    kind: Kind,
    session: WebDriver,
    driver: Process,
    address: String,
    /// What driver and browser leave behind; it goes with this.
    folder: TempDir,
}

impl Browser {
    /// Starts a driver and a browser.
    ///
    /// # Panics
    /// If one of them is missing or does not start.
    pub async fn start(options: &Options) -> Self {
        let folder = TempDir::with_prefix("malipo-browser-").unwrap();
        let mut env = HashMap::from([("TMPDIR".to_owned(), folder.path().display().to_string())]);
        env.extend(
            options
                .display
                .iter()
                .map(|it| ("DISPLAY".to_owned(), it.clone())),
        );
        let (driver, port) = start_driver(options.kind, &env).await;
        let address = format!("http://127.0.0.1:{port}");
        let session = WebDriver::new(&address, capabilities(options)).await;
        let session = session.unwrap_or_else(|error| panic!("{error}\n{}", driver.log()));
        Self {
            kind: options.kind,
            session,
            driver,
            address,
            folder,
        }
    }

    /// Opens an address in the tab in use.
    ///
    /// # Panics
    /// If the driver fails.
    pub async fn open(&self, url: &str) -> Tab {
        self.session.goto(url).await.unwrap();
        self.tab(self.session.window().await.unwrap())
    }

    /// Opens an address in a new tab, which comes to the front.
    ///
    /// # Panics
    /// If the driver fails.
    pub async fn open_tab(&self, url: &str) -> Tab {
        let window = self.session.new_tab().await.unwrap();
        self.session.switch_to_window(window.clone()).await.unwrap();
        let tab = self.tab(window);
        tab.show().await;
        self.session.goto(url).await.unwrap();
        tab
    }

    /// Every tab and window that is open.
    ///
    /// # Panics
    /// If the driver fails.
    pub async fn tabs(&self) -> Vec<Tab> {
        let windows = self.session.windows().await.unwrap();
        windows.into_iter().map(|it| self.tab(it)).collect()
    }

    /// Waits until exactly one tab beside `known` is open, at most 10 s.
    ///
    /// # Panics
    /// If none opens, or more than one.
    pub async fn other_tab(&self, known: &[&Tab]) -> Tab {
        let others = async || {
            let tabs = self.tabs().await;
            tabs.into_iter()
                .filter(|tab| !known.iter().any(|it| it.is(tab)))
                .collect::<Vec<_>>()
        };
        let found = until(Duration::from_secs(10), async || {
            Some(others().await).filter(|it| !it.is_empty())
        })
        .await;
        let mut found = found.expect("no tab opened");
        assert_eq!(found.len(), 1, "one tab opened");
        found.remove(0)
    }

    /// Waits until this many tabs are open, at most 10 s.
    ///
    /// # Panics
    /// If it does not come to that.
    pub async fn has_tabs(&self, count: usize) {
        let found = until(Duration::from_secs(10), async || {
            (self.tabs().await.len() == count).then_some(())
        })
        .await;
        assert!(
            found.is_some(),
            "{} tabs are open, not {count}",
            self.tabs().await.len()
        );
    }

    /// What went wrong in any page and was caught by nobody, by Chromium's own log.
    pub async fn uncaught(&self) -> Vec<String> {
        if self.kind == Kind::Firefox {
            return Vec::new();
        }
        let log = self.session.browser_log().await.unwrap_or_default();
        log.into_iter()
            .filter(|it| {
                let source = it.source.as_deref().unwrap_or_default();
                let panicked = ["panicked", "RuntimeError", "unreachable"]
                    .iter()
                    .any(|word| it.message.contains(word));
                it.level == "SEVERE" && (panicked || matches!(source, "javascript" | "security"))
            })
            .map(|it| it.message)
            .collect()
    }

    /// Ends the driver and leaves the browser alone: no debugger is attached to it any more.
    ///
    /// # Panics
    /// If the driver does not let go of it.
    #[must_use = "dropping it removes the browser's profile"]
    pub async fn leave_alone(mut self) -> TempDir {
        // The driver's own way to end without ending browsers that were started to outlive it.
        let _ = reqwest::get(format!("{}/shutdown", self.address)).await;
        self.driver.stop().await;
        self.session.leak().unwrap();
        self.folder
    }

    /// Closes the browser and its driver.
    pub async fn quit(mut self) {
        let _ = self.session.quit().await;
        self.driver.stop().await;
    }

    /// The WebDriver session.
    #[must_use]
    pub fn session(&self) -> &WebDriver {
        &self.session
    }

    fn tab(&self, window: WindowHandle) -> Tab {
        Tab::new(self.session.clone(), window)
    }
}

/// Starts a driver; gives the port on which it listens.
async fn start_driver(kind: Kind, env: &HashMap<String, String>) -> (Process, String) {
    for _ in 0..5 {
        let (mut driver, ready) = match kind {
            Kind::Chromium => (
                Process::start("chromedriver", chromedriver(), &["--port=0"], env),
                "started successfully on port ",
            ),
            Kind::Firefox => (
                Process::start("geckodriver", geckodriver(), &["--port", "0"], env),
                "Listening on 127.0.0.1:",
            ),
        };
        // chromedriver finds a free port for IPv6 and then wants the same one for IPv4, where somebody may have it.
        if let Some(port) = driver.may_say(ready).await {
            return (driver, port.trim_end_matches('.').to_owned());
        }
        eprintln!("{}", driver.log());
    }
    panic!("no driver starts");
}

/// Whether every browser is to have no `WebAssembly`: the same tests hold without it.
#[must_use]
pub fn all_without_wasm() -> bool {
    std::env::var_os("WITHOUT_WASM").is_some()
}

fn capabilities(options: &Options) -> Map<String, Value> {
    let without_wasm = options.without_wasm || all_without_wasm();
    let preferences: Map<_, _> = options
        .preferences
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    object(match options.kind {
        Kind::Chromium => {
            let mut args = vec![
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--window-size=1280,900",
            ];
            if options.display.is_none() {
                args.push("--headless=new");
            }
            if without_wasm {
                // V8 has no other switch that a page notices; without a JIT, as in Lockdown Mode.
                args.push("--js-flags=--jitless");
            }
            json!({
                "goog:chromeOptions": {
                    "args": args,
                    "excludeSwitches": TRUTH_SWITCHES,
                    "prefs": preferences,
                    "detach": options.outlives_driver,
                },
                "goog:loggingPrefs": { "browser": "ALL" },
            })
        }
        Kind::Firefox => {
            let mut all = object(json!({
                "dom.disable_open_during_load": true,
                "network.captive-portal-service.enabled": false,
                "network.connectivity-service.enabled": false,
                "app.update.enabled": false,
                "datareporting.policy.dataSubmissionEnabled": false,
                "toolkit.telemetry.enabled": false,
                "toolkit.telemetry.unified": false,
                "services.settings.server": "data:,#remote-settings-dummy/v1",
                "javascript.options.wasm": !without_wasm,
            }));
            all.extend(preferences);
            let args: &[&str] = if options.display.is_none() {
                &["-headless"]
            } else {
                &[]
            };
            json!({ "moz:firefoxOptions": { "args": args, "prefs": all } })
        }
    })
}

/// What chromedriver would switch off; some of these it adds today, the others it or its relatives have added before.
const TRUTH_SWITCHES: [&str; 5] = [
    "disable-popup-blocking",
    "disable-background-timer-throttling",
    "disable-renderer-backgrounding",
    "disable-backgrounding-occluded-windows",
    "disable-back-forward-cache",
];

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(it) = value else {
        panic!("{value} is no object");
    };
    it
}

fn chromedriver() -> PathBuf {
    std::env::var_os("CHROMEDRIVER").map_or_else(|| "chromedriver".into(), PathBuf::from)
}

fn geckodriver() -> PathBuf {
    let own = project().join(".tools/bin/geckodriver");
    if own.is_file() {
        own
    } else {
        "geckodriver".into()
    }
}

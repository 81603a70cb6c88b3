//! Real browsers over WebDriver, with everything left on that a shopper's browser has on.
//!
//! Drivers switch off the popup blocker, the throttling of hidden tabs and the back/forward cache by default; with their
//! defaults, tests of those pass on broken code.

mod chrome;
mod driver;
mod options;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tempfile::TempDir;
use thirtyfour::{WebDriver, WindowHandle};

use crate::process::Process;
use crate::tab::Tab;
use crate::wait::{PATIENCE, until};

pub use options::{Kind, Options, all_without_wasm};

/// A browser with its driver.
#[derive(Debug)]
pub struct Browser {
    kind: Kind,
    session: WebDriver,
    driver: Process,
    address: String,
    /// What driver and browser leave behind; it goes with this.
    folder: TempDir,
    /// The tabs that were seen open.
    seen: Mutex<Vec<WindowHandle>>,
}

/// A driver and its session: on a machine that is short of everything a browser may end while it starts, and the next one does
/// not.
async fn started(options: &Options, env: &HashMap<String, String>) -> (Process, String, WebDriver) {
    for left in (0..3).rev() {
        let (driver, port) = driver::start(options, env).await;
        let address = format!("http://127.0.0.1:{port}");
        match WebDriver::new(&address, options.capabilities()).await {
            Ok(session) => return (driver, address, session),
            Err(error) if 0 < left && error.to_string().contains("session not created") => {
                eprintln!("once more: {error}");
            }
            Err(error) => panic!("{error}\n{}", driver.log()),
        }
    }
    panic!("no browser starts");
}

impl Browser {
    /// Starts a driver and a browser.
    ///
    /// # Panics
    /// If one of them is missing or does not start.
    pub async fn start(options: &Options) -> Self {
        let folder = TempDir::with_prefix("malipo-browser-").unwrap();
        let mut env = HashMap::from([("TMPDIR".to_owned(), folder.path().display().to_string())]);
        let display = options.display.iter();
        env.extend(display.map(|it| ("DISPLAY".to_owned(), it.clone())));
        let (driver, address, session) = started(options, &env).await;
        Self {
            kind: options.kind,
            session,
            driver,
            address,
            folder,
            seen: Mutex::default(),
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

    /// Waits until exactly one tab beside `known` is open.
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
        let found = until(PATIENCE, async || {
            Some(others().await).filter(|it| !it.is_empty())
        })
        .await;
        let mut found = found.expect("no tab opened");
        assert_eq!(found.len(), 1, "one tab opened");
        found.remove(0)
    }

    /// Waits until this many tabs are open.
    ///
    /// # Panics
    /// If it does not come to that.
    pub async fn has_tabs(&self, count: usize) {
        let found = until(PATIENCE, async || {
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
        if self.kind != Kind::Chromium {
            return Vec::new();
        }
        let has_closed = self.has_closed().await;
        let log = self.session.browser_log().await.unwrap_or_default();
        log.into_iter()
            .filter(|it| {
                let source = it.source.as_deref().unwrap_or_default();
                let panicked = ["panicked", "RuntimeError", "unreachable"]
                    .iter()
                    .any(|word| it.message.contains(word));
                // A tab to which the shopper came back closes itself while it loads, and Chromium writes down what it stops by
                // that ("Fetch API cannot load http://.../core-1f.wasm. "), with no reason behind it; what a policy or an
                // integrity refuses has one.
                let is_gone = has_closed && it.message.trim_end().ends_with(".wasm.");
                let counts = panicked || matches!(source, "javascript" | "security");
                it.level == "SEVERE" && counts && !is_gone
            })
            .map(|it| it.message)
            .collect()
    }

    /// Whether a tab that was seen is open no more.
    async fn has_closed(&self) -> bool {
        let open = self.session.windows().await.unwrap_or_default();
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().any(|it| !open.contains(it))
    }

    /// What the console has said of a page's policy since it was last asked; Chromium's driver alone tells it.
    pub async fn policy_messages(&self) -> Vec<String> {
        if self.kind != Kind::Chromium {
            return Vec::new();
        }
        let log = self.session.browser_log().await.unwrap_or_default();
        let messages = log.into_iter().map(|it| it.message);
        messages
            .filter(|it| it.to_lowercase().contains("content security policy"))
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

    /// Kills the browser in the middle of whatever it does, and ends its driver.
    ///
    /// # Panics
    /// If it runs no more.
    pub async fn crash(mut self) {
        self.driver.signal_children("KILL");
        self.driver.stop().await;
        // There is nobody left to say goodbye to.
        let _ = self.session.leak();
    }

    /// Closes the browser and its driver.
    pub async fn quit(mut self) {
        let _ = self.session.quit().await;
        self.driver.stop().await;
    }

    /// Which browser this is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Stops the browser in the middle of whatever it does, as a laptop's lid does, and goes on with it after `time`. The
    /// driver is not asked anything meanwhile.
    ///
    /// # Panics
    /// If there is no such process.
    pub async fn sleep(&self, time: Duration) {
        self.driver.signal_children("STOP");
        tokio::time::sleep(time).await;
        self.driver.signal_children("CONT");
    }

    /// The WebDriver session.
    #[must_use]
    pub fn session(&self) -> &WebDriver {
        &self.session
    }

    fn tab(&self, window: WindowHandle) -> Tab {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.contains(&window) {
            seen.push(window.clone());
        }
        Tab::new(self.session.clone(), window)
    }
}

//! One tab or window of a browser.

use std::time::Duration;

use serde_json::Value;
use thirtyfour::{By, WebDriver, WebElement, WindowHandle};

use crate::wait::{PATIENCE, until};

/// A tab. Commands go to it whichever tab was used last.
#[derive(Clone, Debug)]
pub struct Tab {
    session: WebDriver,
    window: WindowHandle,
    /// The frame in which the tests' page is, where it is in one.
    frame: Option<String>,
}

impl Tab {
    pub(crate) fn new(session: WebDriver, window: WindowHandle) -> Self {
        Self {
            session,
            window,
            frame: None,
        }
    }

    /// A page in a frame of this tab, which a selector finds: scripts and clicks go there.
    #[must_use]
    pub fn frame(&self, css: &str) -> Self {
        Self {
            frame: Some(css.into()),
            ..self.clone()
        }
    }

    /// Whether both are the same tab.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.window == other.window
    }

    /// Brings the tab to the front, as both drivers do with the tab that gets the next command.
    ///
    /// # Panics
    /// If the tab is gone.
    pub async fn show(&self) -> &WebDriver {
        self.session
            .switch_to_window(self.window.clone())
            .await
            .unwrap();
        if let Some(frame) = &self.frame {
            let entered = until(PATIENCE, async || {
                let frame = self.session.find(By::Css(frame.as_str())).await.ok()?;
                frame.enter_frame().await.ok()
            });
            assert!(entered.await.is_some(), "no frame {frame}");
        }
        &self.session
    }

    /// The same; `None` where the tab has closed itself meanwhile.
    pub async fn may_show(&self) -> Option<&WebDriver> {
        let shown = self.session.switch_to_window(self.window.clone()).await;
        shown.is_ok().then_some(&self.session)
    }

    /// A command of Chromium's debugging protocol.
    ///
    /// # Panics
    /// If the browser does not take it.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.session
            .cdp()
            .send_raw(command, parameters)
            .await
            .unwrap()
    }

    /// Runs the body of an async function and gives what it returns.
    ///
    /// # Panics
    /// If it throws.
    pub async fn run(&self, body: &str) -> Value {
        let script = format!(
            "const done = arguments[0]; (async () => {{ {body} }})().then(done, (it) => done(`threw ${{it}}`))"
        );
        let result = self.show().await.execute_async(&script, vec![]).await;
        let result = result.unwrap_or_else(|error| panic!("{body}: {error}"));
        let result = result.json().clone();
        let threw = result.as_str().is_some_and(|it| it.starts_with("threw "));
        assert!(!threw, "{body}: {result}");
        result
    }

    /// Runs a script and gives what it returns.
    ///
    /// # Panics
    /// If it throws.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Value {
        let result = self.show().await.execute(script, arguments).await;
        result
            .unwrap_or_else(|error| panic!("{script}: {error}"))
            .json()
            .clone()
    }

    /// The element that a selector finds, waiting for it.
    ///
    /// # Panics
    /// If there is none.
    pub async fn find(&self, css: &str) -> WebElement {
        self.show().await;
        let found = until(PATIENCE, async || {
            self.session.find(By::Css(css)).await.ok()
        })
        .await;
        match found {
            Some(it) => it,
            None => panic!("no {css} at {}:\n{}", self.url().await, self.text().await),
        }
    }

    /// A part in the shadow root of the element that a selector finds, if it is to be seen now.
    pub async fn part(&self, host: &str, part: &str) -> Option<WebElement> {
        let find = "return document.querySelector(arguments[0])?.shadowRoot?.querySelector(`[part~=\"${arguments[1]}\"]`)";
        let found = self
            .show()
            .await
            .execute(find, vec![host.into(), part.into()])
            .await
            .ok()?;
        let part = found.element().ok()?;
        part.is_displayed().await.ok()?.then_some(part)
    }

    /// Clicks, trusted, on what a selector finds.
    ///
    /// # Panics
    /// If it cannot be clicked.
    pub async fn click(&self, css: &str) {
        self.show().await;
        self.find(css).await.click().await.unwrap();
    }

    /// The tab's address; empty while it is between two pages, and when it is gone.
    pub async fn url(&self) -> String {
        let session = &self.session;
        if session.switch_to_window(self.window.clone()).await.is_err() {
            return String::new();
        }
        session
            .current_url()
            .await
            .map(String::from)
            .unwrap_or_default()
    }

    /// What the page says.
    ///
    /// # Panics
    /// If the tab is gone.
    pub async fn text(&self) -> String {
        let body = self.show().await.find(By::Css("body")).await;
        match body {
            Ok(it) => it.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Waits until the address holds `part`.
    ///
    /// # Panics
    /// If it does not.
    pub async fn reaches(&self, part: &str) {
        let found = until(PATIENCE, async || {
            self.url().await.contains(part).then_some(())
        })
        .await;
        assert!(
            found.is_some(),
            "the tab is at {}, not at {part}",
            self.url().await
        );
    }

    /// Closes it, as a shopper does.
    ///
    /// # Panics
    /// If it is gone.
    pub async fn close(&self) {
        self.show().await.close_window().await.unwrap();
    }

    /// Whether it is still open.
    ///
    /// # Panics
    /// If the driver fails.
    pub async fn is_open(&self) -> bool {
        self.session.windows().await.unwrap().contains(&self.window)
    }

    /// Waits until it is closed, at most `limit`.
    ///
    /// # Panics
    /// If it stays.
    pub async fn closes(&self, limit: Duration) {
        let closed = until(limit, async || (!self.is_open().await).then_some(())).await;
        assert!(closed.is_some(), "the tab stays open");
    }
}

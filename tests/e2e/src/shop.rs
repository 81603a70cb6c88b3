//! The tests' shop: its page, written for each test, and what a shopper sees and does there.

use std::time::Duration;

use serde_json::Value;
use thirtyfour::WebElement;

use crate::fault::Answer;
use crate::front::Front;
use crate::quote::{quote, quote_for};
use crate::tab::Tab;
use crate::wait::{PATIENCE, until};

/// The script that writes down what a test wants to know of a page.
pub const RECORDER: &str = include_str!("recorder.js");

/// A `<pay-button>` (or `<pay-status>`) in a page, to be.
#[derive(Clone, Debug)]
pub struct Button {
    tag: &'static str,
    attributes: Vec<(String, String)>,
    inner: String,
}

impl Button {
    /// A button without attributes.
    #[must_use]
    pub fn bare() -> Self {
        Self {
            tag: "pay-button",
            attributes: Vec::new(),
            inner: String::new(),
        }
    }

    /// A button that pays an order of UGX 25,000 with a signed quote.
    #[must_use]
    pub fn for_order(order_id: &str) -> Self {
        Self::bare()
            .endpoints("")
            .with("quote", &quote(order_id, "25000", "UGX"))
            .with("amount", "25000")
            .with("currency", "UGX")
    }

    /// A button that pays for an article of the backend's catalogue.
    #[must_use]
    pub fn for_article() -> Self {
        Self::bare()
            .endpoints("")
            .with("sku", "kitenge-tee")
            .with("amount", "25000")
            .with("currency", "UGX")
    }

    /// A button that pays an order of this amount through this provider, with a signed quote.
    #[must_use]
    pub fn through(provider: &str, order_id: &str, amount: &str, currency: &str) -> Self {
        Self::bare()
            .endpoints("")
            .with(
                "initiate-url",
                &format!("/pay/initiate?provider={provider}"),
            )
            .with("quote", &quote(order_id, amount, currency))
            .with("amount", amount)
            .with("currency", currency)
    }

    /// A button that has Jenga send a link for KES 1,350 to whom the quote names.
    #[must_use]
    pub fn by_link(order_id: &str) -> Self {
        let payer = ["Amina Wanjiru", "amina@example.test", "0712345678"];
        Self::through("jenga", order_id, "1350", "KES")
            .with("quote", &quote_for(payer, order_id, "1350", "KES"))
    }

    /// A button that pays UGX 25,000 by the amount in the page, without any name for the order.
    #[must_use]
    pub fn nameless() -> Self {
        Self::bare()
            .endpoints("")
            .with("amount", "25000")
            .with("currency", "UGX")
    }

    /// A `<pay-status>` of the backend in the page's own origin.
    #[must_use]
    pub fn status() -> Self {
        Self {
            tag: "pay-status",
            ..Self::bare().with("verify-url", "/pay/verify")
        }
    }

    /// Asks the backend at this origin; the empty one is the page's.
    #[must_use]
    pub fn endpoints(self, origin: &str) -> Self {
        self.with("initiate-url", &format!("{origin}/pay/initiate"))
            .with("verify-url", &format!("{origin}/pay/verify"))
            .with("cancel-url", &format!("{origin}/pay/cancel"))
    }

    /// With an attribute, in place of one of that name.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.attributes.retain(|it| it.0 != name);
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// With HTML inside the tag.
    #[must_use]
    pub fn holding(mut self, inner: &str) -> Self {
        self.inner = inner.into();
        self
    }

    /// With the form inside the tag that pays without script, by the same quote or article.
    #[must_use]
    pub fn with_form(self) -> Self {
        let priced = |it: &&(String, String)| ["quote", "sku"].contains(&it.0.as_str());
        let (name, value) = self.attributes.iter().find(priced).expect("a price");
        let form = format!(
            "<form method=\"post\" action=\"/pay/checkout\">\
             <input type=\"hidden\" name=\"{name}\" value=\"{value}\"><button id=\"plain\">Pay</button></form>"
        );
        self.holding(&form)
    }

    /// The quote that it carries, if any.
    #[must_use]
    pub fn quote(&self) -> &str {
        self.attributes
            .iter()
            .find(|it| it.0 == "quote")
            .map_or("", |it| &it.1)
    }

    /// The element's HTML, with `id="pay"`.
    #[must_use]
    pub fn html(&self) -> String {
        self.html_as("pay")
    }

    /// The element's HTML with another id, where there are several in a page.
    #[must_use]
    pub fn html_as(&self, id: &str) -> String {
        let mut html = format!("<{} id=\"{id}\"", self.tag);
        for (name, value) in &self.attributes {
            let value = value.replace('&', "&amp;").replace('"', "&quot;");
            html.push_str(&format!(" {name}=\"{value}\""));
        }
        html.push_str(&format!(">{}</{}>", self.inner, self.tag));
        html
    }
}

/// A page around some HTML, with the recorder and the widget's script.
#[must_use]
pub fn page(body: &str) -> Answer {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Shop</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\">\
         <script src=\"/recorder.js\"></script>\
         <script type=\"module\" src=\"/malipo/malipo.js\"></script></head>\
         <body><h1>Shop</h1>{body}</body></html>"
    );
    Answer::new(200, "text/html; charset=utf-8", html)
}

/// Puts the pages that every test needs at the shop's origin.
pub fn furnish(shop: &Front) {
    shop.page(
        "/recorder.js",
        Answer::new(200, "text/javascript", RECORDER),
    );
    shop.page("/beacon", Answer::new(204, "text/plain", ""));
}

/// The shop's tab, as a shopper and a test see it.
#[derive(Clone, Debug)]
pub struct Shop(pub Tab);

impl Shop {
    /// Presses the button.
    ///
    /// # Panics
    /// If it cannot be pressed.
    pub async fn press(&self) {
        self.click("button").await;
    }

    /// Clicks on a part of the widget.
    ///
    /// # Panics
    /// If it cannot be clicked.
    pub async fn click(&self, part: &str) {
        self.0.show().await;
        self.part(part).await.click().await.unwrap();
    }

    /// Clicks on a part that leads the page away. With another site's frame the very thing that was clicked may be gone before
    /// the driver has said that it was.
    ///
    /// # Panics
    /// If it cannot be clicked.
    pub async fn click_away(&self, part: &str) {
        self.0.show().await;
        let clicked = self.part(part).await.click().await;
        let is_gone = format!("{clicked:?}").contains("target frame detached");
        assert!(clicked.is_ok() || is_gone, "{part}: {clicked:?}");
    }

    /// A part of the widget that is to be seen, waiting for it.
    ///
    /// # Panics
    /// If there is none.
    pub async fn part(&self, part: &str) -> WebElement {
        let found = until(PATIENCE, async || self.shown(part).await).await;
        match found {
            Some(it) => it,
            None => panic!("no {part} to be seen; {}", self.story().await),
        }
    }

    /// A part of the widget, if it is to be seen now.
    pub async fn shown(&self, part: &str) -> Option<WebElement> {
        self.0.part("#pay", part).await
    }

    /// Whether the button can be pressed.
    pub async fn can_press(&self) -> bool {
        match self.shown("button").await {
            Some(it) => it.is_enabled().await.unwrap_or(false),
            None => false,
        }
    }

    /// Everything that the widget says, shadow root included.
    pub async fn says(&self) -> String {
        let text = "return document.querySelector('#pay').shadowRoot?.textContent ?? ''";
        self.0
            .script(text, vec![])
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits until the widget says this.
    ///
    /// # Panics
    /// If it does not.
    pub async fn comes_to_say(&self, words: &str) {
        let found = until(PATIENCE, async || {
            self.says().await.contains(words).then_some(())
        });
        assert!(found.await.is_some(), "{words}: {}", self.story().await);
    }

    /// The widget's state.
    pub async fn state(&self) -> String {
        let state = self
            .0
            .script("return document.querySelector('#pay').state", vec![])
            .await;
        state.as_str().unwrap_or_default().to_owned()
    }

    /// Waits for the widget's state.
    ///
    /// # Panics
    /// If it does not come.
    pub async fn becomes(&self, state: &str) {
        let found = until(PATIENCE, async || {
            (self.state().await == state).then_some(())
        })
        .await;
        assert!(found.is_some(), "never {state}; {}", self.story().await);
    }

    /// The events of a name so far: their details.
    pub async fn events(&self, name: &str) -> Vec<Value> {
        let events = self.0.script("return seen.events.filter((it) => it.name === arguments[0]).map((it) => it.detail)", vec![name.into()]).await;
        events.as_array().cloned().unwrap_or_default()
    }

    /// The names of the events so far, in order, without `pay-change` and `pay-pending`, of which there may be any number.
    pub async fn story_of_events(&self) -> Vec<String> {
        let names = self
            .0
            .script("return seen.events.map((it) => it.name)", vec![])
            .await;
        let names = names.as_array().cloned().unwrap_or_default();
        let names = names.iter().filter_map(|it| it.as_str()).map(str::to_owned);
        names
            .filter(|it| it != "pay-change" && it != "pay-pending")
            .collect()
    }

    /// Waits for the first event of a name; gives its detail.
    ///
    /// # Panics
    /// If it does not come.
    pub async fn event(&self, name: &str) -> Value {
        self.event_within(name, PATIENCE).await
    }

    /// Waits for the first event of a name; gives its detail.
    ///
    /// # Panics
    /// If it does not come.
    pub async fn event_within(&self, name: &str, limit: Duration) -> Value {
        let found = until(limit, async || self.events(name).await.into_iter().next()).await;
        match found {
            Some(it) => it,
            None => panic!("no {name}; {}", self.story().await),
        }
    }

    /// What nobody caught in the page, and what a content security policy stopped.
    pub async fn complaints(&self) -> Vec<String> {
        // A page whose scripts are off cannot complain.
        let all = "return window.seen ? [...seen.errors, ...seen.violations] : []";
        // A checkout page may close itself between being listed and being asked.
        let Some(session) = self.0.may_show().await else {
            return Vec::new();
        };
        let all = session.execute(all, vec![]).await;
        let all = all.map(|it| it.json().clone());
        let all = all
            .ok()
            .and_then(|it| it.as_array().cloned())
            .unwrap_or_default();
        all.iter()
            .map(|it| it.as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Loads the page again.
    ///
    /// # Panics
    /// If the tab is gone.
    pub async fn reload(&self) {
        self.0.show().await.refresh().await.unwrap();
    }

    async fn story(&self) -> String {
        let events = self
            .0
            .script("return JSON.stringify(window.seen)", vec![])
            .await;
        format!(
            "state {:?}, says {:?}, {events}",
            self.state().await,
            self.says().await
        )
    }
}

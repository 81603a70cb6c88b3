//! The provider's checkout page, as a shopper sees it.

use crate::tab::Tab;

/// The tab in which the sandbox's checkout page is open.
#[derive(Clone, Debug)]
pub struct Checkout(pub Tab);

impl Checkout {
    /// Waits until the tab has come to JoyndPay's checkout page.
    ///
    /// # Panics
    /// If it does not come there.
    pub async fn reached(tab: Tab) -> Self {
        Self::reached_at(tab, "/make/payment/test/").await
    }

    /// Waits until the tab has come to a provider's page, whose URL has this in it.
    ///
    /// # Panics
    /// If it does not come there.
    pub async fn reached_at(tab: Tab, path: &str) -> Self {
        tab.reaches(path).await;
        Self(tab)
    }

    /// Pays.
    ///
    /// # Panics
    /// If the page has no such button.
    pub async fn pay(&self) {
        self.choose("#pay-succeed").await;
    }

    /// Lets the payment fail.
    ///
    /// # Panics
    /// If the page has no such button.
    pub async fn fail(&self) {
        self.choose("#pay-fail").await;
    }

    /// Presses one of the page's buttons.
    ///
    /// # Panics
    /// If the page has no such button.
    pub async fn choose(&self, button: &str) {
        self.0.show().await;
        let button = self.0.find(button).await;
        // The driver waits for the page behind the click, and complains when that one closes its tab.
        let _ = button.click().await;
    }
}

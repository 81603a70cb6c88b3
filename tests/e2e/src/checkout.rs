//! The provider's checkout page, as a shopper sees it.

use thirtyfour::error::{WebDriverError, WebDriverErrorInner};

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
        for _ in 0..TRIES {
            // The driver waits for the page behind the click, and complains when that one closes its tab.
            let clicked = self.0.find(button).await.click().await;
            if !clicked.is_err_and(|it| missed(&it)) {
                return;
            }
        }
        panic!("{button} could not be pressed");
    }
}

/// The page was exchanged or moved between the look and the click: nothing was pressed.
fn missed(error: &WebDriverError) -> bool {
    matches!(
        error.as_inner(),
        WebDriverErrorInner::StaleElementReference(_)
            | WebDriverErrorInner::ElementClickIntercepted(_)
            | WebDriverErrorInner::ElementNotInteractable(_)
    )
}

const TRIES: u32 = 5;

//! The provider's checkout page, as a shopper sees it.

use std::time::Duration;

use thirtyfour::WebElement;
use thirtyfour::error::{WebDriverError, WebDriverErrorInner};

use crate::tab::Tab;
use crate::wait::until;

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
            let element = self.0.find(button).await;
            let clicked = element.click().await;
            if !clicked.is_err_and(|it| missed(&it)) && leaves(&element).await {
                return;
            }
        }
        panic!("{button} could not be pressed");
    }
}

/// Whether the page with this button goes: on a busy machine a driver says of a click that it was made, and no request goes out.
async fn leaves(button: &WebElement) -> bool {
    let gone = async || button.tag_name().await.is_err().then_some(());
    until(LEAVES_WITHIN, gone).await.is_some()
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
const LEAVES_WITHIN: Duration = Duration::from_secs(10);

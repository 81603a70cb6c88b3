//! The last shopper of a world: presses when troubles have ended, pays, and at most looks at the page again. Nobody tells of
//! the payment, so that what the servers do by themselves shows.

use malipo::checkout::{Input, Wake};

use super::World;
use crate::provider::Kind;
use crate::shopper::{Device, Offer, Tab};

/// The last shopper.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quiet {
    tab: usize,
    /// Once the checkout page was seen.
    payment: Option<usize>,
}

impl World {
    /// Lets the last shopper in, where there is a provider that can be asked.
    pub(super) fn invite_the_last(&mut self) {
        let mut kinds = self.setting.providers.iter();
        let Some(kind) = kinds.find(|it| **it != Kind::Jenga).copied() else {
            return;
        };
        let (shopper, order, tab) = (self.devices.len(), self.prices.len(), self.tabs.len());
        self.devices.push(Device::default());
        self.known_since.push(None);
        self.prices.push(PRICE);
        let offer = Offer {
            kind,
            names_provider: 1 < self.setting.providers.len(),
            shopper,
            order: format!("QUIET-{order:05}"),
            price: PRICE,
            quoted: true,
            mode: "tab",
            poll_interval: 2_500,
            timeout: 0,
            origins: None,
        };
        let device = &self.devices[shopper];
        self.tabs
            .push(Tab::new(shopper, order, offer, device, self.now));
        self.quiet = Some(Quiet { tab, payment: None });
        self.press(tab);
    }

    /// The last shopper sees a checkout page.
    pub(super) fn seen_by(&mut self, tab: usize, payment: usize) {
        if let Some(quiet) = self.quiet.as_mut().filter(|it| it.tab == tab) {
            quiet.payment = Some(payment);
        }
    }

    /// Whether nobody tells of a payment.
    pub(super) fn is_untold(&self, payment: usize) -> bool {
        self.quiet.is_some_and(|it| it.payment == Some(payment))
    }

    /// Whether this is the last shopper, who comes back by no return page: half of them look at the shop's page again.
    pub(super) fn stays_quiet(&mut self, tab: usize) -> bool {
        let is_last = self.quiet.is_some_and(|it| it.tab == tab);
        if is_last && self.rng.percent(50) {
            self.tabs[tab].hidden = false;
            self.say(tab, Input::Woke(Wake::Visible));
        }
        is_last
    }
}

const PRICE: u64 = 10_000;

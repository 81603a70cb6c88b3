//! Shoppers who press, pay, pay twice, fail, walk away and watch, whether or not the server is there.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::sleep;

use crate::provider::{ALL, Failure, Provider};
use crate::sandbox::Sandbox;
use crate::shop::{Press, Shop};

/// The shoppers, and what they have done.
#[derive(Debug)]
pub(crate) struct Load {
    /// Set when no new order is to begin.
    pub(crate) stop: AtomicBool,
    shop: Shop,
    sandbox: Sandbox,
    seed: u64,
    next: AtomicU64,
    orders: Mutex<Vec<String>>,
    counted: Mutex<Counted>,
}

/// What the shoppers have done.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counted {
    /// Orders that got as far as a checkout page or a link.
    pub opened: u32,
    /// Orders whose first attempt was paid besides the one on the page.
    pub twice: u32,
    /// Payments that were made after they had failed or expired.
    pub late: u32,
    /// Verifies that were sent.
    pub watched: u32,
    /// Orders that the shopper called off.
    pub cancelled: u32,
}

impl Load {
    /// Shoppers of this shop.
    #[must_use]
    pub(crate) fn new(shop: Shop, sandbox: Sandbox, seed: u64) -> Self {
        Self {
            stop: AtomicBool::new(false),
            shop,
            sandbox,
            seed,
            next: AtomicU64::new(1),
            orders: Mutex::default(),
            counted: Mutex::default(),
        }
    }

    /// Every order that was pressed.
    #[must_use]
    pub(crate) fn orders(&self) -> Vec<String> {
        self.orders.lock().unwrap().clone()
    }

    /// What was done so far.
    #[must_use]
    pub(crate) fn counted(&self) -> Counted {
        *self.counted.lock().unwrap()
    }

    /// One shopper after the other until [`Load::stop`].
    pub(crate) async fn shop_on(self: Arc<Self>, client: u64) {
        let mut random =
            fastrand::Rng::with_seed(self.seed.wrapping_mul(1000).wrapping_add(client));
        while !self.stop.load(Ordering::Relaxed) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let provider = ALL[random.usize(..ALL.len())];
            self.shopper(&mut random, &Press::new(provider, number))
                .await;
        }
    }

    async fn shopper(&self, random: &mut fastrand::Rng, press: &Press) {
        self.orders.lock().unwrap().push(press.order_id.clone());
        let pressed = self.shop.press_on(press, random.u32(1..8)).await;
        let page = pressed.body["redirect_url"].as_str();
        let id = page.and_then(|it| it.rsplit('/').next());
        let id = id.unwrap_or(&press.order_id);
        let provider = press.provider;
        if pressed.is_open() {
            self.count(|it| it.opened += 1);
        }
        match random.u32(0..100) {
            // Nobody saw a page, or saw it and walked away.
            0..15 => {}
            15..25 => {
                if self.fail(provider, id).await
                    && random.bool()
                    && self.pay_late(provider, id).await
                {
                    self.count(|it| it.late += 1);
                }
            }
            25..35 if pressed.token().is_some() => {
                let token = pressed.token().unwrap_or_default();
                self.shop.cancel(&press.order_id, token).await;
                self.count(|it| it.cancelled += 1);
                // The tab with the page was still open.
                if random.bool() {
                    self.pay(provider, id).await;
                }
            }
            _ => {
                let paid = self.pay(provider, id).await;
                // The first attempt has the order's name: was it given up for another, it is paid as well.
                let first = self.pay(provider, &press.order_id).await;
                if first.is_some() && paid.is_some() && first != paid {
                    self.count(|it| it.twice += 1);
                }
            }
        }
        for _ in 0..random.u32(0..4) {
            let token = pressed.token().unwrap_or_default();
            self.shop.verify(&press.order_id, token).await;
            self.count(|it| it.watched += 1);
            sleep(Duration::from_millis(random.u64(20..120))).await;
        }
    }

    /// Gives the provider's name of the payment; None where there is none.
    async fn pay(&self, provider: &Provider, id: &str) -> Option<String> {
        let paid = self.sandbox.try_settle(provider.id, id, "succeed").await?;
        Some(paid["payment"]["id"].as_str()?.to_owned())
    }

    async fn fail(&self, provider: &Provider, id: &str) -> bool {
        let what = match provider.failure {
            Failure::Final | Failure::Declined => "fail",
            Failure::Mismatch => "expire",
        };
        self.sandbox
            .try_settle(provider.id, id, what)
            .await
            .is_some()
    }

    async fn pay_late(&self, provider: &Provider, id: &str) -> bool {
        let what = match provider.failure {
            Failure::Final => "succeed?reverse=true",
            Failure::Declined | Failure::Mismatch => "succeed",
        };
        self.sandbox
            .try_settle(provider.id, id, what)
            .await
            .is_some()
    }

    fn count(&self, change: impl FnOnce(&mut Counted)) {
        change(&mut self.counted.lock().unwrap());
    }
}

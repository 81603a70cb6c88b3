//! What a case sees: one provider, a server beside it, and a shopper.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::database::Kind;
use crate::oracle::{self, Entry};
use crate::provider::Provider;
use crate::secrets;
use crate::shop::{Press, Pressed};
use crate::stack::{OFTEN_MS, Plan, Stack};
use crate::wait::until;

/// The programs of one case.
#[derive(Debug)]
pub(super) struct World {
    pub(super) stack: Stack,
    pub(super) provider: &'static Provider,
    orders: Vec<String>,
    tokens: Vec<String>,
}

/// An order that a shopper has begun to pay.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) press: Press,
    pub(super) token: String,
    /// The provider's name of the payment, or a name that it is known by.
    pub(super) id: String,
}

impl World {
    pub(super) async fn start(provider: &'static Provider) -> Self {
        let plan = Plan {
            store: Kind::Sqlite,
            servers: 1,
            log_level: "trace",
            calls_per_minute: Some(10_000),
            watch_interval_ms: OFTEN_MS,
        };
        let world = Self {
            stack: Stack::start(&plan).await,
            provider,
            orders: Vec::new(),
            tokens: Vec::new(),
        };
        world.stack.sandbox.script(&provider.patient()).await;
        world
    }

    /// Scripts trouble with one part of the provider, on top of the usual.
    pub(super) async fn script(&self, part: &str, what: &Value) {
        let script = self.provider.script(part, what);
        self.stack.sandbox.script(&script).await;
    }

    /// Ends all trouble.
    pub(super) async fn calm(&self) {
        self.stack.sandbox.script(&self.provider.patient()).await;
    }

    /// A press of a new order, not yet sent.
    pub(super) fn new_press(&mut self) -> Press {
        let number = u64::try_from(self.orders.len()).unwrap_or_default() + 1;
        let press = Press::new(self.provider, number);
        self.orders.push(press.order_id.clone());
        press
    }

    /// Presses as the widget does, for as long as half a minute's waits.
    pub(super) async fn press_on(&mut self, press: &Press, most: u32) -> Pressed {
        let pressed = self.stack.shop().press_on(press, most).await;
        self.tokens.extend(pressed.token().map(str::to_owned));
        pressed
    }

    /// Begins a new order and gets to its page or link.
    pub(super) async fn begin(&mut self) -> Begun {
        let press = self.new_press();
        let pressed = self.press_on(&press, 1).await;
        assert!(
            pressed.is_open(),
            "initiate: {} {}",
            pressed.status,
            pressed.body
        );
        self.begun(press, &pressed).await
    }

    pub(super) async fn begun(&self, press: Press, pressed: &Pressed) -> Begun {
        let record = self.stack.shop().record(&press.order_id).await;
        let id = record["provider_ref"].as_str();
        Begun {
            id: id.unwrap_or(&press.order_id).to_owned(),
            token: pressed.token().unwrap_or_default().to_owned(),
            press,
        }
    }

    pub(super) async fn settle(&self, id: &str, what: &str) -> Value {
        self.stack.sandbox.settle(self.provider.id, id, what).await
    }

    pub(super) async fn record(&self, begun: &Begun) -> Value {
        self.stack.shop().record(&begun.press.order_id).await
    }

    /// Watches an order until its record is as wanted.
    pub(super) async fn becomes(
        &self,
        begun: &Begun,
        what: &str,
        is: impl Fn(&Value) -> bool,
    ) -> Value {
        let mut last = Value::Null;
        let found = until(PATIENCE, async || {
            self.stack
                .shop()
                .verify(&begun.press.order_id, &begun.token)
                .await;
            last = self.record(begun).await;
            is(&last).then(|| last.clone())
        });
        let found = found.await;
        found.unwrap_or_else(|| panic!("it does not become {what}: {last}"))
    }

    pub(super) async fn becomes_status(&self, begun: &Begun, status: &str) -> Value {
        self.becomes(begun, status, |it| it["status"] == status)
            .await
    }

    /// Watches an order while the provider is asked about it some times more, and finds it pending all the time. A provider
    /// that cannot be asked is not asked.
    pub(super) async fn stays_pending(&self, begun: &Begun) {
        let before = self.questions().await;
        let asked = until(PATIENCE, async || {
            self.stack
                .shop()
                .verify(&begun.press.order_id, &begun.token)
                .await;
            let record = self.record(begun).await;
            assert_eq!(record["status"], "pending", "{record}");
            let more = self.provider.look_up.map_or(0, |_| QUESTIONS);
            (before + more <= self.questions().await).then_some(())
        });
        asked
            .await
            .expect("the provider is asked about an order that is watched");
    }

    async fn questions(&self) -> usize {
        self.stack.sandbox.calls().await.len()
    }

    pub(super) async fn ledger(&self) -> Vec<Value> {
        self.stack.sandbox.ledger().await
    }

    /// The ledger's one entry once it is as wanted.
    pub(super) async fn entry_becomes(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let mut last = Vec::new();
        let found = until(PATIENCE, async || {
            last = self.ledger().await;
            last.iter().find(|it| is(it)).cloned()
        });
        let found = found.await;
        found.unwrap_or_else(|| panic!("no payment becomes {what}: {}", json!(last)))
    }

    /// The records equal the ledger, and the shop was told once.
    pub(super) async fn agree(&self) {
        let mut wrong = Vec::new();
        let agreed = until(PATIENCE, async || {
            let ledger: Vec<_> = self.ledger().await.iter().map(Entry::read).collect();
            let mut records = BTreeMap::new();
            for order in &self.orders {
                records.insert(order.clone(), self.stack.shop().record(order).await);
            }
            wrong = oracle::differences(&records, &ledger, &self.stack.receiver);
            wrong.is_empty().then_some(())
        });
        assert!(agreed.await.is_some(), "{}", wrong.join("; "));
    }

    /// The server's log holds nothing of what it must not.
    pub(super) async fn tells_no_secret(&self) {
        let mut all = secrets::configured();
        all.extend(secrets::in_ledger(&self.ledger().await));
        all.extend(
            self.tokens
                .iter()
                .map(|it| ("a token".to_owned(), it.clone())),
        );
        let found = secrets::found(self.stack.servers[0].log(), &all);
        assert!(found.is_empty(), "{}", found.join("; "));
    }
}

const QUESTIONS: usize = 2;
const PATIENCE: Duration = Duration::from_secs(45);

//! The part of a visit that opens further payments: the same press again, and one that asks for what is not the page's to
//! decide.

use std::time::Duration;

use malipo::checkout::Options;
use malipo_wire::{InitiateRequest, Money, VerifyRequest};
use tokio::time::sleep;

use super::ask::Heard;
use super::asks::Ask;
use super::opened;
use super::sender::{STRANGER, Sender, body, new_key};
use super::subject::Subject;
use super::visit::Visit;

impl Visit {
    /// The same press again: repeated, changed, and twice at once.
    pub(super) async fn repeats(&mut self, to: &Sender<'_>, key: &str) {
        let payload = to.subject.options.payload();
        let mut again = to.initiate(Ask::Again, key, &payload).await;
        for _ in 0..BUSY_MOST {
            let busy = again.heard().filter(|it| it.status == 409);
            let Some(seconds) = busy.and_then(|it| it.retry_after) else {
                break;
            };
            sleep(Duration::from_secs(seconds.min(5))).await;
            again = to.initiate(Ask::Again, key, &payload).await;
        }
        self.exchanges.push(again);
        let other = other_body(&to.subject.options);
        self.exchanges
            .push(to.initiate(Ask::OtherBody, key, &other).await);
        let key = new_key();
        let (one, two) = tokio::join!(
            to.initiate(Ask::Race, &key, &payload),
            to.initiate(Ask::Race, &key, &payload)
        );
        let other = [&one, &two]
            .into_iter()
            .find_map(|it| self.another(it.heard()?, &to.subject.options));
        self.exchanges.extend([one, two]);
        if let Some(other) = other
            && let Some(right) = self.verify_body().filter(|it| it.token.is_some())
        {
            let crossed = VerifyRequest {
                order_id: other,
                reference: None,
                token: right.token,
            };
            self.exchanges
                .push(to.verify(Ask::OtherOrder, body(&crossed)).await);
        }
    }

    /// What is not for the page to decide: the price, and where the shopper is sent afterwards.
    pub(super) async fn page(&mut self, to: &Sender<'_>) {
        let mut payload = to.subject.options.payload();
        let is_fresh = !self.is_opened_again(to.subject) && may_rename(to.subject);
        if is_fresh {
            payload.order_id = Some(fresh_order());
            self.exchanges
                .push(to.initiate(Ask::FreshOrder, &new_key(), &payload).await);
        }
        let renamed = |payload: &InitiateRequest| InitiateRequest {
            order_id: if is_fresh {
                Some(fresh_order())
            } else {
                payload.order_id.clone()
            },
            ..payload.clone()
        };
        let opened = self.opened.as_ref().ok();
        let usual = opened.and_then(|it| it.initiated.charged.money);
        if let Some(money) = usual.and_then(less)
            && to.subject.asks_for_less()
        {
            let payload = InitiateRequest {
                amount: Some(money.to_decimal()),
                currency: Some(money.currency().code().to_owned()),
                ..renamed(&payload)
            };
            self.exchanges
                .push(to.initiate(Ask::OtherPrice, &new_key(), &payload).await);
        }
        let payload = InitiateRequest {
            return_url: format!("{STRANGER}/"),
            ..renamed(&payload)
        };
        self.exchanges
            .push(to.initiate(Ask::ForeignReturn, &new_key(), &payload).await);
    }

    /// What is asked for can be opened a second time: only then does a no to something else say anything about that.
    pub(super) fn is_opened_again(&self, subject: &Subject) -> bool {
        let mut controls = self.all(Ask::Race).chain(self.all(Ask::FreshOrder));
        controls.any(|it| {
            it.heard()
                .is_some_and(|it| opened::read(it, &subject.options).is_ok())
        })
    }

    /// The order of an answer, where it is another one than the first.
    fn another(&self, heard: &Heard, options: &Options) -> Option<String> {
        let first = &self.opened.as_ref().ok()?.initiated.order_id;
        let other = opened::read(heard, options)
            .ok()
            .filter(|it| it.is_named)?
            .initiated
            .order_id;
        (other != *first).then_some(other)
    }
}

/// Another body, in which nothing is wrong: twice as many at twice the price, or another description.
fn other_body(options: &Options) -> InitiateRequest {
    let mut other = options.payload();
    other.description = Some("another payload, by malipo-server check".to_owned());
    if other.sku.is_none() {
        return other;
    }
    let quantity = other.quantity.unwrap_or(1);
    let twice = quantity.checked_mul(2).filter(|it| *it <= QUANTITY_MOST);
    other.quantity = Some(twice.unwrap_or(1));
    let shown = options.shown().filter(|_| twice.is_some());
    let shown =
        shown.and_then(|it| Money::from_minor(it.minor().checked_mul(2)?, it.currency()).ok());
    // An amount that is not this body's price would be refused for itself, and so would a currency without one.
    if other.amount.is_some() {
        other.amount = shown.map(Money::to_decimal);
        other.currency = other.currency.filter(|_| shown.is_some());
    }
    other
}

/// The price hangs on nothing but the order's name: where that can be paid only once, another order may show who decides.
fn may_rename(subject: &Subject) -> bool {
    let options = &subject.options;
    let by_name = options.quote.is_none() && options.sku.is_none() && options.order_id.is_some();
    by_name && subject.asks_for_less()
}

/// A name that nobody has used, as every provider takes it: 16 of `[A-Z0-9]`.
fn fresh_order() -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    let end: String = random.chars().take(11).collect();
    format!("CHECK{}", end.to_ascii_uppercase())
}

/// A tenth less: near enough for a provider to take it, too.
fn less(usual: Money) -> Option<Money> {
    let minor = usual.minor();
    Money::from_minor(minor.saturating_sub((minor / 10).max(1)), usual.currency()).ok()
}

/// How often "the first is still running" is waited for.
const BUSY_MOST: usize = 5;
/// The widget's most of an article (docs/contract.md 2.1).
const QUANTITY_MOST: u16 = 999;

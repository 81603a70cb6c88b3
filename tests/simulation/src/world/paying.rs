//! Shoppers at the checkout page: they pay, or do not, each provider in its own way.

use malipo::checkout::{Input, Wake};
use malipo_wire::Money;

use super::World;
use super::event::{Event, From, Message};
use crate::mix::Fault;
use crate::provider::{Kind, Standing, Try, path};

impl World {
    /// The shopper looks at the checkout page and makes up his mind.
    pub(super) fn visit(&mut self, tab: usize, payment: usize) {
        self.story
            .tell(|| format!("the shopper of tab {tab} sees the page of payment {payment}"));
        self.ledger.visit(payment);
        self.seen_by(tab, payment);
        let it = self.ledger.at(payment);
        let (kind, is_open) = (it.kind, it.standing() == Standing::Pending);
        let think = self.rng.delay(6_000);
        if self.mix.draws_at(Fault::PaymentFails, kind) {
            if kind != Kind::JoPay {
                return self.after(think, Event::Fail { tab, payment });
            }
            // No transfer is ever refused there: who wants none lets the request end.
            if is_open {
                self.mix.count_at(Fault::PaymentFails, kind);
            }
            return self.after(think, Event::Back { tab, payment });
        }
        if !self.mix.draws_at(Fault::Abandoned, kind) {
            return self.after(think, Event::Pay { tab, payment });
        }
        if is_open {
            self.mix.count_at(Fault::Abandoned, kind);
        }
        if self.rng.percent(50) {
            self.comes_back(tab, think);
        }
    }

    /// Jenga's message is read: whose page has no link to it follows the one in the message, as a rule.
    pub(super) fn message(&mut self, payment: usize) {
        let reference = &self.ledger.at(payment).reference;
        let order = self
            .disk
            .look()
            .named(reference)
            .map(|it| it.order_id.clone());
        let is_it = |it: &crate::shopper::Tab| {
            order
                .as_ref()
                .is_some_and(|order| order.as_str() == it.offer.order)
        };
        let Some(tab) = self.tabs.iter().position(is_it) else {
            return;
        };
        let often = if self.setting.link_pages { 20 } else { 80 };
        if self.rng.percent(often) {
            let delay = self.rng.delay(4_000);
            self.after(delay, Event::Visit { tab, payment });
        }
    }

    /// The shopper pays, and goes back.
    pub(super) fn pay(&mut self, tab: usize, payment: usize) {
        let it = self.ledger.at(payment);
        let (kind, price) = (it.kind, it.price);
        let is_over = it.expires_at.is_some_and(|it| it <= self.now);
        if kind == Kind::JoPay {
            return self.transfer(tab, payment);
        }
        if is_over {
            return self.comes_back(tab, 1_000);
        }
        let (mut money, mut charge, mut odd) = (price, 0, None);
        if self.mix.draws_at(Fault::WrongAmount, kind) {
            odd = Some(Fault::WrongAmount);
            money = self.wrong(kind, price);
        } else if self.mix.draws_at(Fault::FeesOnTop, kind) {
            odd = Some(Fault::FeesOnTop);
            let fees = self.mix.stream(Fault::FeesOnTop).between(1, 5_000);
            match kind.adds_fees() {
                true => money = plus(price, fees),
                false => charge = fees,
            }
        }
        let late = self.ledger.at(payment).standing() == Standing::Failed;
        if !self.ledger.pay(payment, money, self.now) {
            return;
        }
        let late = late.then_some(Fault::LateSuccess);
        for fault in [odd, late].into_iter().flatten() {
            self.mix.count_at(fault, kind);
        }
        self.story
            .tell(|| format!("payment {payment} is paid: {money:?}"));
        self.checks.paid_at_provider(kind);
        let number = self.tried(payment, Some(money), charge);
        self.tell_server(payment, number);
        if money == price && self.mix.draws_at(Fault::PaidTwice, kind) {
            let delay = self.mix.stream(Fault::PaidTwice).delay(3_000);
            self.after(delay, Event::PayAgain { payment });
        }
        let delay = self.rng.between(500, 5_000);
        self.after(delay, Event::Back { tab, payment });
    }

    /// What comes in instead of the price.
    fn wrong(&mut self, kind: Kind, price: Money) -> Money {
        let draw = self.mix.stream(Fault::WrongAmount);
        if draw.percent(50) && 1 < price.minor() {
            let less = draw.between(1, price.minor() - 1);
            return Money::from_minor(less, price.currency()).unwrap();
        }
        // Transaction details name no currency, so there a wrong one cannot be told.
        if kind == Kind::Jenga && (self.terms.confirms || draw.percent(50)) {
            return plus(price, draw.between(1, 5_000));
        }
        let currency = kind.other_currency().parse().unwrap();
        Money::from_minor(price.minor(), currency).unwrap()
    }

    /// Jenga tells of each try; the number of this one.
    fn tried(&mut self, payment: usize, paid: Option<Money>, charge: u64) -> usize {
        if self.ledger.at(payment).kind != Kind::Jenga {
            return 0;
        }
        let number = self.ledger.at(payment).tries.len();
        let reference = if self.mix.hits_at(Fault::PlaceholderReference, Kind::Jenga) {
            ["0", "000000", "N/A"][payment % 3].to_owned()
        } else {
            format!("3284{payment:04}{number:04}")
        };
        let it = Try {
            paid,
            charge,
            reference,
        };
        self.ledger.tried(payment, it)
    }

    /// Somebody else who holds the link pays it too.
    pub(super) fn pay_again(&mut self, payment: usize) {
        let price = self.ledger.at(payment).price;
        self.mix.count_at(Fault::PaidTwice, Kind::Jenga);
        self.story
            .tell(|| format!("payment {payment} is paid a second time"));
        let number = self.tried(payment, Some(price), 0);
        self.tell_server(payment, number);
    }

    /// The shopper sends money on chain: it is named at once, and found later, or never.
    fn transfer(&mut self, tab: usize, payment: usize) {
        let delay = self.rng.between(500, 5_000);
        self.after(delay, Event::Back { tab, payment });
        if !self.ledger.attach(payment, self.now) {
            return;
        }
        self.story
            .tell(|| format!("a transfer is named for payment {payment}"));
        self.tell_server(payment, 0);
        if self.mix.hits_at(Fault::TransferMismatch, Kind::JoPay) {
            return;
        }
        let mut delay = self.rng.between(10_000, 60_000);
        if self.mix.draws_at(Fault::LateSuccess, Kind::JoPay) {
            let end = self.ledger.at(payment).expires_at.unwrap_or(self.now);
            let grace = self.terms.grace_ms;
            delay += end.saturating_sub(self.now);
            delay += self.mix.stream(Fault::LateSuccess).pick(&[0, grace]);
        }
        self.after(delay, Event::Verify { payment });
    }

    /// A transfer is found on chain, in its amount.
    pub(super) fn verify(&mut self, payment: usize) {
        let it = self.ledger.at(payment);
        let (price, is_late) = (it.price, it.expires_at.is_some_and(|it| it <= self.now));
        if !self.ledger.pay(payment, price, self.now) {
            return;
        }
        if is_late {
            self.mix.count_at(Fault::LateSuccess, Kind::JoPay);
        }
        self.story
            .tell(|| format!("the transfer of payment {payment} is verified"));
        self.checks.paid_at_provider(Kind::JoPay);
        self.tell_server(payment, 0);
    }

    /// Time is over; where a transfer was named, the merchant waits a while for it.
    pub(super) fn expire(&mut self, payment: usize) {
        let it = self.ledger.at(payment);
        let waits = it.kind == Kind::JoPay && it.attached_at.is_some();
        let given_up_at = it.given_up_at.filter(|it| waits && self.now < *it);
        if let Some(at) = given_up_at {
            return self.after(at - self.now, Event::Expire { payment });
        }
        if self.ledger.fail(payment, self.now) {
            self.story
                .tell(|| format!("payment {payment} is over and not paid"));
        }
    }

    pub(super) fn fail(&mut self, tab: usize, payment: usize) {
        let kind = self.ledger.at(payment).kind;
        if kind == Kind::Jenga {
            return self.declined(tab, payment);
        }
        if !self.ledger.fail(payment, self.now) {
            return;
        }
        self.mix.count_at(Fault::PaymentFails, kind);
        self.story.tell(|| format!("payment {payment} fails"));
        self.tell_server(payment, 0);
        if self.mix.draws_at(Fault::LateSuccess, kind) {
            let delay = self.mix.stream(Fault::LateSuccess).delay(20_000);
            self.after(delay, Event::Pay { tab, payment });
        } else {
            let delay = self.rng.between(500, 5_000);
            self.after(delay, Event::Back { tab, payment });
        }
    }

    /// One try is declined: the link stays payable.
    fn declined(&mut self, tab: usize, payment: usize) {
        if self.ledger.at(payment).standing() != Standing::Pending {
            return;
        }
        self.mix.count_at(Fault::PaymentFails, Kind::Jenga);
        self.story
            .tell(|| format!("a try to pay payment {payment} is declined"));
        let number = self.tried(payment, None, 0);
        self.tell_server(payment, number);
        let delay = self.rng.delay(8_000);
        if self.rng.percent(60) {
            self.after(delay, Event::Pay { tab, payment });
        } else {
            self.comes_back(tab, delay);
        }
    }

    /// The provider sends the shopper back to the return page; where it does not, he finds the way himself.
    pub(super) fn go_back(&mut self, tab: usize, payment: usize) {
        if self.stays_quiet(tab) {
            return;
        }
        let it = self.ledger.at(payment);
        if !it.kind.returns() {
            return self.comes_back(tab, 0);
        }
        let message = Message::get(path(&it.back_url));
        self.send(From::ReturnPage { tab, payment }, message);
    }

    /// The shopper closes the checkout page and looks at the shop's.
    fn comes_back(&mut self, tab: usize, delay: u64) {
        let load = self.tabs[tab].load;
        self.tabs[tab].stay = None;
        self.look_later(tab, delay);
        let input = Box::new(Input::Woke(Wake::Visible));
        self.after(delay, Event::Say { tab, load, input });
    }

    /// The return page has told the shop's tabs and closed, or has shown nothing: the shopper is back either way.
    pub(super) fn returned(&mut self, tab: usize) {
        let (shopper, order_id) = {
            let page = &self.tabs[tab];
            (page.shopper, page.offer.order.clone())
        };
        self.tabs[tab].stay = None;
        self.look_later(tab, 0);
        for other in 0..self.tabs.len() {
            if self.tabs[other].shopper == shopper {
                let order_id = order_id.clone();
                let load = self.tabs[other].load;
                let delay = self.rng.between(1, 50);
                let input = Box::new(Input::Woke(Wake::Returned { order_id }));
                self.after(
                    delay,
                    Event::Say {
                        tab: other,
                        load,
                        input,
                    },
                );
            }
        }
        self.tabs[tab].hidden = false;
        let load = self.tabs[tab].load;
        let input = Box::new(Input::Woke(Wake::Visible));
        self.after(60, Event::Say { tab, load, input });
    }

    /// Every payment that somebody looked at comes to its end.
    pub(super) fn decide_all(&mut self) {
        for payment in 0..self.ledger.payments().len() {
            let is_open = self.ledger.at(payment).standing() == Standing::Pending;
            if !is_open || !self.rng.percent(70) {
                continue;
            }
            let it = self.ledger.at(payment);
            let (kind, price) = (it.kind, it.price);
            if it.expires_at.is_some_and(|it| it <= self.now) {
                continue;
            }
            if kind == Kind::JoPay {
                self.ledger.attach(payment, self.now);
            }
            self.ledger.pay(payment, price, self.now);
            self.checks.paid_at_provider(kind);
            let number = self.tried(payment, Some(price), 0);
            self.tell_server(payment, number);
        }
    }
}

fn plus(price: Money, more: u64) -> Money {
    Money::from_minor(price.minor() + more, price.currency()).unwrap()
}

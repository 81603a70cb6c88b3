//! What providers tell by themselves: late, twice, never; and what others tell in their place.

use super::World;
use super::event::{Event, From, Message, Notification};
use crate::mix::Fault;
use crate::provider::{Kind, Letter, Payment, Terms};

impl World {
    /// The provider tells the server that something changed; `number`: which try, where each is told of.
    pub(super) fn tell_server(&mut self, payment: usize, number: usize) {
        if self.is_untold(payment) {
            return;
        }
        let kind = self.ledger.at(payment).kind;
        let sends = if self.mix.hits_at(Fault::NoticeLost, kind) {
            0
        } else if self.mix.hits_at(Fault::NoticeTwice, kind) {
            3
        } else {
            1
        };
        for _ in 0..sends {
            let delay = if self.mix.hits_at(Fault::NoticeLate, kind) {
                self.mix.stream(Fault::NoticeLate).delay(60_000)
            } else {
                self.rng.between(20, 2_000)
            };
            let notification = Notification {
                payment,
                number,
                tries: 0,
            };
            self.after(delay, Event::Notify(notification));
        }
    }

    pub(super) fn notify(&mut self, it: Notification) {
        let payment = self.ledger.at(it.payment);
        let letter = Letter::of(payment, it.number, self.terms, self.now);
        let kind = payment.kind;
        let message = Message::from(letter);
        self.letters.push((kind, message.clone()));
        self.send(From::Provider(it), message);
    }

    /// It was not taken: the provider tries again a few times.
    pub(super) fn notify_again(&mut self, mut it: Notification) {
        if it.tries < 4 {
            it.tries += 1;
            self.after(5_000 << it.tries, Event::Notify(it));
        }
    }

    /// A provider's own notification was answered with 200; `arrived`: the last number that was given when it came in.
    pub(super) fn notice_taken(&mut self, it: Notification, arrived: u64) {
        let payment = self.ledger.at(it.payment);
        if payment.kind == Kind::Jenga {
            return self.checks.outcome_taken(payment, it.number, &self.disk);
        }
        let (checks, disk) = (&mut self.checks, &self.disk);
        checks.notice_taken(&payment.reference, arrived, disk, self.now);
        let awaits = checks.awaits_look_up();
        if awaits && self.mix.is_healed() {
            self.keep_awake();
        }
    }

    /// Somebody who is not the provider sends a notification.
    pub(super) fn forge(&mut self) {
        let payments = self.ledger.payments();
        let draw = self.mix.stream(Fault::NoticeForged);
        if payments.is_empty() {
            let kind = self.setting.providers[0];
            self.mix.count_at(Fault::NoticeForged, kind);
            let path = format!("/pay/notify/{}/guessed", kind.as_str());
            return self.send_forged(path, "ORDER-00000");
        }
        let many = payments.len() as u64;
        let own = &payments[draw.below(many) as usize];
        let other = &payments[draw.below(many) as usize];
        if other.kind.signs_notices() {
            let letter = boast(other, self.terms, self.now);
            let (kind, with_another) = (other.kind, draw.percent(50));
            self.mix.count_at(Fault::NoticeForged, kind);
            let letter = letter.forged(with_another, self.now);
            self.send(From::Forger, letter.into());
            return;
        }
        let path = match draw.below(3) {
            // The address of one payment, about another.
            0 => own.notify_path.clone(),
            1 => "/pay/notify/joyndpay".to_owned(),
            _ => "/pay/notify/joyndpay/guessed".to_owned(),
        };
        let named = other.reference.clone();
        self.mix.count_at(Fault::NoticeForged, Kind::JoyndPay);
        self.send_forged(path, &named);
    }

    fn send_forged(&mut self, path: String, named: &str) {
        let body = format!(r#"{{"order_id":"{named}","status":"success","amount":1}}"#);
        let message = Message {
            body: Some(body),
            ..Message::get(path)
        };
        self.send(From::Nobody, message);
    }

    /// Somebody sends again, as it was, what a provider has sent.
    pub(super) fn replay(&mut self) {
        let many = self.letters.len() as u64;
        if many == 0 {
            return;
        }
        let index = self.mix.stream(Fault::NoticeReplayed).below(many) as usize;
        let (kind, message) = self.letters[index].clone();
        self.mix.count_at(Fault::NoticeReplayed, kind);
        self.send(From::Nobody, message);
    }
}

/// What a provider would send if this payment had just been paid in full.
fn boast(payment: &Payment, terms: Terms, now: u64) -> Letter {
    let mut paid = payment.clone();
    paid.settle(now);
    Letter::of(&paid, paid.tries.len().saturating_sub(1), terms, now)
}

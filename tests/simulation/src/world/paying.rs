//! At the provider: shoppers on the checkout page, its calls, and its notifications.

use std::time::Duration;

use malipo::checkout::{Input, Wake};
use malipo_server::provider::{HttpResponse, ProviderError};

use super::World;
use super::event::{Event, From, Message};
use super::network::path;
use crate::mix::Fault;
use crate::provider::{self, Ask, Money, Standing};

impl World {
    /// A call comes to the provider, unless it is lost on the way.
    pub(super) fn called(&mut self, number: u64) {
        let Some((_, call)) = self.calls.get(&number) else {
            return;
        };
        let ask = Ask::read(&call.request);
        self.story
            .tell(|| format!("the provider takes {ask:?} (call {number})"));
        if self.hits(Fault::ProviderThrottles) {
            let seconds = self
                .mix
                .stream(Fault::ProviderThrottles)
                .pick(&[0, 1, 5, 30]);
            let wait = (seconds != 0).then(|| Duration::from_secs(seconds));
            let response = HttpResponse {
                status: 429,
                retry_after: wait,
                body: Vec::new(),
            };
            self.checks.refused(self.now);
            return self.answer_call(number, Ok(response));
        }
        if matches!(ask, Ask::Open { .. }) {
            if self.hits(Fault::ProviderRefuses) {
                return self.answer_call(number, Ok(provider::error("not today")));
            }
            self.checks
                .opening(&ask, &self.disk, &self.ledger, self.now);
        }
        let lag = self.lag(&ask);
        let response = provider::answer(&mut self.ledger, &ask, self.now, lag);
        if self.hits(Fault::ProviderGarbage) {
            let draw = self.mix.stream(Fault::ProviderGarbage);
            let body = draw.pick(GARBAGE).as_bytes().to_vec();
            let status = draw.pick(&[200, 500, 502]);
            let garbage = HttpResponse {
                status,
                retry_after: None,
                body,
            };
            return self.answer_call(number, Ok(garbage));
        }
        if self.hits(Fault::CallAnswerLost) {
            return self.answer_call(number, Err(broken()));
        }
        self.answer_call(number, Ok(response));
    }

    /// How old what the provider says of a payment is.
    fn lag(&mut self, ask: &Ask) -> u64 {
        if !self.draws(Fault::ProviderLags) {
            return 0;
        }
        let draw = self.mix.stream(Fault::ProviderLags);
        let mean = draw.pick(&[2_000, 2_000, 30_000]);
        let lag = draw.delay(mean);
        let then = self.now.saturating_sub(lag);
        let payment = self.ledger.find(ask.reference());
        if payment.is_some_and(|it| it.as_of(then) != it.standing()) {
            self.happened(Fault::ProviderLags);
        }
        lag
    }

    fn answer_call(&mut self, number: u64, result: Result<HttpResponse, ProviderError>) {
        let delay = if self.hits(Fault::ProviderSlow) {
            self.mix.stream(Fault::ProviderSlow).delay(2_000)
        } else {
            self.rng.between(10, 400)
        };
        // The client's own patience.
        let (delay, result) = if CALL_TIMEOUT_MS <= delay {
            (CALL_TIMEOUT_MS, Err(too_late()))
        } else {
            (delay, result)
        };
        self.after(delay, Event::Answered(number, Box::new(result)));
    }

    /// A call leaves a server.
    pub(super) fn call(&mut self, server: usize, call: crate::backend::Call) {
        let number = self.number();
        let clocks_agree = self.clocks_agree();
        self.checks.call(self.now, &self.setting, clocks_agree);
        self.calls.insert(number, (server, call));
        let lost = |result| Event::Answered(number, Box::new(Err(result)));
        if self.hits(Fault::ProviderDown) {
            self.after(5, lost(ProviderError::Unreachable));
        } else if self.hits(Fault::CallLost) {
            self.after(CALL_TIMEOUT_MS, lost(too_late()));
        } else {
            let delay = self.rng.between(5, 150);
            self.after(delay, Event::Call(number));
        }
    }

    /// The shopper looks at the checkout page and makes up his mind.
    pub(super) fn visit(&mut self, tab: usize, payment: usize) {
        self.story
            .tell(|| format!("the shopper of tab {tab} sees the page of payment {payment}"));
        let think = self.rng.delay(6_000);
        if self.draws(Fault::PaymentFails) {
            return self.after(think, Event::Fail { tab, payment });
        }
        if !self.draws(Fault::Abandoned) {
            return self.after(think, Event::Pay { tab, payment });
        }
        if self.ledger.at(payment).standing() == Standing::Pending {
            self.happened(Fault::Abandoned);
        }
        if self.rng.percent(50) {
            let load = self.tabs[tab].load;
            self.tabs[tab].stay = None;
            self.look_later(tab, think);
            let input = Box::new(Input::Woke(Wake::Visible));
            self.after(think, Event::Say { tab, load, input });
        }
    }

    /// The shopper pays, and goes back.
    pub(super) fn pay(&mut self, tab: usize, payment: usize) {
        let price = self.ledger.at(payment).price.clone();
        let mut money = price.clone();
        let mut odd = None;
        if self.draws(Fault::WrongAmount) {
            odd = Some(Fault::WrongAmount);
            let draw = self.mix.stream(Fault::WrongAmount);
            if draw.percent(50) && 1 < price.amount {
                money.amount = draw.between(1, price.amount - 1);
            } else {
                money.currency = "KES".to_owned();
            }
        } else if self.draws(Fault::FeesOnTop) {
            odd = Some(Fault::FeesOnTop);
            money.amount += self.mix.stream(Fault::FeesOnTop).between(1, 5_000);
        }
        let Money { amount, currency } = money.clone();
        let late = self.ledger.at(payment).standing() == Standing::Failed;
        if !self.ledger.pay(payment, money, self.now) {
            return;
        }
        let late = late.then_some(Fault::LateSuccess);
        for fault in [odd, late].into_iter().flatten() {
            self.happened(fault);
        }
        self.story
            .tell(|| format!("payment {payment} is paid: {amount} {currency}"));
        self.checks.paid_at_provider();
        self.tell_server(payment);
        let delay = self.rng.between(500, 5_000);
        self.after(delay, Event::Back { tab, payment });
    }

    pub(super) fn fail(&mut self, tab: usize, payment: usize) {
        if !self.ledger.fail(payment, self.now) {
            return;
        }
        self.happened(Fault::PaymentFails);
        self.story.tell(|| format!("payment {payment} fails"));
        self.tell_server(payment);
        if self.draws(Fault::LateSuccess) {
            let delay = self.mix.stream(Fault::LateSuccess).delay(20_000);
            self.after(delay, Event::Pay { tab, payment });
        } else {
            let delay = self.rng.between(500, 5_000);
            self.after(delay, Event::Back { tab, payment });
        }
    }

    /// The provider sends the shopper back to the return page.
    pub(super) fn go_back(&mut self, tab: usize, payment: usize) {
        let url = self.ledger.at(payment).back_url.clone();
        let message = Message {
            path: path(&url),
            token: None,
            key: None,
            body: None,
        };
        self.send(From::ReturnPage { tab, payment }, message);
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

    /// The provider tells the server that something changed.
    fn tell_server(&mut self, payment: usize) {
        let sends = if self.hits(Fault::NoticeLost) {
            0
        } else if self.hits(Fault::NoticeTwice) {
            3
        } else {
            1
        };
        for _ in 0..sends {
            let delay = if self.hits(Fault::NoticeLate) {
                self.mix.stream(Fault::NoticeLate).delay(60_000)
            } else {
                self.rng.between(20, 2_000)
            };
            self.after(delay, Event::Notify { payment, tries: 0 });
        }
    }

    pub(super) fn notify(&mut self, payment: usize, tries: u32) {
        let it = self.ledger.at(payment);
        let message = Message {
            path: path(&it.notify_url),
            token: None,
            key: None,
            body: Some(it.notice()),
        };
        self.send(From::Provider { payment, tries }, message);
    }

    /// It was not taken: the provider tries again a few times.
    pub(super) fn notify_again(&mut self, payment: usize, tries: u32) {
        if tries < 4 {
            let tries = tries + 1;
            self.after(5_000 << tries, Event::Notify { payment, tries });
        }
    }

    /// Somebody who is not the provider sends a notification.
    pub(super) fn forge(&mut self) {
        self.happened(Fault::NoticeForged);
        let payments = self.ledger.payments();
        let draw = self.mix.stream(Fault::NoticeForged);
        let (path, named) = match payments.len() {
            0 => (
                "/pay/notify/joyndpay/guessed".to_owned(),
                "ORDER-00000".to_owned(),
            ),
            many => {
                let own = &payments[draw.below(many as u64) as usize];
                let other = &payments[draw.below(many as u64) as usize];
                let path = match draw.below(3) {
                    // The address of one payment, about another.
                    0 => path(&own.notify_url),
                    1 => "/pay/notify/joyndpay".to_owned(),
                    _ => "/pay/notify/joyndpay/guessed".to_owned(),
                };
                (path, other.reference.clone())
            }
        };
        let body = format!(r#"{{"order_id":"{named}","status":"success","amount":1}}"#);
        let message = Message {
            path,
            token: None,
            key: None,
            body: Some(body),
        };
        self.send(From::Nobody, message);
    }

    /// Every payment that somebody looked at comes to its end.
    pub(super) fn decide_all(&mut self) {
        for payment in 0..self.ledger.payments().len() {
            if self.ledger.at(payment).standing() == Standing::Pending && self.rng.percent(70) {
                let price = self.ledger.at(payment).price.clone();
                self.ledger.pay(payment, price, self.now);
                self.checks.paid_at_provider();
                self.tell_server(payment);
            }
        }
    }
}

fn broken() -> ProviderError {
    ProviderError::OutcomeUnknown {
        detail: "the connection broke before the answer",
    }
}

fn too_late() -> ProviderError {
    ProviderError::OutcomeUnknown {
        detail: "no answer in time",
    }
}

/// How long the HTTP client waits for a provider.
const CALL_TIMEOUT_MS: u64 = 10_000;
/// What a provider's proxies say.
const GARBAGE: &[&str] = &[
    "",
    "<html>502</html>",
    "null",
    r#"{"status":"success"}"#,
    r#"{"status":"success","data":{}}"#,
    r#"{"status":"success","data":{"status":"success"}}"#,
    r#"{"status":"success","data":{"order_id":"ANOTHER-ORDER","status":"success","amount":9000000,"currency":"UGX"}}"#,
    r#"{"status":"#,
];

//! The servers' calls to the providers, and what a provider answers.

use std::time::Duration;

use malipo_server::provider::{HttpResponse, ProviderError};

use super::World;
use super::event::Event;
use crate::START;
use crate::checks::PageExpired;
use crate::mix::Fault;
use crate::provider::{self, Ask, Kind};

impl World {
    /// A call leaves a server.
    pub(super) fn call(&mut self, server: usize, call: crate::backend::Call) {
        let number = self.number();
        let minute_ms = self.minute_ms();
        let kind = call.kind;
        self.checks.call(kind, self.now, &self.setting, minute_ms);
        self.calls.insert(number, (server, call));
        let lost = |result| Event::Answered(number, Box::new(Err(result)));
        if self.mix.hits_at(Fault::ProviderDown, kind) {
            self.after(5, lost(ProviderError::Unreachable));
        } else if self.mix.hits_at(Fault::CallLost, kind) {
            self.after(CALL_TIMEOUT_MS, lost(too_late()));
        } else {
            let delay = self.rng.between(5, 150);
            self.after(delay, Event::Call(number));
        }
    }

    /// A call comes to the provider, unless it is lost on the way.
    pub(super) fn called(&mut self, number: u64) {
        let Some((_, call)) = self.calls.get(&number) else {
            return;
        };
        let kind = call.kind;
        let ask = Ask::read(kind, &call.request);
        let turned_away = provider::turned_away(&self.ledger, kind, &ask, &call.request, self.now);
        self.story
            .tell(|| format!("{} takes {ask:?} (call {number})", kind.as_str()));
        if self.mix.hits_at(Fault::ProviderThrottles, kind) {
            let draw = self.mix.stream(Fault::ProviderThrottles);
            let seconds = draw.pick(&[0, 1, 5, 30]);
            let wait = (seconds != 0).then(|| Duration::from_secs(seconds));
            self.checks.refused(self.now);
            return self.answer_call(number, kind, Ok(response(429, wait, "")));
        }
        if let Some(response) = turned_away {
            return self.answer_call(number, kind, Ok(response));
        }
        if matches!(ask, Ask::Open { .. }) {
            if self.mix.hits_at(Fault::ProviderRefuses, kind) {
                return self.answer_call(number, kind, Ok(provider::refusal(kind)));
            }
            if ask.begins(&self.ledger) {
                self.checks
                    .opening(kind, &ask, &self.disk, &self.ledger, self.now);
            }
        }
        let lag = self.lag(kind, &ask);
        let before = self.ledger.payments().len();
        let answer = provider::answer(&mut self.ledger, kind, &ask, self.terms, self.now, lag);
        if before < self.ledger.payments().len() {
            self.begun(before);
        }
        if self.mix.hits_at(Fault::ProviderGarbage, kind) {
            let draw = self.mix.stream(Fault::ProviderGarbage);
            let body = draw.pick(provider::garbage(kind));
            let status = draw.pick(&[200, 500, 502]);
            return self.answer_call(number, kind, Ok(response(status, None, body)));
        }
        if self.mix.hits_at(Fault::CallAnswerLost, kind) {
            return self.answer_call(number, kind, Err(broken()));
        }
        self.answer_call(number, kind, Ok(answer));
    }

    /// A payment is begun: its end is known, and Jenga sends the link by itself.
    fn begun(&mut self, payment: usize) {
        let it = self.ledger.at(payment);
        let (kind, expires_at) = (it.kind, it.expires_at);
        if let Some(at) = expires_at {
            let left = at.saturating_sub(self.now);
            self.after(left, Event::Expire { payment });
            // What is only looked at draws nothing: without it the world would be the same.
            let seen_at = at + EXPIRY_SAID_MS;
            self.queue.push(seen_at, 0, Event::Expired { payment });
        }
        if kind == Kind::Jenga {
            let delay = self.rng.delay(2_000);
            self.after(delay, Event::Message { payment });
        }
    }

    /// B7: from now on servers that have not asked about a page that is over are to do so, where nothing keeps them from it.
    pub(super) fn expired(&mut self, payment: usize) {
        let it = self.ledger.at(payment);
        let lasted = it.expires_at.map_or(0, |end| end - it.opened_at);
        let right = i64::try_from(START + self.now).unwrap_or(i64::MAX);
        let is_right = (0..self.servers.len()).all(|it| self.wall(it) == right);
        let was_healed = self.mix.is_healed() && self.heals_at + RETRIED_WITHIN_MS <= self.now;
        // Rubbish is no answer, and not to be told from one here.
        let is_clear = was_healed || !self.mix.has(Fault::ProviderGarbage);
        if it.kind == Kind::JoPay && LEAST_LASTING_MS <= lasted && is_right && is_clear {
            let (reference, before) = (it.reference.clone(), self.last_number);
            let expired = PageExpired {
                reference,
                lasted,
                before,
            };
            self.checks.page_expired(expired, &self.disk, self.now);
        }
    }

    /// How old what the provider says of a payment is.
    fn lag(&mut self, kind: Kind, ask: &Ask) -> u64 {
        if !self.mix.draws_at(Fault::ProviderLags, kind) {
            return 0;
        }
        let draw = self.mix.stream(Fault::ProviderLags);
        let mean = draw.pick(&[2_000, 2_000, 30_000]);
        let lag = draw.delay(mean);
        let then = self.now.saturating_sub(lag);
        let payment = ask.about(&self.ledger).map(|it| self.ledger.at(it));
        if payment.is_some_and(|it| it.as_of(then) != it.standing()) {
            self.mix.count_at(Fault::ProviderLags, kind);
        }
        lag
    }

    fn answer_call(
        &mut self,
        number: u64,
        kind: Kind,
        result: Result<HttpResponse, ProviderError>,
    ) {
        let delay = if self.mix.hits_at(Fault::ProviderSlow, kind) {
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
}

fn response(status: u16, retry_after: Option<Duration>, body: &str) -> HttpResponse {
    HttpResponse {
        status,
        retry_after,
        body: body.as_bytes().to_vec(),
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

/// Servers ask 5 s after the end of a page at the earliest: what leaves in that very millisecond counts.
const EXPIRY_SAID_MS: u64 = 4_999;
/// The first question of all comes in the fourth minute where notifications are relied on.
const LEAST_LASTING_MS: u64 = 180_000;
/// A question that got rubbish is repeated after a tenth of the payment's age, of a few minutes.
const RETRIED_WITHIN_MS: u64 = 120_000;
/// How long the HTTP client waits for a provider.
const CALL_TIMEOUT_MS: u64 = 10_000;

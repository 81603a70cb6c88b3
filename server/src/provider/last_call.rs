//! What came of the last question to a provider.

use std::sync::{Mutex, PoisonError};

use super::ProviderError;
use crate::clock::UnixMs;

/// The last question to a provider and what came of it.
#[derive(Debug, Default)]
pub struct LastCall(Mutex<Option<(UnixMs, Outcome)>>);

#[derive(Clone, Copy, Debug)]
enum Outcome {
    Answered,
    Unreachable,
    Throttled,
    Unknown,
    Unsafe,
}

impl LastCall {
    /// Notes what came of a question.
    pub fn note<T>(&self, result: &Result<T, ProviderError>, now: UnixMs) {
        let outcome = match result {
            // A refusal is an answer too: as a rule it is about one payment.
            Ok(_) | Err(ProviderError::Rejected { .. }) => Outcome::Answered,
            Err(ProviderError::Unreachable) => Outcome::Unreachable,
            Err(ProviderError::Throttled(_)) => Outcome::Throttled,
            Err(ProviderError::OutcomeUnknown { .. }) => Outcome::Unknown,
            Err(ProviderError::Unsafe { .. }) => Outcome::Unsafe,
        };
        // One value is replaced by another: nothing can be left half done.
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, outcome));
    }

    /// What was wrong with it, as one sentence; `None` where nothing was, or nothing has been asked yet.
    #[must_use]
    pub fn trouble(&self, now: UnixMs) -> Option<String> {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, outcome) = last?;
        let what = match outcome {
            Outcome::Answered => return None,
            Outcome::Unreachable => "did not reach the provider",
            Outcome::Throttled => "was put off, because the provider's limit is used up",
            Outcome::Unknown => "had no answer that is understood",
            Outcome::Unsafe => "had an answer that must not reach a shopper",
        };
        let ago = now.since_ms(at).max(0).div_euclid(1_000);
        Some(format!("the last call, {ago} s ago, {what}"))
    }
}

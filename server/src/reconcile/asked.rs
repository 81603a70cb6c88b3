//! A question under way, and everybody who waits for its answer: they hear of it in the order in which they came.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;

use super::Answer;
use crate::provider::ProviderError;

/// What waits for an answer holds this.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked(Arc<State>);

#[derive(Debug, Default)]
struct State {
    answer: OnceLock<Answer>,
    /// Whoever asks has gone, with an answer or without.
    over: AtomicBool,
    changed: Notify,
}

/// Whoever asks holds this: dropped without an answer, nobody waits for one any more.
#[derive(Debug)]
pub(super) struct Asking(Asked);

impl Asked {
    /// A question that begins.
    pub(super) fn begin() -> (Asking, Self) {
        let asked = Self::default();
        (Asking(asked.clone()), asked)
    }

    /// Whether it is this very question.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The answer, where it is there.
    pub(super) fn answer(&self) -> Option<&Answer> {
        self.0.answer.get()
    }

    /// Whether there may still be one.
    pub(super) fn is_running(&self) -> bool {
        self.answer().is_none() && !self.0.over.load(Ordering::Acquire)
    }

    /// Waits for the answer; where whoever asked has died, there was none.
    pub(super) async fn wait(&self) -> Answer {
        loop {
            let mut changed = std::pin::pin!(self.0.changed.notified());
            // From here on no change is missed; one before it is seen below.
            changed.as_mut().enable();
            match self.ended(|| ()) {
                Some(answer) => return answer,
                None => changed.await,
            }
        }
    }

    /// What came of it, once it is over; `meanwhile` happens in the middle of the look.
    fn ended(&self, meanwhile: impl FnOnce()) -> Option<Answer> {
        // First this: the answer is set before it is over, so whoever reads "over" reads the answer too.
        let over = self.0.over.load(Ordering::Acquire);
        meanwhile();
        match self.answer() {
            Some(answer) => Some(answer.clone()),
            None => over.then_some(Err(ProviderError::Unreachable)),
        }
    }
}

impl Asking {
    /// The answer is there.
    pub(super) fn answered(self, answer: Answer) {
        // Once: it takes itself.
        let _ = self.0.0.answer.set(answer);
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        let state = &self.0.0;
        state.over.store(true, Ordering::Release);
        state.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::settle::Observation;

    #[tokio::test]
    async fn everybody_hears_of_the_answer_in_the_order_in_which_they_came() {
        let (asking, asked) = Asked::begin();
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        for number in 0..50 {
            let (asked, tell) = (asked.clone(), tell.clone());
            tokio::spawn(async move {
                let answer = asked.wait().await;
                tell.send((number, answer)).unwrap();
            });
        }
        tokio::task::yield_now().await;
        assert!(asked.is_running());
        asking.answered(Ok(Observation::Pending));
        for number in 0..50 {
            let expected = (number, Ok(Observation::Pending));
            assert_eq!(told.recv().await, Some(expected));
        }
        assert!(!asked.is_running());
        // Also whoever comes later.
        assert_eq!(asked.wait().await, Ok(Observation::Pending));
    }

    #[test]
    fn an_answer_that_comes_while_somebody_looks_is_never_taken_for_none() {
        let answer = || Ok(Observation::Pending);
        let (asking, asked) = Asked::begin();
        assert_eq!(asked.ended(|| asking.answered(answer())), Some(answer()));
        // A death in that moment is seen the next time, of which the waiting is told.
        let (asking, asked) = Asked::begin();
        assert_eq!(asked.ended(|| drop(asking)), None);
        let died = Some(Err(ProviderError::Unreachable));
        assert_eq!(asked.ended(|| ()), died);
    }

    #[tokio::test]
    async fn nobody_waits_for_whoever_has_died() {
        let (asking, asked) = Asked::begin();
        let waits = tokio::spawn({
            let asked = asked.clone();
            async move { asked.wait().await }
        });
        tokio::task::yield_now().await;
        drop(asking);
        assert!(!asked.is_running());
        assert_eq!(waits.await.unwrap(), Err(ProviderError::Unreachable));
    }
}

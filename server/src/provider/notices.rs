//! Whether a provider's notifications come.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::payment::notified::{self, Judgement, PaidNotice};

/// Whether they are proven to come; until the store has been read for the first time, they are not.
#[derive(Debug, Default)]
pub struct Notices(AtomicBool);

impl Notices {
    /// Judges by the last payments; says how, where that is something else than before.
    pub fn note(&self, last: &[PaidNotice]) -> Option<Judgement> {
        let judgement = notified::judge(last);
        let are_proven = judgement == Judgement::Proven;
        let were_proven = self.0.swap(are_proven, Ordering::Relaxed);
        (were_proven != are_proven).then_some(judgement)
    }

    /// Whether whoever waits can be left to them.
    #[must_use]
    pub fn are_proven(&self) -> bool {
        planted!(AlwaysProven) || self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::UnixMs;

    #[test]
    fn only_a_change_is_said_and_why() {
        let now = UnixMs(1_795_000_000_000);
        let paid = |notified_at| PaidNotice {
            paid_at: now,
            notified_at,
        };
        let notices = Notices::default();
        for (last, said) in [
            (&[][..], None),
            (&[paid(None)], None),
            (&[paid(Some(now))], Some(Judgement::Proven)),
            (&[paid(Some(now)), paid(Some(now))], None),
            (&[paid(None), paid(Some(now))], Some(Judgement::Untold)),
            (&[], None),
            (&[paid(Some(now))], Some(Judgement::Proven)),
            (&[], Some(Judgement::NothingPaid)),
        ] {
            assert_eq!(notices.note(last), said, "{last:?}");
        }
        assert!(!notices.are_proven());
    }
}

//! Which beginnings were cut off: the server that was calling the provider has gone.

use std::collections::HashMap;

use super::rounds::ROUNDS_A_MINUTE;
use crate::payment::AttemptId;

/// For how many rounds this server has seen an attempt without an answer.
///
/// It counts for itself. When an attempt was begun stands in the records by the clock of the server that began it, and two
/// servers' clocks may be minutes apart: what was begun this moment would be taken for left behind, and be begun a second time
/// beside the first call.
#[derive(Debug, Default)]
pub(super) struct Unanswered {
    rounds: HashMap<AttemptId, u32>,
}

impl Unanswered {
    /// Those of `found`, which this round found without an answer, that are lost: a call takes 10 s at most, and these
    /// have been seen for a minute.
    pub(super) fn lost(&mut self, found: Vec<AttemptId>) -> Vec<AttemptId> {
        let mut before = std::mem::take(&mut self.rounds);
        let mut lost = Vec::new();
        for attempt in found {
            let seen = before
                .remove(&attempt)
                .unwrap_or_default()
                .saturating_add(1);
            if ROUNDS_A_MINUTE < seen {
                lost.push(attempt.clone());
            }
            self.rounds.insert(attempt, seen);
        }
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<AttemptId> {
        names.iter().map(|it| AttemptId((*it).to_owned())).collect()
    }

    #[test]
    fn what_has_had_no_answer_for_a_minute_of_this_servers_rounds_is_lost_and_stays_so() {
        let mut unanswered = Unanswered::default();
        for _ in 0..ROUNDS_A_MINUTE {
            assert_eq!(unanswered.lost(ids(&["a"])), []);
        }
        // Until it was written down: the store may fail.
        for _ in 0..3 {
            assert_eq!(unanswered.lost(ids(&["b", "a"])), ids(&["a"]));
        }
    }

    #[test]
    fn what_was_answered_meanwhile_is_counted_anew() {
        let mut unanswered = Unanswered::default();
        for _ in 0..ROUNDS_A_MINUTE {
            unanswered.lost(ids(&["a", "b"]));
        }
        assert_eq!(unanswered.lost(ids(&["b"])), ids(&["b"]));
        assert_eq!(unanswered.lost(ids(&["a", "b"])), ids(&["b"]));
    }
}

//! How many calls a key may make: sliding windows.

use std::collections::{HashMap, VecDeque};

/// What is counted apart.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Quota {
    /// Every call of a key.
    Calls,
    /// Every creation of a merchant.
    Merchants,
}

/// When each key was last used. A call that is refused does not count; whether it does with the provider is not documented.
#[derive(Debug, Default)]
pub(super) struct Windows(HashMap<(String, Quota), VecDeque<u64>>);

impl Windows {
    /// Whether `key` may be used now: `most` times in any `window_ms`, and never more.
    ///
    /// # Errors
    /// In how many milliseconds it may be used again.
    pub(super) fn take(
        &mut self,
        key: &str,
        quota: Quota,
        (most, window_ms): (u32, u64),
        now_ms: u64,
    ) -> Result<(), u64> {
        let used = self.0.entry((key.to_owned(), quota)).or_default();
        while used.front().is_some_and(|at| at + window_ms <= now_ms) {
            used.pop_front();
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        if used.len() < most {
            used.push_back(now_ms);
            return Ok(());
        }
        // With a limit that was lowered meanwhile, more than one of them has to leave the window.
        let leaves = used.get(used.len() - most).map_or(now_ms, |it| *it);
        Err((leaves + window_ms).saturating_sub(now_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_window_of_a_minute_holds_more_than_the_limit() {
        let mut windows = Windows::default();
        let mut take = |at| windows.take("test", Quota::Calls, (3, 60_000), at);
        for at in [0, 20_000, 59_999] {
            assert_eq!(take(at), Ok(()));
        }
        assert_eq!(
            take(59_999),
            Err(1),
            "a fourth within a minute of the first"
        );
        assert_eq!(take(60_000), Ok(()), "the first is a minute ago");
        assert_eq!(
            take(60_001),
            Err(19_999),
            "a fixed window would begin anew here"
        );
        assert_eq!(take(80_000), Ok(()));
    }

    #[test]
    fn keys_and_quotas_are_counted_apart() {
        let mut windows = Windows::default();
        for (key, quota) in [
            ("test", Quota::Calls),
            ("test", Quota::Merchants),
            ("live", Quota::Calls),
        ] {
            assert_eq!(windows.take(key, quota, (1, 1000), 5), Ok(()));
            assert_eq!(windows.take(key, quota, (1, 1000), 6), Err(999));
        }
    }

    #[test]
    fn a_limit_of_none_and_one_that_was_lowered_say_when_to_come_back() {
        let mut windows = Windows::default();
        assert_eq!(windows.take("a", Quota::Calls, (0, 1000), 5), Err(1000));
        for at in [10, 20, 30] {
            assert_eq!(windows.take("b", Quota::Calls, (3, 1000), at), Ok(()));
        }
        assert_eq!(windows.take("b", Quota::Calls, (1, 1000), 40), Err(990));
    }
}

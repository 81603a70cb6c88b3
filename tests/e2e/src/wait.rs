//! Waiting for something to become true, never for a length of time.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long anything may take that is expected. More than an idle machine ever needs: only a failure waits for its end.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Looks every 50 ms until there is something, at most `limit`.
pub async fn until<T>(limit: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let end = now() + limit;
    loop {
        if let Some(found) = look().await {
            return Some(found);
        }
        if end < now() {
            return None;
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// The time, on a clock that only goes forward.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the tests' one clock")]
pub fn now() -> Instant {
    Instant::now()
}

//! The function of the program that embeds this server.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::NotDelivered;
use crate::payment::event::Event;
use crate::store::outbox::Delivery;

type Future = Pin<Box<dyn std::future::Future<Output = Result<(), String>> + Send>>;

/// A function that is told of every event, at least once.
#[derive(Clone)]
pub struct Hook(Arc<dyn Fn(Told) -> Future + Send + Sync>);

/// What a hook is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The same for every try: what has been seen before can be dropped.
    pub event_id: String,
    /// What happened.
    pub event: Event,
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}

impl Hook {
    /// Wraps a function. What it returns as an error is logged, and it is called again later.
    pub fn new<F, R, E>(function: F) -> Self
    where
        F: Fn(Told) -> R + Send + Sync + 'static,
        R: std::future::Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display,
    {
        Self(Arc::new(move |told| {
            let future = function(told);
            Box::pin(async move { future.await.map_err(|it| it.to_string()) })
        }))
    }

    /// One try; it is cut off after [`DEADLINE`].
    ///
    /// # Errors
    /// [`NotDelivered`] with the function's own words; a panic is one too, and so is no end in time.
    pub async fn call(&self, delivery: &Delivery) -> Result<(), NotDelivered> {
        let failed = |why: String| NotDelivered {
            why,
            retry_after: None,
        };
        let event = serde_json::from_str(&delivery.body).map_err(|_| {
            failed("the event in the store is none that this version knows".to_owned())
        })?;
        let told = Told {
            event_id: planted!(NewNameForEachTry => name_of_this_try(delivery) else delivery.event_id.clone()),
            event,
        };
        // In a task of its own: a panic there, before its first wait too, is an error here.
        let hook = Arc::clone(&self.0);
        let mut task = tokio::spawn(async move { hook(told).await });
        match tokio::time::timeout(DEADLINE, &mut task).await {
            Ok(Ok(result)) => result.map_err(failed),
            Ok(Err(_)) => Err(failed("the hook panicked".to_owned())),
            Err(_) => {
                // Nobody else's events wait for it, and it is not called a second time beside itself.
                task.abort();
                let seconds = DEADLINE.as_secs();
                Err(failed(format!("the hook took more than {seconds} s")))
            }
        }
    }
}

/// How long a try may take: shorter than its lease in the outbox.
const DEADLINE: Duration = Duration::from_secs(45);

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::clock::UnixMs;
    use crate::store::outbox::Channel;

    async fn why(hook: Hook) -> String {
        let event = r#"{"type":"payment.paid","timestamp":"2026-11-21T08:00:00Z","data":{"order_id":"O","attempt_id":"a",
            "provider":"jopay","provider_ref":"r","amount":"1","currency":"EUR","test":true,"late":false}}"#;
        let delivery = Delivery {
            event_id: "evt_a_0".to_owned(),
            channel: Channel::Hook,
            body: event.to_owned(),
            tries: 0,
            created_at: UnixMs(0),
        };
        hook.call(&delivery).await.unwrap_err().why
    }

    #[tokio::test(start_paused = true)]
    async fn a_hook_that_never_ends_is_cut_off() {
        let (alive, mut gone) = tokio::sync::mpsc::channel::<()>(1);
        let hook = Hook::new(move |_| {
            let alive = alive.clone();
            async move {
                let _alive = alive;
                std::future::pending::<Result<(), Infallible>>().await
            }
        });
        assert_eq!(why(hook).await, "the hook took more than 45 s");
        // The hook itself is dropped with its function, and so is what it was doing.
        assert_eq!(gone.recv().await, None);
    }

    #[tokio::test]
    async fn a_hook_that_panics_at_once_is_a_try_that_failed() {
        let hook = Hook::new(|told: Told| {
            assert!(told.event_id.is_empty(), "a bug of the shop");
            async { Ok::<_, Infallible>(()) }
        });
        assert_eq!(why(hook).await, "the hook panicked");
    }
}

//! The function of the program that embeds this server.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

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

    /// One try.
    ///
    /// # Errors
    /// [`NotDelivered`] with the function's own words; a panic is one too.
    pub async fn call(&self, delivery: &Delivery) -> Result<(), NotDelivered> {
        let failed = |why: String| NotDelivered {
            why,
            retry_after: None,
        };
        let event = serde_json::from_str(&delivery.body).map_err(|_| {
            failed("the event in the store is none that this version knows".to_owned())
        })?;
        let told = Told {
            event_id: delivery.event_id.clone(),
            event,
        };
        // In a task of its own: a panic there is an error here.
        match tokio::spawn((self.0)(told)).await {
            Ok(result) => result.map_err(failed),
            Err(_) => Err(failed("the hook panicked".to_owned())),
        }
    }
}

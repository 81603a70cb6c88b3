//! The request to the shop.

use std::time::Duration;

use url::Url;

use super::NotDelivered;
use super::sign::SigningKey;
use crate::clock::UnixMs;
use crate::store::outbox::Delivery;

/// Where the shop's own system listens.
#[derive(Debug)]
pub struct Webhook {
    client: reqwest::Client,
    url: Url,
    keys: Vec<SigningKey>,
}

impl Webhook {
    /// A webhook that is signed with each of `keys`: two of them while a key is being changed.
    ///
    /// # Errors
    /// Where no certificates are found, or the TLS library does not start.
    pub fn new(url: Url, keys: Vec<SigningKey>) -> Result<Self, reqwest::Error> {
        let builder = crate::provider::http::builder(url.scheme() == "https");
        let client = builder.timeout(TIMEOUT).build()?;
        Ok(Self { client, url, keys })
    }

    /// One try. Delivered is what was answered with 2xx.
    ///
    /// # Errors
    /// [`NotDelivered`].
    pub async fn send(&self, delivery: &Delivery, now: UnixMs) -> Result<(), NotDelivered> {
        let timestamp = now.seconds();
        let signatures: Vec<_> = self
            .keys
            .iter()
            .map(|key| key.sign(&delivery.event_id, timestamp, &delivery.body))
            .collect();
        let response = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", &delivery.event_id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signatures.join(" "))
            .body(delivery.body.clone())
            .send()
            .await
            .map_err(|error| NotDelivered {
                // Without the URL: its query may hold a secret.
                why: if error.is_timeout() {
                    "no answer in time".to_owned()
                } else if error.is_connect() {
                    "the receiver was not reached".to_owned()
                } else {
                    "the connection broke".to_owned()
                },
                retry_after: None,
            })?;
        if response.status().is_success() {
            return Ok(());
        }
        let retry_after = crate::provider::http::retry_after(response.headers());
        Err(NotDelivered {
            why: format!("the receiver answered {}", response.status().as_u16()),
            retry_after,
        })
    }
}

/// Standard Webhooks recommends 15 to 30 s.
const TIMEOUT: Duration = Duration::from_secs(15);

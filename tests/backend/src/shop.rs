//! A shopper's page and the shop's own server, as clients of `malipo-server`.

use std::time::Duration;

use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::provider::Provider;
use crate::sandbox::client;
use crate::secrets;

/// A client of one server.
#[derive(Clone, Debug)]
pub struct Shop {
    origin: String,
    client: Client,
}

/// One press of a button: the order and the key that belongs to its payload.
#[derive(Clone, Debug)]
pub struct Press {
    /// The shop's name of the order.
    pub order_id: String,
    /// The Idempotency-Key, the same for every repetition.
    pub key: String,
    /// Of which its names are made.
    pub number: u64,
    /// With which provider.
    pub provider: &'static Provider,
}

/// What came of a press.
#[derive(Clone, Debug)]
pub struct Pressed {
    /// The HTTP status; 0 where there was no answer at all.
    pub status: u16,
    /// The body.
    pub body: Value,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
}

impl Pressed {
    /// Whether the shopper gets to the checkout page or its link, or has paid already.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.status == 200
    }

    /// The token, where one was issued.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.body["token"].as_str()
    }

    /// Whether the page sends the same request again by itself: nothing was understood, or the backend asks for it.
    #[must_use]
    pub fn is_to_be_repeated(&self) -> bool {
        matches!(self.status, 0 | 408 | 409 | 425 | 429 | 502..=504)
    }
}

impl Press {
    /// The first press of an order, whose name and key are made of the number.
    #[must_use]
    pub fn new(provider: &'static Provider, number: u64) -> Self {
        Self {
            // Ten characters or more: it is the first attempt's reference at every provider.
            order_id: format!("ORDER{number:09}"),
            key: format!("\"00000000-0000-4000-8000-{number:012}\""),
            number,
            provider,
        }
    }
}

impl Shop {
    /// A client of the server at this address.
    #[must_use]
    pub fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            client: client(PATIENCE),
        }
    }

    /// Sends initiate once.
    pub async fn press(&self, press: &Press) -> Pressed {
        let url = format!(
            "{}/pay/initiate?provider={}",
            self.origin, press.provider.id
        );
        let body = json!({
            "order_id": press.order_id, "amount": press.provider.amount, "currency": press.provider.currency,
            "customer": {"name": secrets::NAME, "email": secrets::email(press.number), "phone": secrets::phone(press.number)},
            "return_url": format!("{}/thanks", crate::stack::SHOP_ORIGIN),
        });
        let request = self
            .client
            .post(url)
            .header("idempotency-key", &press.key)
            .json(&body);
        read(request.send().await).await
    }

    /// Sends initiate as the widget does: the same again while that may help, at most so many times.
    pub async fn press_on(&self, press: &Press, most: u32) -> Pressed {
        let mut last = self.press(press).await;
        for _ in 1..most {
            if !last.is_to_be_repeated() {
                break;
            }
            // Asked to wait, it waits; without an answer it comes back at once, for the server may be up again.
            let wait = last.retry_after.map_or(SHORT, Duration::from_secs);
            sleep(wait).await;
            last = self.press(press).await;
        }
        last
    }

    /// Asks as the page does; the server may ask the provider because of it.
    pub async fn verify(&self, order_id: &str, token: &str) -> Pressed {
        self.about("verify", order_id, token).await
    }

    /// The shopper gives up.
    pub async fn cancel(&self, order_id: &str, token: &str) -> Pressed {
        self.about("cancel", order_id, token).await
    }

    /// Opens the stream of what happens to an order.
    ///
    /// # Panics
    /// If the server gives none.
    pub async fn listen(&self, order_id: &str, token: &str) -> Response {
        let url = format!("{}/pay/events?order_id={order_id}", self.origin);
        let request = self.client.get(url).bearer_auth(token);
        let answer = request.timeout(LONGEST_STREAM).send().await;
        let answer = answer.unwrap();
        assert_eq!(answer.status(), 200);
        answer
    }

    async fn about(&self, what: &str, order_id: &str, token: &str) -> Pressed {
        let url = format!("{}/pay/{what}", self.origin);
        let body = json!({"order_id": order_id, "token": token});
        read(self.client.post(url).json(&body).send().await).await
    }

    /// The record, as the shop's own server reads it: nobody is asked because of it. Null where there is none.
    pub async fn record(&self, order_id: &str) -> Value {
        let url = format!("{}/api/orders/{order_id}", self.origin);
        let request = self.client.get(url).bearer_auth(secrets::SHOP_KEY);
        let answer = read(request.send().await).await;
        match answer.status {
            200 => answer.body,
            404 => Value::Null,
            status => panic!("the record of {order_id}: {status} {}", answer.body),
        }
    }

    /// A notification of a stranger. Gives the HTTP status.
    pub async fn notify(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> u16 {
        let mut request = self
            .client
            .post(format!("{}{path}", self.origin))
            .json(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send().await).await.status
    }
}

async fn read(answer: reqwest::Result<Response>) -> Pressed {
    let nothing = Pressed {
        status: 0,
        body: Value::Null,
        retry_after: None,
    };
    let Ok(answer) = answer else { return nothing };
    let status = answer.status().as_u16();
    let header = answer.headers().get("retry-after");
    let retry_after = header.and_then(|it| it.to_str().ok()?.parse().ok());
    // Cut off in the middle: as good as no answer.
    let Ok(text) = answer.text().await else {
        return nothing;
    };
    Pressed {
        status,
        body: serde_json::from_str(&text).unwrap_or(Value::Null),
        retry_after,
    }
}

const PATIENCE: Duration = Duration::from_secs(15);
const LONGEST_STREAM: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(100);

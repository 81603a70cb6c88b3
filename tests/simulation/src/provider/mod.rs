//! The provider as a model, written from JoyndPay's documents. Its ledger is the oracle: what it says was paid, was paid.

mod ledger;

pub use ledger::{Ledger, Money, Payment, Standing};

use malipo_server::provider::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

/// What a call is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A new payment.
    Open {
        /// The reference.
        reference: String,
        /// Of how much.
        price: Money,
        /// Where to tell of changes.
        notify_url: String,
        /// Where to send the shopper back.
        back_url: String,
    },
    /// How does a payment stand?
    LookUp {
        /// The reference.
        reference: String,
    },
}

impl Ask {
    /// Reads a call as the provider does. It panics at what the provider does not know: the world's server is at fault then.
    #[must_use]
    pub fn read(request: &HttpRequest) -> Self {
        let keys = ["apikey", "secretkey"].map(|name| {
            let found = request.headers.iter().find(|it| it.0 == name);
            found.map(|it| it.1.to_str().unwrap_or_default())
        });
        assert_eq!(keys, [Some("PUBLIC-CANARY-1"), Some("SECRET-CANARY-2")]);
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        match request.url.rsplit_once("/api/").map(|it| it.1) {
            Some("initiate/payment") => Self::Open {
                reference: text("order_id"),
                price: Money {
                    amount: body["amount"].to_string().parse().unwrap(),
                    currency: text("currency"),
                },
                notify_url: text("ipn_url"),
                back_url: text("callback_url"),
            },
            Some("verify/payment") => Self::LookUp {
                reference: text("order_id"),
            },
            _ => panic!("a call to {}", request.url),
        }
    }

    /// The reference that it names.
    #[must_use]
    pub fn reference(&self) -> &str {
        match self {
            Self::Open { reference, .. } | Self::LookUp { reference } => reference,
        }
    }
}

/// What the provider answers; `seen` is how the payment stands as far as the answering machine knows.
#[must_use]
pub fn answer(ledger: &mut Ledger, ask: &Ask, now: u64, lag: u64) -> HttpResponse {
    match ask {
        Ask::Open {
            reference, price, ..
        } => {
            if ledger.find(reference).is_some() {
                return error("order_id already used");
            }
            let page = format!("{PAGES}{reference}");
            ledger.open(ask, now);
            json_response(&json!({"status": "success", "data": {
                "id": format!("jp-{reference}"), "order_id": reference, "amount": price.amount, "currency": price.currency,
                "redirect_url": page,
            }}))
        }
        Ask::LookUp { reference } => {
            let Some(payment) = ledger.find_mut(reference) else {
                return error("order not found");
            };
            payment.asked_at = Some(now);
            let standing = payment.as_of(now.saturating_sub(lag));
            let (status, money) = match standing {
                Standing::Pending => ("pending", &payment.price),
                Standing::Failed => ("failed", &payment.price),
                Standing::Paid => ("success", payment.paid.as_ref().unwrap_or(&payment.price)),
            };
            json_response(&json!({"status": "success", "data": {
                "order_id": reference, "status": status, "amount": money.amount, "currency": money.currency,
            }}))
        }
    }
}

/// The provider refuses, in its own form.
#[must_use]
pub fn error(words: &str) -> HttpResponse {
    json_response(&json!({"status": "error", "error": [words]}))
}

fn json_response(body: &Value) -> HttpResponse {
    HttpResponse {
        status: 200,
        retry_after: None,
        body: serde_json::to_vec(body).unwrap(),
    }
}

/// Where its checkout pages live.
pub const PAGES: &str = "https://joyndpay.com/make/payment/test/utr-";

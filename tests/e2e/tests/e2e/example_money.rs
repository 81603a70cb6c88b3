//! The example backends where something goes wrong between them and the provider: no money is lost, none taken twice.

use std::time::Duration;

use futures_util::future::join_all;
use malipo_e2e::example::{ARTICLE, EXAMPLES, Example};
use malipo_e2e::fault::Fault;
use malipo_e2e::stack::Stack;
use malipo_e2e::wait::until;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

/// Every example before a stack of its own, all at once.
fn all(story: impl AsyncFn(&Shopper)) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(join_all(EXAMPLES.map(async |name| {
        let stack = Stack::start(false).await;
        let example = Example::start(name, &stack).await;
        let client = Client::builder().no_proxy().redirect(Policy::none());
        let client = client.build().unwrap();
        let shopper = Shopper {
            name,
            stack,
            example,
            client,
        };
        story(&shopper).await;
    })));
}

/// Asks an example what the button would ask.
struct Shopper {
    name: &'static str,
    stack: Stack,
    example: Example,
    client: Client,
}

impl Shopper {
    async fn post(&self, route: &str, key: &str, body: &Value) -> Response {
        let url = format!("{}/{route}", self.example.base);
        let request = self
            .client
            .post(url)
            .header("idempotency-key", format!("\"{key}\""));
        request.json(body).send().await.unwrap()
    }

    async fn initiate(&self, key: &str) -> Response {
        let back = format!("{}/shop", self.stack.shop.origin());
        self.post(
            "initiate",
            key,
            &json!({"sku": ARTICLE[0], "return_url": back}),
        )
        .await
    }

    async fn opened(&self) -> Value {
        let answer = self.initiate(KEY).await;
        assert_eq!(answer.status(), StatusCode::OK, "{}", self.name);
        answer.json().await.unwrap()
    }

    /// Opened, and paid, and nobody has told it.
    async fn paid_untold(&self) -> Value {
        let never = json!({"joyndpay": {"ipn": {"mode": "never"}}});
        self.stack.script(&never).await;
        let opened = self.opened().await;
        self.stack.settle("succeed").await;
        opened
    }

    /// What verify says of it: its status and its reason.
    async fn says(&self, opened: &Value) -> (String, Value) {
        let ask = json!({"order_id": opened["order_id"], "token": opened["token"]});
        let answer: Value = self.post("verify", KEY, &ask).await.json().await.unwrap();
        assert_eq!(
            answer["order_id"], opened["order_id"],
            "{}: {answer}",
            self.name
        );
        (
            answer["status"].as_str().unwrap().to_owned(),
            answer["reason"].clone(),
        )
    }

    /// What it has in its own records, for the provider cannot be asked.
    async fn has_noted(&self, opened: &Value) -> String {
        self.stack
            .script(&json!({"joyndpay": {"verify": {"fault": "http_500"}}}))
            .await;
        self.says(opened).await.0
    }
}

const KEY: &str = "6f1c7a52-9b0e-4b53-8a57-0d4c9c1f2e11";
const PENDING: &str = "pending";

#[test]
fn an_example_whose_answer_was_lost_looks_it_up_before_it_begins_another_payment() {
    all(async |it| {
        it.stack
            .script(&json!({"joyndpay": {"initiate": {"fault": "close_after_create", "times": 1}}}))
            .await;
        let lost = it.initiate(KEY).await;
        assert_eq!(
            (
                lost.status(),
                lost.headers()["retry-after"].to_str().unwrap()
            ),
            (StatusCode::CONFLICT, "3"),
            "{}",
            it.name
        );
        let found = until(Duration::from_secs(60), async || {
            let answer = it.initiate(KEY).await;
            let known = [StatusCode::OK, StatusCode::CONFLICT].contains(&answer.status());
            assert!(known, "{}: {answer:?}", it.name);
            if answer.status() == StatusCode::OK {
                answer.json::<Value>().await.ok()
            } else {
                None
            }
        });
        let found = found.await;
        assert!(found.is_some(), "{}: {}", it.name, it.example.log());
        let found = found.unwrap();
        let ledger = it.stack.ledger().await;
        assert_eq!(ledger.len(), 2, "{}", it.name);
        assert_eq!(found["order_id"], ledger[1]["order_id"], "{}", it.name);
        let again: Value = it.initiate(KEY).await.json().await.unwrap();
        assert_eq!(again, found, "{}", it.name);
        let calls = it.stack.calls().await;
        let calls: Vec<_> = calls
            .iter()
            .map(|it| (it["path"].as_str().unwrap(), &it["order_id"]))
            .collect();
        let ids = [&ledger[0]["order_id"], &ledger[1]["order_id"]];
        let [initiate, verify] = [
            "/joyndpay/api/initiate/payment",
            "/joyndpay/api/verify/payment",
        ];
        assert_eq!(
            calls,
            [(initiate, ids[0]), (verify, ids[0]), (initiate, ids[1])],
            "{}",
            it.name
        );
    });
}

#[test]
fn an_example_that_was_slow_to_begin_keeps_its_payment_when_it_is_pressed_again() {
    all(async |it| {
        let slow =
            json!({"joyndpay": {"initiate": {"delay_ms": 2000}, "verify": {"delay_ms": 3500}}});
        it.stack.script(&slow).await;
        let second = async {
            let begun = until(Duration::from_secs(20), async || {
                (it.stack.ledger().await.len() == 1).then_some(())
            });
            begun.await.unwrap();
            // As if the first press had been cut off long ago: the second one looks it up, and hears the answer later than
            // the first one hears its own.
            it.example.age_payments(60).await;
            it.initiate(KEY).await
        };
        let (first, second) = tokio::join!(it.initiate(KEY), second);
        let statuses = (first.status(), second.status());
        assert_eq!(statuses, (StatusCode::OK, StatusCode::OK), "{}", it.name);
        let (first, second): (Value, Value) =
            (first.json().await.unwrap(), second.json().await.unwrap());
        assert_eq!(first, second, "{}", it.name);
        assert_eq!(first["status"], PENDING, "{}", it.name);
        assert_eq!(it.stack.ledger().await.len(), 1, "{}", it.name);
        it.stack.script(&json!({})).await;
        assert_eq!(it.says(&first).await.0, PENDING, "{}", it.name);
    });
}

/// By the verdict of `malipo-server check`, which waits as long as the button does: 25 s for initiate and 10 s for verify.
#[test]
fn an_example_answers_in_the_time_that_the_button_waits_though_the_provider_never_ends() {
    all(async |it| {
        for asked in ["verify", "initiate"] {
            let path = format!("/joyndpay/api/{asked}/payment");
            let rule = it.stack.provider.always(&path, Fault::Drip);
            // A busy machine may be late once or twice; an example that waits for as long as the provider drips is late each time.
            let mut said = String::new();
            for _ in 0..3 {
                said = String::from_utf8(it.example.check().await.stdout).unwrap();
                if in_time(&said) {
                    break;
                }
            }
            it.stack.provider.lift(rule);
            assert!(in_time(&said), "{}, {asked}: {said}", it.name);
            assert_ne!(it.stack.provider.count(&path), 0, "{}", it.name);
        }
    });
}

/// Whether `malipo-server check` found the answer to be quick enough.
fn in_time(said: &str) -> bool {
    let is_in_time = |line: &str| line.starts_with("ok ") && line.contains(" speed ");
    said.lines().any(is_in_time)
}

#[test]
fn an_example_that_cannot_ask_has_the_notification_come_again() {
    all(async |it| {
        let opened = it.opened().await;
        it.stack
            .script(&json!({"joyndpay": {"verify": {"fault": "http_500"}}}))
            .await;
        let told = it
            .post("ipn", KEY, &json!({"order_id": opened["order_id"]}))
            .await;
        let wait = told.headers()["retry-after"].to_str().unwrap();
        assert_eq!(
            (told.status(), wait),
            (StatusCode::SERVICE_UNAVAILABLE, "3"),
            "{}",
            it.name
        );
    });
}

#[test]
fn an_example_gives_the_provider_no_token_and_brings_the_shopper_back_with_it() {
    all(async |it| {
        let opened = it.opened().await;
        let given = it.stack.ledger().await[0].to_string();
        let asked = it.stack.provider.seen("/joyndpay/api/initiate/payment");
        let (token, order_id) = (
            opened["token"].as_str().unwrap(),
            opened["order_id"].as_str().unwrap(),
        );
        for text in [&given, &asked[0].body] {
            assert!(text.contains(order_id), "{}: {text}", it.name);
            assert!(!text.contains(token), "{}: {text}", it.name);
        }
        let asked: Value = serde_json::from_str(&asked[0].body).unwrap();
        let callback = asked["callback_url"].as_str().unwrap();
        let shop = it.stack.shop.origin();
        let leads_to = async |url: &str| {
            let answer = it.client.get(url).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", it.name);
            let kept = answer.headers()["cache-control"].to_str().unwrap();
            assert!(kept.contains("no-store"), "{}: {kept}", it.name);
            answer.headers()["location"].to_str().unwrap().to_owned()
        };
        let back = format!("{shop}/shop#malipo_order={order_id}&malipo_token={token}");
        assert_eq!(leads_to(callback).await, back, "{}", it.name);
        let (before, _) = callback.split_once('=').unwrap();
        for unknown in [
            format!("{before}=x"),
            before.to_owned(),
            format!("{before}[]=x"),
        ] {
            let url = leads_to(&unknown).await;
            assert_eq!(url.trim_end_matches('/'), shop, "{}: {unknown}", it.name);
        }
    });
}

#[test]
fn an_example_answers_as_often_as_the_button_asks() {
    all(async |it| {
        let opened = it.opened().await;
        // Two and a half minutes of it, and more than frameworks allow an address in one.
        for _ in 0..70 {
            assert_eq!(it.says(&opened).await.0, PENDING, "{}", it.name);
        }
    });
}

#[test]
fn an_example_goes_and_asks_when_it_is_notified_and_believes_no_notification() {
    all(async |it| {
        let opened = it.opened().await;
        let forged = json!({"order_id": opened["order_id"], "status": "success"});
        assert!(it.post("ipn", KEY, &forged).await.status().is_success());
        assert_eq!(it.says(&opened).await.0, PENDING, "{}", it.name);
        it.stack.settle("succeed").await;
        let heard = until(Duration::from_secs(20), async || {
            let seen = it.stack.shop.seen(&format!("{}/ipn", it.example.path()));
            seen.iter().any(|it| it.status == Some(200)).then_some(())
        });
        assert!(
            heard.await.is_some(),
            "{}: {:?}",
            it.name,
            it.stack.shop.seen(&format!("{}/ipn", it.example.path()))
        );
        assert_eq!(it.has_noted(&opened).await, "success", "{}", it.name);
        let unanswered = json!({"order_id": "NO-SUCH-ORDER"});
        assert!(it.post("ipn", KEY, &unanswered).await.status().is_success());
    });
}

#[test]
fn an_example_finds_by_itself_what_nobody_has_told() {
    all(async |it| {
        let opened = it.paid_untold().await;
        it.example.reconcile().await;
        assert_eq!(it.has_noted(&opened).await, "success", "{}", it.name);
    });
}

#[test]
fn an_example_takes_too_little_money_for_no_payment_and_a_payment_for_final() {
    all(async |it| {
        let opened = it.paid_untold().await;
        let answers = [
            (json!({"amount": 24999}), PENDING),
            (json!({"currency": "KES"}), PENDING),
            (json!({"amount": "25000"}), PENDING),
            (json!({"order_id": "ANOTHER-ORDER"}), PENDING),
            (json!({"status": "refunded"}), PENDING),
            (json!({}), "success"),
            (json!({"status": "failed"}), "success"),
        ];
        for (answer, expected) in answers {
            it.stack
                .script(&json!({"joyndpay": {"verify": {"answer": answer}}}))
                .await;
            let (status, reason) = it.says(&opened).await;
            assert_eq!(status, expected, "{}: {answer}", it.name);
            let review = if expected == PENDING {
                json!("review")
            } else {
                Value::Null
            };
            assert_eq!(reason, review, "{}: {answer}", it.name);
        }
        let paid: Value = it.initiate(KEY).await.json().await.unwrap();
        assert_eq!(
            (&paid["status"], &paid["redirect_url"]),
            (&json!("success"), &Value::Null),
            "{}",
            it.name
        );
    });
}

#[test]
fn an_example_hands_out_no_page_of_the_other_mode_and_no_other_amount() {
    all(async |it| {
        let live = format!(
            "{}/joyndpay/make/payment/live/1",
            it.stack.provider.origin()
        );
        let answers = [
            json!({"redirect_url": live}),
            json!({"redirect_url": "https://elsewhere.example/joyndpay/make/payment/test/1"}),
            json!({"amount": 24999}),
            json!({"currency": "KES"}),
        ];
        for answer in answers {
            it.stack
                .script(&json!({"joyndpay": {"initiate": {"answer": answer, "times": 1}}}))
                .await;
            let refused = it.initiate(KEY).await;
            let status = refused.status();
            let text = refused.text().await.unwrap();
            assert!(
                status.is_client_error() && !text.contains("redirect_url"),
                "{}: {answer}: {status} {text}",
                it.name
            );
        }
        // A final no: the same key begins anew.
        assert_eq!(it.opened().await["status"], PENDING, "{}", it.name);
    });
}

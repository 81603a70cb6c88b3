//! Orders through Jenga, from the press to the IPN, beside the real sandbox.

use malipo_server::clock::{Clock, SystemClock};
use serde_json::{Value, json};

use super::sandbox::Sandbox;
use super::table;
use crate::world::{Reply, SHOP, World, eventually, key, sign};

pub(super) const ORDER: &str = "ORDER0000001";
pub(super) const CREATE: &str = "create/payment-link";
const AUTHENTICATE: &str = "authenticate/merchant";

pub(super) async fn worlds(more: &str) -> (World, Sandbox) {
    let sandbox = Sandbox::start().await;
    let base = format!(
        "jenga.base_url = \"{}/jenga\"\njenga.timeout_ms = 600",
        sandbox.base
    );
    let text = format!(
        "provider = \"jenga\"\n{}",
        table(&format!("{base}\n{more}"))
    );
    let world = World::with(&text).await;
    sandbox.notifies(&world.base).await;
    (world, sandbox)
}

/// A quote for KES 1,350.50 that says whom the link goes to.
pub(super) fn quoted(order_id: &str) -> Value {
    let quote = sign(&json!({
        "order_id": order_id, "amount": "1350.50", "currency": "KES", "aud": "demo:sandbox", "exp": SystemClock.now().seconds() + 20 * 3_600,
        "customer": {"name": "Amina Wanjiru", "email": "amina@example.test", "phone": "0712345678"},
    }));
    json!({"quote": quote, "return_url": format!("{SHOP}/basket")})
}

pub(super) async fn press(world: &World, order_id: &str) -> Reply {
    world.initiate(&key(), &quoted(order_id)).await
}

pub(super) async fn sent(world: &World, order_id: &str) -> Value {
    let reply = press(world, order_id).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

#[tokio::test]
async fn a_link_is_sent_and_its_ipn_pays_the_order() {
    let (world, sandbox) = worlds("").await;
    let answer = sent(&world, ORDER).await;
    assert!(answer.get("redirect_url").is_none(), "{answer}");
    assert_eq!(
        answer["sent_to"],
        json!([{"channel":"sms","to":"...678"},{"channel":"email","to":"a...@example.test"}])
    );
    assert!(answer["expires_in"].as_u64().unwrap() > 0);
    let to: Vec<_> = sandbox
        .messages()
        .await
        .iter()
        .map(|it| it["to"].clone())
        .collect();
    assert!(
        to.contains(&json!("254712345678")) && to.contains(&json!("amina@example.test")),
        "{to:?}"
    );
    let links = sandbox.links().await;
    assert_eq!(
        (
            &links[0]["link_type"],
            &links[0]["amount_option"],
            &links[0]["amount"]
        ),
        (&json!("SINGLE"), &json!("RESTRICTED"), &json!("1350.5"))
    );
    assert_eq!(world.verify(&answer).await["status"], "pending");
    sandbox.settle(ORDER, "succeed").await;
    let verified = world.until(&answer, "success").await;
    assert_eq!(
        (&verified["amount"], &verified["currency"]),
        (&json!("1350.50"), &json!("KES"))
    );
}

#[tokio::test]
async fn a_declined_try_leaves_the_order_open_and_the_link_payable() {
    let (world, sandbox) = worlds("").await;
    let answer = sent(&world, ORDER).await;
    sandbox.settle(ORDER, "fail").await;
    let seen = eventually(async || {
        let seen = world.verify(&answer).await;
        (seen.get("reason").is_some()).then_some(seen)
    })
    .await;
    assert_eq!(
        (&seen["status"], &seen["reason"]),
        (&json!("pending"), &json!("declined"))
    );
    sandbox.settle(ORDER, "succeed").await;
    let paid = world.until(&answer, "success").await;
    assert!(paid.get("reason").is_none(), "{paid}");
    assert_eq!(world.record(ORDER).await["late"], false);
}

#[tokio::test]
async fn a_second_press_sends_no_second_link() {
    let (world, sandbox) = worlds("").await;
    let first = sent(&world, ORDER).await;
    let second = sent(&world, ORDER).await;
    assert_eq!(first["sent_to"], second["sent_to"]);
    assert_eq!(sandbox.calls(CREATE).await, 1);
    // One token is enough for several orders.
    sent(&world, "ORDER0000002").await;
    assert_eq!(
        (
            sandbox.calls(CREATE).await,
            sandbox.calls(AUTHENTICATE).await
        ),
        (2, 1)
    );
}

#[tokio::test]
async fn a_token_that_was_revoked_is_asked_for_anew_once() {
    let (world, sandbox) = worlds("").await;
    sandbox.script(json!({"token": {"refuse_calls": 1}})).await;
    sent(&world, ORDER).await;
    assert_eq!(sandbox.calls(AUTHENTICATE).await, 2);
    // Refused twice it is a refusal: no loop, and nothing was begun.
    sandbox.script(json!({"token": {"refuse_calls": 2}})).await;
    let reply = press(&world, "ORDER0000002").await;
    assert_eq!(reply.error().0, 422, "{reply:?}");
    assert_eq!(sandbox.links().await.len(), 1);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends_however_its_end_is_written() {
    let (world, sandbox) = worlds("").await;
    for (nth, written) in ["timestamp", "seconds", "seconds_text"]
        .into_iter()
        .enumerate()
    {
        // Shorter than the margin: it is never good for a second call.
        sandbox
            .script(json!({"token": {"lifetime_s": 30, "expires_in": written}}))
            .await;
        sent(&world, &format!("ORDER000000{nth}")).await;
        assert_eq!(sandbox.calls(AUTHENTICATE).await, nth + 1, "{written}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_never_followed_by_a_second_link_and_its_ipn_still_pays() {
    let (world, sandbox) = worlds("").await;
    sandbox
        .script(json!({"create": {"fault": "timeout_after_create", "times": 1}}))
        .await;
    let reply = press(&world, ORDER).await;
    assert_eq!(reply.status, 504, "{reply:?}");
    for _ in 0..3 {
        let again = press(&world, ORDER).await;
        assert_eq!((again.error().0, again.error().1.as_str()), (409, "busy"));
    }
    // Not even days later: the shopper may hold the link.
    world.forward(3_600_000).await;
    assert_eq!(press(&world, ORDER).await.error().1, "busy");
    assert_eq!(sandbox.calls(CREATE).await, 1);
    sandbox.settle(ORDER, "succeed").await;
    world.until_state(ORDER, "paid").await;
}

#[tokio::test]
async fn a_link_past_its_last_day_fails_an_hour_later_and_a_late_ipn_still_pays() {
    let (world, sandbox) = worlds("").await;
    let answer = sent(&world, ORDER).await;
    let left_ms = answer["expires_in"].as_i64().unwrap() * 1000;
    world.forward(left_ms + 120_000).await;
    assert_eq!(world.record(ORDER).await["status"], "pending");
    world.forward(3_600_000).await;
    let seen = world.until_state(ORDER, "failed").await;
    assert_eq!(seen["reason"], "expired");
    sandbox.settle(ORDER, "succeed").await;
    let paid = world.until_state(ORDER, "paid").await;
    assert_eq!(paid["late"], true);
}

#[tokio::test]
async fn an_ipn_before_the_answer_and_one_that_comes_thrice_pay_once() {
    let (world, sandbox) = worlds("").await;
    sandbox
        .script(json!({"ipn": {"mode": "before_answer", "copies": 3}, "create": {"delay_ms": 200}}))
        .await;
    let reply = press(&world, ORDER).await;
    assert_eq!(
        (reply.status, &reply.json()["status"]),
        (200, &json!("success"))
    );
    world.until_state(ORDER, "paid").await;
    let record = world.record(ORDER).await;
    assert!(record.get("duplicates").is_none(), "{record}");
}

#[tokio::test]
async fn a_forged_ipn_pays_nothing() {
    let (world, sandbox) = worlds("").await;
    sandbox
        .script(json!({"ipn": {"mode": "forged", "attempts": 1}}))
        .await;
    let answer = sent(&world, ORDER).await;
    let refused = eventually(async || {
        let links = sandbox.links().await;
        links[0]["ipn"][0]["http_status"].as_u64()
    })
    .await;
    assert_eq!(refused, 401);
    assert_eq!(world.verify(&answer).await["status"], "pending");
}

#[tokio::test]
async fn an_ipn_finds_its_order_by_whichever_field_carries_a_name_of_it() {
    let (world, sandbox) = worlds("").await;
    let places = [
        "customer.reference",
        "transaction.reference",
        "bank.reference",
        "additionalInfo",
    ];
    for (nth, place) in places.into_iter().enumerate() {
        sandbox
            .script(json!({"ipn": {"external_ref_in": place, "payment_link_ref_in": "none"}}))
            .await;
        let order = format!("ORDER000000{nth}");
        sent(&world, &order).await;
        sandbox.settle(&order, "succeed").await;
        world.until_state(&order, "paid").await;
    }
    // The link's own number is a name too; and what carries none is kept, not lost.
    sandbox
        .script(
            json!({"ipn": {"external_ref_in": "none", "payment_link_ref_in": "bank.reference"}}),
        )
        .await;
    sent(&world, "ORDER0000008").await;
    sandbox.settle("ORDER0000008", "succeed").await;
    world.until_state("ORDER0000008", "paid").await;
    sandbox
        .script(json!({"ipn": {"external_ref_in": "none", "payment_link_ref_in": "none"}}))
        .await;
    sent(&world, "ORDER0000009").await;
    sandbox.settle("ORDER0000009", "succeed").await;
    eventually(async || {
        let metrics = world.send("GET", "/metrics", &[], "").await.text;
        metrics
            .contains("notices_total{provider=\"jenga\",outcome=\"parked\"} 1")
            .then_some(())
    })
    .await;
    assert_eq!(world.record("ORDER0000009").await["status"], "pending");
}

#[tokio::test]
async fn another_amount_or_currency_goes_to_a_person() {
    let (world, sandbox) = worlds("").await;
    let cases = [
        json!({"transaction.orderAmount": 1350.49, "transaction.amount": 1350.49}),
        json!({"transaction.orderAmount": 1350.51, "transaction.amount": 1350.51}),
        json!({"transaction.orderCurrency": "USD", "transaction.currency": "USD"}),
    ];
    for (nth, fields) in cases.into_iter().enumerate() {
        sandbox.script(json!({"ipn": {"fields": fields}})).await;
        let order = format!("ORDER000000{nth}");
        let answer = sent(&world, &order).await;
        sandbox.settle(&order, "succeed").await;
        world.until_state(&order, "needs_review").await;
        let seen = world.verify(&answer).await;
        assert_eq!(
            (&seen["status"], &seen["reason"]),
            (&json!("pending"), &json!("review"))
        );
    }
}

#[tokio::test]
async fn transaction_details_are_asked_where_the_merchant_wants_it() {
    let (world, sandbox) =
        worlds("jenga.confirm_by_transaction_details = true\njenga.watch_interval_ms = 100").await;
    sandbox.script(json!({"ipn": {"mode": "never"}})).await;
    let answer = sent(&world, ORDER).await;
    sandbox.settle(ORDER, "succeed").await;
    world.until(&answer, "success").await;
}

#[tokio::test]
async fn an_ipn_with_an_unknown_word_changes_nothing_and_is_kept_with_its_names() {
    let (world, sandbox) = worlds("").await;
    let answer = sent(&world, ORDER).await;
    let fields = json!({"ipn": {"fields": {"transaction.status": "REVERSED"}}});
    sandbox.script(fields).await;
    sandbox.settle(ORDER, "succeed").await;
    let kept = eventually(async || {
        let all = world.app.store.parked(10).await.unwrap();
        all.into_iter().next()
    })
    .await;
    assert!(kept.names.contains(ORDER), "{kept:?}");
    assert_eq!(world.verify(&answer).await["status"], "pending");
}

#[tokio::test]
async fn many_presses_without_a_token_wait_for_one_question_and_not_in_a_row() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    // It takes every call and answers none.
    let calls = tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            open.push(stream);
            if open.len() == 5 {
                break;
            }
        }
    });
    let more = format!("jenga.base_url = \"{base}\"\njenga.timeout_ms = 2000");
    let world = World::with(&format!("provider = \"jenga\"\n{}", table(&more))).await;
    let orders = ["1", "2", "3", "4", "5"].map(|it| format!("ORDER000000{it}"));
    let [one, two, three, four, five] = &orders;
    let replies = tokio::join!(
        press(&world, one),
        press(&world, two),
        press(&world, three),
        press(&world, four),
        press(&world, five)
    );
    for reply in [replies.0, replies.1, replies.2, replies.3, replies.4] {
        assert_eq!(reply.error().0, 502, "{reply:?}");
    }
    assert!(!calls.is_finished(), "each press asked by itself");
}

//! Creating, getting and cancelling requests.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{
    EUR_SHOP, JPY_SHOP, JoPay, LIVE_KEY, LIVE_SHOP, error, order, refused, statuses, text,
};
use crate::sandbox::json_of;

#[tokio::test]
async fn create_answers_with_exactly_the_documented_fields() {
    let jopay = JoPay::start().await;
    let mut answer = jopay.created(&order("ORD-12345")).await;
    let id = text(&answer["request_id"]);
    let port = jopay.sandbox.base.rsplit(':').next().unwrap();
    for time in ["created_at", "expires_at"] {
        let time = text(&answer[time].take());
        assert_eq!(
            (time.len(), &time[10..11], &time[23..]),
            (24, "T", "Z"),
            "{time}"
        );
    }
    assert_eq!(
        answer,
        json!({"ok": true, "request_id": id, "status": "requested", "proof_status": "none",
            "pay_page_url": format!("http://localhost:{port}/jopay/pay/{id}"), "expires_at": null, "created_at": null,
            "amount": {"fiat_int": 2500, "fiat_code": "EUR", "usdc_micro": "29069767"}, "merchant_id": EUR_SHOP,
            "metadata": {"order_id": "ORD-12345"}})
    );
}

#[tokio::test]
async fn get_answers_the_same_and_the_transaction() {
    let jopay = JoPay::start().await;
    let created = jopay.created(&order("ORD-1")).await;
    let id = text(&created["request_id"]);
    let mut expected = created.clone();
    expected["tx_hash"] = Value::Null;
    assert_eq!(jopay.shown(&id).await, expected);

    jopay.control(&format!("{id}/succeed")).await;
    let shown = jopay.shown(&id).await;
    assert_eq!(statuses(&shown), ("requested", "verified"));
    let hash = text(&shown["tx_hash"]);
    assert!(hash.len() == 66 && hash.starts_with("0x"), "{hash}");
}

#[tokio::test]
async fn the_default_and_pos_expire_in_an_hour_and_an_invoice_in_a_week() {
    let jopay = JoPay::start().await;
    for (mode, hours) in [
        (Value::Null, 1),
        (json!("pos"), 1),
        (json!("invoice"), 24 * 7),
    ] {
        let mut body = order("ORD-EXPIRY");
        body["payment_mode"] = mode.clone();
        let id = jopay.request(&body).await;
        let ledger = json_of(jopay.sandbox.get("/sandbox/ledger").await).await;
        let mut found = ledger["payments"].as_array().unwrap().iter();
        let entry = found.find(|it| it["id"] == id.as_str()).unwrap();
        let life =
            entry["expires_at_ms"].as_u64().unwrap() - entry["created_at_ms"].as_u64().unwrap();
        assert_eq!(life, hours * 3_600_000, "{mode}");
    }
}

#[tokio::test]
async fn a_request_that_nobody_paid_expires() {
    let jopay = JoPay::start().await;
    jopay.script(json!({"expiry": {"pos_s": 1}})).await;
    let id = jopay.request(&order("ORD-2")).await;
    jopay
        .sandbox
        .payment_where("ORD-2", |it| it["request_status"] == "expired")
        .await;
    let shown = jopay.shown(&id).await;
    assert_eq!(statuses(&shown), ("expired", "none"));
    assert_eq!(jopay.sandbox.payment("ORD-2").await["status"], "failed");
}

#[tokio::test]
async fn a_key_that_was_sent_before_gives_the_original() {
    let jopay = JoPay::start().await;
    let key = "5f018408e19e0a63f6bb3c421c45109df4c695bfac60e0e4abb5f6da5761427c";
    let mut body = order("ORD-12345");
    body["idempotency_key"] = json!(key);
    let first = jopay.created(&body).await;
    assert_eq!(jopay.created(&body).await, first);

    // Another amount, another merchant, even one that is not there: the original all the same.
    body["fiat_amount_int"] = json!(1);
    body["merchant_id"] = json!(JPY_SHOP);
    assert_eq!(jopay.created(&body).await, first);
    body["merchant_id"] = json!("nobody");
    assert_eq!(jopay.created(&body).await, first);

    let ledger = json_of(jopay.sandbox.get("/sandbox/ledger").await).await;
    assert_eq!(ledger["payments"].as_array().unwrap().len(), 1);
    let entry = &ledger["payments"][0];
    assert_eq!(
        (&entry["replays"], &entry["fiat_int"]),
        (&json!(3), &json!(2500))
    );

    // As it is now: paid meanwhile.
    jopay.control("ORD-12345/succeed").await;
    assert_eq!(
        statuses(&jopay.created(&body).await),
        ("requested", "verified")
    );
    body["idempotency_key"] = json!(format!("{key:.63}x"));
    assert_eq!(
        refused(jopay.create(&body).await).await.0,
        400,
        "another key is another request"
    );
}

#[tokio::test]
async fn requests_without_a_key_are_as_many_as_were_created() {
    let jopay = JoPay::start().await;
    let first = jopay.request(&order("ORD-3")).await;
    assert_ne!(jopay.request(&order("ORD-3")).await, first);
}

#[tokio::test]
async fn twenty_calls_at_once_with_one_key_create_one_request() {
    let jopay = JoPay::start().await;
    let mut body = order("ORD-4");
    body["idempotency_key"] = json!("k".repeat(32));
    let calls = (0..20).map(|_| jopay.request(&body));
    let mut ids = futures_util::future::join_all(calls).await;
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

#[tokio::test]
async fn a_request_is_cancelled_while_nothing_was_sent() {
    let jopay = JoPay::start().await;
    let id = jopay.request(&order("ORD-5")).await;
    let answer = json_of(jopay.cancel(&id).await).await;
    assert_eq!(statuses(&answer), ("cancelled", "none"));
    assert_eq!(answer, jopay.shown(&id).await);
    let entry = jopay.sandbox.payment("ORD-5").await;
    assert_eq!(entry["status"], "failed");
    assert_eq!(entry["settled_at_ms"], entry["cancelled_at_ms"]);

    let too_late = (409, error("not_cancellable"));
    assert_eq!(refused(jopay.cancel(&id).await).await, too_late, "twice");
    for (order_id, what) in [
        ("ORD-6", "attach"),
        ("ORD-7", "mismatch"),
        ("ORD-8", "succeed"),
        ("ORD-9", "expire"),
    ] {
        let id = jopay.request(&order(order_id)).await;
        jopay.control(&format!("{id}/{what}")).await;
        assert_eq!(refused(jopay.cancel(&id).await).await, too_late, "{what}");
    }
}

#[tokio::test]
async fn what_is_not_there_or_not_ones_own_is_not_found() {
    let jopay = JoPay::start().await;
    let test = jopay.request(&order("ORD-10")).await;
    let live_body = json!({"merchant_id": LIVE_SHOP, "fiat_amount_int": 1});
    let live = jopay
        .call_with(LIVE_KEY, reqwest::Method::POST, "/requests/create")
        .json(&live_body);
    let live = json_of(live.send().await.unwrap()).await;
    let live = text(&live["request_id"]);
    let unknown = "00000000-0000-4000-8000-000000000000";
    for (key, id) in [
        (super::TEST_KEY, live.as_str()),
        (LIVE_KEY, &test),
        (super::TEST_KEY, unknown),
        (super::TEST_KEY, "1"),
    ] {
        for (method, path) in [
            (reqwest::Method::GET, format!("/requests/{id}")),
            (reqwest::Method::POST, format!("/requests/{id}/cancel")),
        ] {
            let answer = jopay.call_with(key, method, &path).send().await.unwrap();
            assert_eq!(refused(answer).await, (404, error("not_found")), "{path}");
        }
    }
    let entry = jopay.sandbox.payment("ORD-10").await;
    assert_eq!(
        (&entry["mode"], &entry["status"]),
        (&json!("test"), &json!("pending"))
    );
}

#[tokio::test]
async fn one_key_of_either_mode_is_two_requests() {
    let jopay = JoPay::start().await;
    let mut body = order("ORD-11");
    body["idempotency_key"] = json!("k".repeat(64));
    let test = jopay.request(&body).await;
    body["merchant_id"] = json!(LIVE_SHOP);
    let live = jopay.call_with(LIVE_KEY, reqwest::Method::POST, "/requests/create");
    let live = live.json(&body).send().await.unwrap();
    assert_eq!(live.status(), StatusCode::OK);
    assert_ne!(json_of(live).await["request_id"], test.as_str());
}

#[tokio::test]
async fn the_ledger_says_what_was_asked_for() {
    let jopay = JoPay::start().await;
    let mut body = order("ORD-12");
    body["memo"] = json!("Two shirts");
    body["payment_mode"] = json!("invoice");
    body["idempotency_key"] = json!("A-_9".repeat(8));
    let id = jopay.request(&body).await;
    let mut entry = jopay.sandbox.payment("ORD-12").await;
    let port = jopay.sandbox.base.rsplit(':').next().unwrap();
    for time in ["created_at_ms", "expires_at_ms"] {
        assert!(entry[time].take().is_u64());
    }
    assert_eq!(
        entry,
        json!({"provider": "jopay", "mode": "test", "id": id, "order_id": "ORD-12", "amount": "25.00", "currency": "EUR",
            "status": "pending", "created_at_ms": null, "opened": 0, "first_opened_at_ms": null, "walked_away": 0,
            "settled_at_ms": null, "paid_at_ms": null, "times_paid": 0, "paid_amount": "0.00",
            "received_usdc_micro": "0", "attempts": [],
            "checkout_url": format!("http://localhost:{port}/jopay/pay/{id}"), "request_status": "requested",
            "proof_status": "none", "tx_hash": null, "fiat_int": 2500, "usdc_micro": "29069767",
            "merchant_id": EUR_SHOP, "memo": "Two shirts", "metadata": {"order_id": "ORD-12"},
            "payment_mode": "invoice", "idempotency_key": "A-_9".repeat(8), "replays": 0, "expires_at_ms": null,
            "verified_at_ms": null, "cancelled_at_ms": null, "ipn": []})
    );
}

#[tokio::test]
async fn a_currency_without_a_minor_unit_is_whole() {
    let jopay = JoPay::start().await;
    let mut body = order("ORD-13");
    body["merchant_id"] = json!(JPY_SHOP);
    let answer = jopay.created(&body).await;
    let amount = json!({"fiat_int": 2500, "fiat_code": "JPY", "usdc_micro": "16666666"});
    assert_eq!(answer["amount"], amount);
    assert_eq!(jopay.sandbox.payment("ORD-13").await["amount"], "2500");
}

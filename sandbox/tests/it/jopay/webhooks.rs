//! Webhooks: payload, signature, tries, and every way in which they go wrong.

use ring::hmac;
use serde_json::{Value, json};

use super::{EUR_SHOP, JoPay, LIVE_KEY, LIVE_SHOP, order};
use crate::{
    merchant::{Merchant, Notification, SILENCE},
    sandbox::{NOWHERE, json_of},
};

const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

#[tokio::test]
async fn each_event_has_exactly_the_documented_fields() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::telling(&merchant).await;
    let mut body = order("ORD-1");
    body["metadata"] = json!({"order_id": "ORD-1", "customer": "Ada \u{1F642}", "": ""});
    let id = jopay.request(&body).await;
    jopay.control("ORD-1/succeed").await;
    let got = merchant.wait_for(2).await;
    let entry = jopay.sandbox.payment("ORD-1").await;
    for (one, event, proof) in [
        (&got[0], "payment.proof_attached", "attached"),
        (&got[1], "payment.proof_verified", "verified"),
    ] {
        assert_eq!(one.content_type, "application/json");
        let mut sent = read(&one.body);
        let delivery = sent["delivery_id"].take();
        assert_eq!(delivery.as_str().unwrap().len(), 36);
        let time = sent["timestamp"].take();
        assert!(time.as_str().unwrap().ends_with('Z'), "{time}");
        assert_eq!(
            sent,
            json!({"event": event, "delivery_id": null, "partner_id": "10000000-0000-4000-8000-000000000001",
                "request_id": id, "merchant_id": EUR_SHOP, "proof_status": proof,
                "proof_source": "trails_on_chain", "tx_hash": entry["tx_hash"],
                "payer_address": entry["attempts"][0]["payer_address"], "timestamp": null,
                "metadata": {"order_id": "ORD-1", "customer": "Ada \u{1F642}", "": ""}})
        );
    }
    assert_ne!(
        read(&got[0].body)["delivery_id"],
        read(&got[1].body)["delivery_id"]
    );
    let fields = [
        "event",
        "delivery_id",
        "partner_id",
        "request_id",
        "merchant_id",
        "proof_status",
        "proof_source",
        "tx_hash",
        "payer_address",
        "timestamp",
        "metadata",
    ];
    let places: Vec<_> = fields
        .map(|it| got[1].body.find(&format!("\"{it}\":")))
        .to_vec();
    assert!(
        places.is_sorted(),
        "in the documented order: {}",
        got[1].body
    );
}

#[tokio::test]
async fn the_signature_is_over_the_time_and_the_body() {
    for (form, key) in [("utf8", SECRET.as_bytes().to_vec()), ("hex", bytes(SECRET))] {
        let merchant = Merchant::start().await;
        let url = ["--jopay-webhook-url", &merchant.ipn_url];
        let jopay =
            JoPay::start_with(&[&url[..], &["--jopay-webhook-key-form", form]].concat()).await;
        jopay.request(&order("ORD-2")).await;
        let before = now_s();
        jopay.control("ORD-2/succeed").await;
        for one in merchant.wait_for(2).await {
            let t = verify(&one, &key).expect(form);
            assert!((before..=now_s()).contains(&t), "{t} counts seconds");
            assert!(
                one.signature.starts_with("v1="),
                "v1 comes first: {}",
                one.signature
            );
        }
    }
}

#[tokio::test]
async fn one_address_gets_test_and_live_payments_told_apart_by_their_ids() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::telling(&merchant).await;
    let live = jopay.call_with(LIVE_KEY, reqwest::Method::POST, "/requests/create");
    let body =
        json!({"merchant_id": LIVE_SHOP, "fiat_amount_int": 5, "metadata": {"order_id": "LIVE"}});
    assert_eq!(live.json(&body).send().await.unwrap().status(), 200);
    jopay.request(&order("TEST")).await;
    for order_id in ["LIVE", "TEST"] {
        jopay.control(&format!("{order_id}/attach")).await;
    }
    let got: Vec<_> = merchant
        .wait_for(2)
        .await
        .iter()
        .map(|it| read(&it.body))
        .collect();
    assert_eq!(
        (&got[0]["partner_id"], &got[0]["merchant_id"]),
        (
            &json!("20000000-0000-4000-8000-000000000001"),
            &json!(LIVE_SHOP)
        )
    );
    assert_ne!(got[1]["partner_id"], got[0]["partner_id"]);
}

#[tokio::test]
async fn silence_5xx_and_429_are_tried_again_with_a_new_signature_and_the_same_body() {
    let merchant = Merchant::answering(&[SILENCE, 500, 503, 429, 302, 204]).await;
    let jopay = JoPay::telling(&merchant).await;
    let webhook = json!({"timeout_ms": 1500, "retry_ms": [1100, 10, 10, 10, 10, 10, 10]});
    jopay.script(json!({"webhook": webhook})).await;
    jopay.request(&order("ORD-3")).await;
    jopay.control("ORD-3/attach").await;
    let all = |it: &Value| it["ipn"].as_array().unwrap().len() == 6;
    let entry = jopay.sandbox.payment_where("ORD-3", all).await;
    let tries = entry["ipn"].as_array().unwrap().iter();
    let tries: Vec<_> = tries
        .map(|it| (it["attempt"].as_u64().unwrap(), it["http_status"].as_u64()))
        .collect();
    assert_eq!(
        tries,
        [
            (1, None),
            (2, Some(500)),
            (3, Some(503)),
            (4, Some(429)),
            (5, Some(302)),
            (6, Some(204))
        ]
    );
    let got = merchant.wait_for(6).await;
    assert!(
        got.iter().all(|it| it.body == got[0].body),
        "delivery_id included"
    );
    let times: Vec<_> = got
        .iter()
        .map(|it| verify(it, SECRET.as_bytes()).unwrap())
        .collect();
    assert!(times[1] > times[0] && times.is_sorted(), "{times:?}");
    // 2xx ended it: the next webhook is the next request's.
    jopay.request(&order("ORD-4")).await;
    jopay.control("ORD-4/attach").await;
    assert!(merchant.wait_for(7).await[6].body.contains("ORD-4"));
}

#[tokio::test]
async fn any_other_4xx_abandons_a_webhook_at_once() {
    for status in [400, 401, 404, 409, 422] {
        let merchant = Merchant::answering(&[status]).await;
        let jopay = JoPay::telling(&merchant).await;
        jopay
            .script(json!({"webhook": {"retry_ms": [1, 1, 1]}}))
            .await;
        jopay.request(&order("ORD-5")).await;
        jopay.control("ORD-5/attach").await;
        // The other event goes out all the same, and by then a second try would have.
        jopay.control("ORD-5/verify").await;
        let told = |it: &Value| it["ipn"].as_array().unwrap().len() == 2;
        let entry = jopay.sandbox.payment_where("ORD-5", told).await;
        assert_eq!(entry["ipn"][0]["http_status"], status);
        let got = merchant.got();
        assert_eq!(
            (got.len(), event(&got[1].body)),
            (2, "payment.proof_verified".to_owned())
        );
    }
}

#[tokio::test]
async fn a_list_of_pauses_says_how_often_it_is_tried() {
    let jopay = JoPay::start_with(&["--jopay-webhook-url", NOWHERE]).await;
    for (order_id, pauses, tries) in [("ORD-6", json!([]), 1), ("ORD-7", json!([1, 1]), 3)] {
        jopay.script(json!({"webhook": {"retry_ms": pauses}})).await;
        jopay.request(&order(order_id)).await;
        jopay.control(&format!("{order_id}/attach")).await;
        let all = |it: &Value| it["ipn"].as_array().unwrap().len() == tries;
        let entry = jopay.sandbox.payment_where(order_id, all).await;
        assert!(
            entry["ipn"][0]["error"]
                .as_str()
                .unwrap()
                .contains("refused")
        );
    }
}

#[tokio::test]
async fn duplicates_are_equal() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::telling(&merchant).await;
    jopay.script(json!({"webhook": {"copies": 3}})).await;
    jopay.request(&order("ORD-8")).await;
    jopay.control("ORD-8/attach").await;
    let got = merchant.wait_for(3).await;
    assert!(
        got.iter().all(|it| it.body == got[0].body),
        "delivery_id included"
    );
}

#[tokio::test]
async fn both_can_come_before_the_answer_to_create() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::telling(&merchant).await;
    jopay
        .script(json!({"webhook": {"mode": "before_answer"}}))
        .await;
    let answer = jopay.created(&order("ORD-9")).await;
    let got = merchant.got();
    let events: Vec<_> = got.iter().map(|it| event(&it.body)).collect();
    assert_eq!(events, ["payment.proof_attached", "payment.proof_verified"]);
    assert_eq!(super::statuses(&answer), ("requested", "none"));
    assert_eq!(read(&got[1].body)["request_id"], answer["request_id"]);
    let entry = jopay.sandbox.payment("ORD-9").await;
    assert_eq!(
        (&entry["status"], &entry["attempts"][0]["via"]),
        (&json!("success"), &json!("script"))
    );
}

#[tokio::test]
async fn a_forged_one_does_not_verify_and_claims_what_is_not_true() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::telling(&merchant).await;
    jopay.script(json!({"webhook": {"mode": "forged"}})).await;
    let id = jopay.request(&order("ORD-10")).await;
    let got = merchant.wait_for(1).await;
    assert_eq!(event(&got[0].body), "payment.proof_verified");
    assert_eq!(read(&got[0].body)["request_id"], id.as_str());
    assert!(got[0].signature.starts_with("v1=") && verify(&got[0], SECRET.as_bytes()).is_none());
    let recorded = |it: &Value| it["ipn"][0].is_object();
    let entry = jopay.sandbox.payment_where("ORD-10", recorded).await;
    assert_eq!(
        (
            &entry["ipn"][0]["forged"],
            &entry["proof_status"],
            &entry["times_paid"]
        ),
        (&json!(true), &json!("none"), &json!(0))
    );
    jopay.control("ORD-10/attach").await;
    let got = merchant.wait_for(2).await;
    assert!(
        verify(&got[1], SECRET.as_bytes()).is_some(),
        "the true ones are good"
    );
}

#[tokio::test]
async fn signatures_can_be_wrong_old_or_missing() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::telling(&merchant).await;
    for (number, signature) in ["wrong", "stale", "none", "good"].into_iter().enumerate() {
        jopay
            .script(json!({"webhook": {"signature": signature}}))
            .await;
        let id = jopay.request(&order("ORD-11")).await;
        jopay.control(&format!("{id}/attach")).await;
        let got = merchant.wait_for(number + 1).await;
        let verified = verify(&got[number], SECRET.as_bytes());
        match signature {
            "wrong" => assert_eq!(verified, None),
            "none" => assert_eq!(got[number].signature, ""),
            "stale" => assert!(verified.unwrap() <= now_s() - 3600),
            _ => assert!(verified.unwrap() > now_s() - 60),
        }
    }
}

#[tokio::test]
async fn the_order_can_be_reversed() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::telling(&merchant).await;
    jopay
        .script(json!({"webhook": {"order": "reversed"}}))
        .await;
    jopay.request(&order("ORD-12")).await;
    jopay.control("ORD-12/attach").await;
    assert_eq!(merchant.got().len(), 0, "held back");
    jopay.control("ORD-12/verify").await;
    let got = merchant.wait_for(2).await;
    let events: Vec<_> = got.iter().map(|it| event(&it.body)).collect();
    assert_eq!(events, ["payment.proof_verified", "payment.proof_attached"]);
    assert_eq!(read(&got[1].body)["proof_status"], "attached");
}

#[tokio::test]
async fn late_ones_do_not_hold_up_the_browser() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::telling(&merchant).await;
    let script = json!({"webhook": {"delay_ms": 3000}, "checkout": {"verify_ms": null}});
    jopay.script(script).await;
    let page = jopay.page(&order("ORD-13")).await;
    jopay.press(&page, "send").await;
    assert_eq!(merchant.got().len(), 0);
    merchant.wait_for(1).await;
    let recorded = |it: &Value| it["ipn"][0].is_object();
    let entry = jopay.sandbox.payment_where("ORD-13", recorded).await;
    let late =
        entry["ipn"][0]["sent_at_ms"].as_u64().unwrap() - entry["paid_at_ms"].as_u64().unwrap();
    assert!(late >= 3000, "{late}");
}

#[tokio::test]
async fn fields_can_be_replaced_and_metadata_left_out_under_a_good_signature() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::telling(&merchant).await;
    let fields = json!({"request_id": "req_1", "proof_status": null, "tx_hash": 7});
    jopay
        .script(json!({"webhook": {"fields": fields, "metadata": false}}))
        .await;
    jopay.request(&order("ORD-14")).await;
    jopay.control("ORD-14/attach").await;
    let got = merchant.wait_for(1).await;
    let sent = read(&got[0].body);
    assert_eq!(
        (
            &sent["request_id"],
            &sent["proof_status"],
            &sent["tx_hash"],
            sent.get("metadata")
        ),
        (&json!("req_1"), &Value::Null, &json!(7), None)
    );
    assert!(verify(&got[0], SECRET.as_bytes()).is_some());
}

#[tokio::test]
async fn none_is_sent_where_there_is_no_address_or_the_script_says_never() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::start().await;
    jopay.request(&order("ORD-15")).await;
    jopay.control("ORD-15/succeed").await;
    let register = json!({"url": merchant.ipn_url});
    jopay
        .sandbox
        .post("/sandbox/jopay/webhook", &register)
        .await;
    jopay.script(json!({"webhook": {"mode": "never"}})).await;
    jopay.request(&order("ORD-16")).await;
    jopay.control("ORD-16/succeed").await;
    // The next one's webhook arrives, so an earlier one would have.
    jopay.script(json!({})).await;
    jopay.request(&order("ORD-17")).await;
    jopay.control("ORD-17/attach").await;
    let got = merchant.wait_for(1).await;
    assert!(got.len() == 1 && got[0].body.contains("ORD-17"), "{got:?}");
    for order_id in ["ORD-15", "ORD-16"] {
        assert_eq!(jopay.sandbox.payment(order_id).await["ipn"], json!([]));
    }
}

#[tokio::test]
async fn address_secret_and_key_form_can_be_changed_while_it_runs() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::start().await;
    let secret = "ab".repeat(32);
    let register = json!({"url": merchant.ipn_url, "secret": secret, "key_form": "hex"});
    let answer = jopay
        .sandbox
        .post("/sandbox/jopay/webhook", &register)
        .await;
    let shown = json_of(answer).await;
    assert_eq!(
        shown,
        json!({"webhook": {"url": merchant.ipn_url, "key_form": "hex"}})
    );
    assert_eq!(
        json_of(jopay.sandbox.get("/sandbox/jopay/webhook").await).await,
        shown
    );
    jopay.request(&order("ORD-18")).await;
    jopay.control("ORD-18/attach").await;
    let got = merchant.wait_for(1).await;
    assert!(verify(&got[0], &bytes(&secret)).is_some());

    for (register, problem) in [
        (json!({"url": "ftp://x"}), "url: "),
        (json!({"url": null, "secret": "short"}), "secret: "),
        (json!({"url": null, "key_form": "base64"}), "key_form: "),
        (json!({"secrets": ""}), "secrets"),
    ] {
        let answer = jopay
            .sandbox
            .post("/sandbox/jopay/webhook", &register)
            .await;
        assert_eq!(answer.status(), 400);
        let said = json_of(answer).await["error"][0].to_string();
        assert!(said.contains(problem) && !said.contains("short"), "{said}");
    }
    assert_eq!(
        json_of(jopay.sandbox.get("/sandbox/jopay/webhook").await).await,
        shown
    );
}

/// The event of a body.
pub(super) fn event(body: &str) -> String {
    read(body)["event"].as_str().unwrap().to_owned()
}

fn read(body: &str) -> Value {
    serde_json::from_str(body).unwrap()
}

/// The time of a signature that verifies, in seconds, read as a merchant would: by name, over the raw body.
fn verify(one: &Notification, key: &[u8]) -> Option<u64> {
    let part = |name: &str| {
        let mut parts = one.signature.split(',').filter_map(|it| it.split_once('='));
        parts.find(|(it, _)| *it == name).map(|(_, value)| value)
    };
    let (v1, t) = (part("v1")?, part("t")?);
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let text = format!("{t}.{}", one.body);
    hmac::verify(&key, text.as_bytes(), &bytes(v1)).ok()?;
    t.parse().ok()
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "a merchant has a clock")]
fn now_s() -> u64 {
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

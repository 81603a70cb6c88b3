//! Webhooks: payload and signature, and how these go wrong.

use ring::hmac;
use serde_json::{Value, json};

use super::{EUR_SHOP, JoPay, LIVE_KEY, LIVE_SHOP, order};
use crate::{
    merchant::{Merchant, Notification},
    sandbox::json_of,
};

pub(super) const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

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

pub(super) fn read(body: &str) -> Value {
    serde_json::from_str(body).unwrap()
}

/// The time of a signature that verifies, in seconds, read as a merchant would: by name, over the raw body.
pub(super) fn verify(one: &Notification, key: &[u8]) -> Option<u64> {
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

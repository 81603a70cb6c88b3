//! The pay page, as a browser without JavaScript uses it.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{JoPay, order, statuses};
use crate::{merchant::Merchant, sandbox::header};

#[tokio::test]
async fn it_shows_what_to_send_and_every_choice() {
    let jopay = JoPay::start().await;
    let mut body = order("ORD-1");
    body["fiat_amount_int"] = json!(123_456_789);
    body["memo"] = json!("<script>alert(1)</script> & co");
    let page = jopay.page(&body).await;
    let answer = jopay.sandbox.http.get(&page).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(header(&answer, "content-security-policy").contains("default-src 'none'"));
    let html = answer.text().await.unwrap();
    for part in [
        "No money moves",
        "JoPay",
        "Sandbox shop (EUR)",
        "EUR 1,234,567.89",
        "1,435,544.058139 USDC",
        "0x1000000000004000800000000000097800000000",
        "ORD-1",
        "60 min, until 20",
        r#"id="send-exact""#,
        r#"id="send-too-little""#,
        r#"id="walk-away""#,
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
    assert!(!html.contains("<script"), "what merchants send is text");
    let style = jopay.sandbox.get("/jopay/checkout.css").await;
    assert_eq!(header(&style, "content-type"), "text/css");
}

#[tokio::test]
async fn the_first_look_opens_the_request() {
    let jopay = JoPay::start().await;
    let id = jopay.request(&order("ORD-2")).await;
    let page = format!("{}/jopay/pay/{id}", jopay.sandbox.base);
    assert_eq!(statuses(&jopay.shown(&id).await), ("requested", "none"));
    let head = jopay.sandbox.http.head(&page).send().await.unwrap();
    assert_eq!(head.status(), StatusCode::OK);
    assert_eq!(
        statuses(&jopay.shown(&id).await),
        ("requested", "none"),
        "a preview is no look"
    );
    jopay.html(&page).await;
    assert_eq!(statuses(&jopay.shown(&id).await), ("opened", "none"));
    jopay.html(&page).await;
    jopay.html(&format!("{page}?seen=sent")).await;
    let entry = jopay.sandbox.payment("ORD-2").await;
    assert_eq!(
        entry["opened"], 2,
        "its own redirects and refreshes are not counted"
    );
    assert!(entry["first_opened_at_ms"].as_u64() >= entry["created_at_ms"].as_u64());
}

#[tokio::test]
async fn the_exact_amount_is_attached_then_verified_and_ends_with_a_receipt() {
    let jopay = JoPay::start().await;
    jopay.script(json!({"checkout": {"verify_ms": 3000}})).await;
    let page = jopay.page(&order("ORD-3")).await;
    jopay.html(&page).await;
    let (status, html) = jopay.press(&page, "send").await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains(r#"id="verifying""#) && html.contains("http-equiv=\"refresh\""));
    assert!(html.contains("It will be verified in "), "{html}");
    let entry = jopay.sandbox.payment("ORD-3").await;
    assert_eq!(
        (
            &entry["status"],
            &entry["proof_status"],
            &entry["times_paid"]
        ),
        (&json!("pending"), &json!("attached"), &json!(1)),
        "the money has moved, and is not verified yet"
    );

    let html = jopay.html_with(&page, r#"id="receipt""#).await;
    assert!(
        html.contains("EUR 25.00 paid to Sandbox shop (EUR)"),
        "{html}"
    );
    assert!(
        !html.contains("http-equiv") && !html.contains("<a "),
        "nothing leads back"
    );
    let entry = jopay.sandbox.payment("ORD-3").await;
    assert_eq!(
        (
            &entry["status"],
            &entry["request_status"],
            &entry["proof_status"]
        ),
        (&json!("success"), &json!("opened"), &json!("verified"))
    );
    assert_eq!(
        (
            &entry["times_paid"],
            &entry["paid_amount"],
            &entry["received_usdc_micro"]
        ),
        (&json!(1), &json!("25.00"), &json!("29069767"))
    );
    let took = entry["verified_at_ms"].as_u64().unwrap() - entry["paid_at_ms"].as_u64().unwrap();
    assert!(took >= 3000, "{took}");
    assert_eq!(entry["settled_at_ms"], entry["verified_at_ms"]);
    assert!(html.contains(entry["tx_hash"].as_str().unwrap()));
}

#[tokio::test]
async fn a_second_press_sends_nothing_more() {
    let jopay = JoPay::start().await;
    jopay.script(json!({"checkout": {"verify_ms": null}})).await;
    let page = jopay.page(&order("ORD-4")).await;
    let (_, html) = jopay.press(&page, "send").await;
    assert!(
        html.contains("A test decides when it is verified"),
        "{html}"
    );
    for action in ["send", "send_too_little"] {
        let (_, html) = jopay.press(&page, action).await;
        assert!(html.contains(r#"id="verifying""#));
    }
    jopay.control("ORD-4/verify").await;
    let (_, html) = jopay.press(&page, "send").await;
    assert!(html.contains(r#"id="receipt""#));
    let entry = jopay.sandbox.payment("ORD-4").await;
    assert_eq!(
        results(&entry),
        ["attached", "already_sent", "already_sent", "already_sent"]
    );
    assert_eq!(
        (&entry["times_paid"], &entry["received_usdc_micro"]),
        (&json!(1), &json!("29069767"))
    );
}

#[tokio::test]
async fn too_little_stays_attached_and_the_exact_amount_still_helps() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::telling(&merchant).await;
    jopay.script(json!({"checkout": {"verify_ms": 0}})).await;
    let page = jopay.page(&order("ORD-5")).await;
    let (status, html) = jopay.press(&page, "send_too_little").await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        html.contains(r#"id="mismatch""#) && html.contains("29.059767 USDC arrived"),
        "{html}"
    );
    let entry = jopay.sandbox.payment("ORD-5").await;
    assert_eq!(
        (
            &entry["status"],
            &entry["proof_status"],
            &entry["times_paid"],
            &entry["paid_amount"]
        ),
        (
            &json!("pending"),
            &json!("attached"),
            &json!(0),
            &json!("0.00")
        )
    );
    assert_eq!(
        (&entry["received_usdc_micro"], &entry["paid_at_ms"]),
        (&json!("29059767"), &Value::Null)
    );
    assert_eq!(
        jopay.control("ORD-5/verify").await["result"],
        "nothing_to_verify"
    );

    jopay.press(&page, "send").await;
    jopay.html_with(&page, r#"id="receipt""#).await;
    let entry = jopay.sandbox.payment("ORD-5").await;
    assert_eq!(
        (&entry["times_paid"], &entry["received_usdc_micro"]),
        (&json!(1), &json!("58129534"))
    );
    let got = merchant.wait_for(3).await;
    let events: Vec<_> = got
        .iter()
        .map(|it| super::webhooks::event(&it.body))
        .collect();
    assert_eq!(
        events,
        [
            "payment.proof_attached",
            "payment.proof_attached",
            "payment.proof_verified"
        ]
    );
}

#[tokio::test]
async fn walking_away_pays_nothing() {
    let jopay = JoPay::start().await;
    let page = jopay.page(&order("ORD-6")).await;
    let answer = jopay.sandbox.press(&page, &[("action", "leave")]).await;
    assert!(header(&answer, "location").ends_with("?seen=left"));
    let (_, html) = jopay.html(&format!("{page}?seen=left")).await;
    assert!(html.contains(r#"id="left""#) && html.contains(r#"id="come-back""#));
    let entry = jopay.sandbox.payment("ORD-6").await;
    assert_eq!(
        (
            &entry["walked_away"],
            &entry["proof_status"],
            &entry["attempts"]
        ),
        (&json!(1), &json!("none"), &json!([]))
    );
}

#[tokio::test]
async fn what_is_over_cannot_be_paid_from_the_page() {
    let jopay = JoPay::start().await;
    for (order_id, part) in [("ORD-7", r#"id="expired""#), ("ORD-8", r#"id="cancelled""#)] {
        let id = jopay.request(&order(order_id)).await;
        let page = format!("{}/jopay/pay/{id}", jopay.sandbox.base);
        if order_id == "ORD-7" {
            jopay.control("ORD-7/expire").await;
        } else {
            jopay.cancel(&id).await;
        }
        let (status, html) = jopay.html(&page).await;
        assert_eq!(status, StatusCode::GONE);
        assert!(html.contains(part) && !html.contains("<button"), "{html}");
        let (_, html) = jopay.press(&page, "send").await;
        assert!(html.contains(part), "{html}");
        let entry = jopay.sandbox.payment(order_id).await;
        assert_eq!(
            (&entry["status"], &entry["times_paid"]),
            (&json!("failed"), &json!(0))
        );
    }
}

#[tokio::test]
async fn too_little_before_the_deadline_is_said_after_it() {
    let jopay = JoPay::start().await;
    let page = jopay.page(&order("ORD-9")).await;
    jopay.press(&page, "send_too_little").await;
    jopay.control("ORD-9/expire").await;
    let (status, html) = jopay.html(&page).await;
    assert_eq!(status, StatusCode::GONE);
    assert!(html.contains("29.059767 USDC arrived"), "{html}");
    let entry = jopay.sandbox.payment("ORD-9").await;
    assert_eq!(
        (
            &entry["request_status"],
            &entry["proof_status"],
            &entry["status"]
        ),
        (&json!("expired"), &json!("attached"), &json!("failed"))
    );
}

#[tokio::test]
async fn what_was_sent_in_time_is_verified_after_the_deadline() {
    let jopay = JoPay::start().await;
    jopay
        .script(json!({"expiry": {"pos_s": 2}, "checkout": {"verify_ms": 4000}}))
        .await;
    let id = jopay.request(&order("ORD-10")).await;
    let page = format!("{}/jopay/pay/{id}", jopay.sandbox.base);
    jopay.press(&page, "send").await;
    let expired = |it: &Value| it["request_status"] == "expired";
    let entry = jopay.sandbox.payment_where("ORD-10", expired).await;
    assert_eq!(
        (&entry["proof_status"], &entry["status"]),
        (&json!("attached"), &json!("failed"))
    );
    let (_, html) = jopay.html(&page).await;
    assert!(
        html.contains(r#"id="verifying""#),
        "money on its way is looked for"
    );

    jopay.html_with(&page, r#"id="receipt""#).await;
    assert_eq!(statuses(&jopay.shown(&id).await), ("expired", "verified"));
    assert_eq!(jopay.sandbox.payment("ORD-10").await["status"], "success");
}

#[tokio::test]
async fn a_closed_browser_does_not_stop_the_chain() {
    let merchant = Merchant::answering(&[crate::merchant::SILENCE]).await;
    let jopay = JoPay::telling(&merchant).await;
    jopay.script(json!({"checkout": {"verify_ms": 0}})).await;
    let page = jopay.page(&order("ORD-11")).await;
    // The page waits for the merchant's answer; the browser is closed meanwhile.
    let press = jopay.sandbox.http.post(&page).form(&[("action", "send")]);
    let press = tokio::spawn(press.send());
    merchant.wait_for(1).await;
    press.abort();
    let paid = |it: &Value| it["status"] == "success";
    jopay.sandbox.payment_where("ORD-11", paid).await;
}

#[tokio::test]
async fn an_unknown_button_or_address_does_nothing() {
    let jopay = JoPay::start().await;
    let page = jopay.page(&order("ORD-12")).await;
    let answer = jopay.sandbox.press(&page, &[("action", "steal")]).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer
            .text()
            .await
            .unwrap()
            .contains("Please press one of the buttons.")
    );
    assert_eq!(jopay.sandbox.payment("ORD-12").await["attempts"], json!([]));
    for id in ["00000000-0000-4000-8000-000000000000", "1", "%00"] {
        let page = format!("{}/jopay/pay/{id}", jopay.sandbox.base);
        let (status, html) = jopay.html(&page).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(html.contains(r#"id="unknown""#));
        let answer = jopay.sandbox.press(&page, &[("action", "send")]).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn its_opener_policy_is_a_script() {
    let jopay = JoPay::start().await;
    let page = jopay.page(&order("ORD-13")).await;
    for (script, expected) in [
        (json!({}), ""),
        (json!({"checkout": {"coop": "same-origin"}}), "same-origin"),
    ] {
        jopay.script(script).await;
        let answer = jopay.sandbox.http.get(&page).send().await.unwrap();
        assert_eq!(header(&answer, "cross-origin-opener-policy"), expected);
    }
}

fn results(entry: &Value) -> Vec<&str> {
    let attempts = entry["attempts"].as_array().unwrap().iter();
    attempts.map(|it| it["result"].as_str().unwrap()).collect()
}

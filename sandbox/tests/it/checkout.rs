//! The hosted checkout page, as a browser without JavaScript uses it.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    merchant::Merchant,
    sandbox::{CARD, NOWHERE, Sandbox, header, json_of, keeps_card, momo, order},
};

#[tokio::test]
async fn the_page_shows_the_order_and_every_choice() {
    let sandbox = Sandbox::start().await;
    let mut body = order("ORD-PAGE-001", NOWHERE);
    body["amount"] = json!(1250000);
    body["meta"] = json!({"description": "<script>alert(1)</script> & co"});
    let answer = json_of(sandbox.initiate(&body).await).await;
    let url = answer["data"]["redirect_url"]
        .as_str()
        .unwrap()
        .replace("localhost", "127.0.0.1");
    let page = sandbox.http.get(&url).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert_eq!(header(&page, "cross-origin-opener-policy"), "");
    assert!(header(&page, "content-security-policy").contains("default-src 'none'"));
    let html = page.text().await.unwrap();
    for part in [
        "No money moves",
        "JoyndPay",
        "UGX 1,250,000",
        "ORD-PAGE-001",
        "shop.example",
        r#"id="method-card""#,
        r#"id="method-momo""#,
        r#"id="pay-succeed""#,
        r#"id="pay-fail""#,
        r#"id="pay-slow""#,
        r#"id="walk-away""#,
        "4242 4242 4242 4242",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains("<script"), "what merchants send is text");
    let style = sandbox.get("/joyndpay/checkout.css").await;
    assert_eq!(header(&style, "content-type"), "text/css");
}

#[tokio::test]
async fn paying_tells_the_merchant_and_then_sends_the_browser_back() {
    let sandbox = Sandbox::start().await;
    let merchant = Merchant::start().await;
    let page = sandbox.pay_page("ORD-PAID-001", &merchant.ipn_url).await;
    sandbox.http.get(&page).send().await.unwrap();
    sandbox.http.get(&page).send().await.unwrap();

    let answer = sandbox.press(&page, &CARD).await;
    assert_eq!(merchant.got().len(), 1, "told before the browser is");
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        header(&answer, "location"),
        "http://shop.example/thanks?order=7",
        "unchanged"
    );
    assert_eq!(sandbox.status("ORD-PAID-001").await, "success");

    let payment = sandbox.payment("ORD-PAID-001").await;
    assert_eq!(payment["status"], "success");
    assert_eq!(payment["opened"], 2);
    assert_eq!(payment["times_paid"], 1);
    assert_eq!(payment["paid_at_ms"], payment["settled_at_ms"]);
    assert!(payment["paid_at_ms"].as_u64() >= payment["first_opened_at_ms"].as_u64());
    assert_eq!(results(&payment), [("card", "success", "settled")]);
    assert!(!keeps_card(&payment), "card numbers are not kept");
}

#[tokio::test]
async fn a_failed_payment_is_told_as_well() {
    let sandbox = Sandbox::start().await;
    let merchant = Merchant::start().await;
    let page = sandbox.pay_page("ORD-FAILED-1", &merchant.ipn_url).await;
    let answer = sandbox.press(&page, &momo("fail")).await;
    assert_eq!(
        header(&answer, "location"),
        "http://shop.example/thanks?order=7"
    );
    assert_eq!(sandbox.status("ORD-FAILED-1").await, "failed");
    let payment = sandbox.payment("ORD-FAILED-1").await;
    assert_eq!(payment["paid_at_ms"], Value::Null);
    assert_eq!(payment["times_paid"], 0);
    assert_eq!(results(&payment), [("mobile_money", "failed", "settled")]);
    let html = sandbox.html(&page).await;
    assert!(html.contains(r#"data-status="failed""#));
}

#[tokio::test]
async fn a_second_press_is_recorded_and_charges_nothing() {
    let sandbox = Sandbox::start().await;
    let merchant = Merchant::start().await;
    let page = sandbox.pay_page("ORD-DOUBLE-1", &merchant.ipn_url).await;
    let (first, second) = tokio::join!(sandbox.press(&page, &CARD), sandbox.press(&page, &CARD));
    let mut back = 0;
    for answer in [first, second] {
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        back += usize::from(header(&answer, "location").starts_with("http://shop.example"));
    }
    assert_eq!(back, 1);
    sandbox.press(&page, &momo("fail")).await;

    let payment = sandbox.payment("ORD-DOUBLE-1").await;
    assert_eq!(payment["times_paid"], 1);
    assert_eq!(
        results(&payment),
        [
            ("card", "success", "settled"),
            ("card", "success", "already_settled"),
            ("mobile_money", "failed", "already_settled"),
        ]
    );
    assert_eq!(merchant.got().len(), 1);
    let again = format!("{page}?seen=again");
    let html = sandbox.html(&again).await;
    assert!(
        html.contains(r#"data-status="success""#) && html.contains("Nothing was charged again")
    );
}

#[tokio::test]
async fn a_slow_payment_refreshes_its_page_until_it_succeeds() {
    let sandbox = Sandbox::start().await;
    sandbox.script(json!({"checkout": {"slow_ms": 3000}})).await;
    let page = sandbox.pay_page("ORD-SLOW-001", NOWHERE).await;
    let answer = sandbox.press(&page, &momo("slow")).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let waiting = header(&answer, "location").replace("localhost", "127.0.0.1");
    assert_eq!(waiting, format!("{page}?seen=waiting"));

    let processing = sandbox.http.get(&waiting).send().await.unwrap();
    let html = processing.text().await.unwrap();
    assert!(
        html.contains("http-equiv=\"refresh\"") && html.contains("id=\"processing\""),
        "{html}"
    );
    assert_eq!(sandbox.status("ORD-SLOW-001").await, "pending");
    sandbox.press(&page, &CARD).await;

    let payment = sandbox
        .payment_where("ORD-SLOW-001", |it| it["status"] == "success")
        .await;
    assert_eq!(
        results(&payment),
        [
            ("card", "success", "already_processing"),
            ("mobile_money", "success", "settled")
        ]
    );
    assert_eq!(payment["attempts"][1]["via"], "slow_page");
    assert_eq!(payment["opened"], 0, "refreshes are no openings");
    let done = sandbox.http.get(&waiting).send().await.unwrap();
    assert_eq!(
        header(&done, "location"),
        "http://shop.example/thanks?order=7"
    );
}

#[tokio::test]
async fn walking_away_leaves_the_payment_pending() {
    let sandbox = Sandbox::start().await;
    let merchant = Merchant::start().await;
    let page = sandbox.pay_page("ORD-WALK-001", &merchant.ipn_url).await;
    let answer = sandbox.press(&page, &[("action", "leave")]).await;
    let left = header(&answer, "location").replace("localhost", "127.0.0.1");
    let html = sandbox.html(&left).await;
    assert!(html.contains("still pending"), "{html}");
    let payment = sandbox.payment("ORD-WALK-001").await;
    assert_eq!(payment["status"], "pending");
    assert_eq!(payment["walked_away"], 1);
    assert_eq!(merchant.got().len(), 0);
    // Coming back, it can be paid.
    sandbox.press(&page, &CARD).await;
    assert_eq!(sandbox.status("ORD-WALK-001").await, "success");
}

#[tokio::test]
async fn missing_details_are_asked_for() {
    let sandbox = Sandbox::start().await;
    let page = sandbox.pay_page("ORD-DETAIL-1", NOWHERE).await;
    for (form, problem) in [
        (&[("action", "succeed")][..], "Please choose how to pay."),
        (
            &[("action", "succeed"), ("method", "momo"), ("phone", " ")],
            "Please enter the mobile money number.",
        ),
        (
            &[("action", "fail"), ("method", "card"), ("card_number", "4")],
            "Please enter the security code.",
        ),
        (
            &[("method", "momo"), ("phone", "1")],
            "Please press one of the buttons.",
        ),
    ] {
        let answer = sandbox.press(&page, form).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let html = answer.text().await.unwrap();
        assert!(html.contains(problem), "{problem}");
    }
    assert_eq!(sandbox.status("ORD-DETAIL-1").await, "pending");
}

#[tokio::test]
async fn the_script_sets_coop_and_keeps_the_browser() {
    let sandbox = Sandbox::start().await;
    sandbox
        .script(json!({"checkout": {"coop": "same-origin", "redirect": false}}))
        .await;
    let page = sandbox.pay_page("ORD-COOP-001", NOWHERE).await;
    let shown = sandbox.http.get(&page).send().await.unwrap();
    assert_eq!(header(&shown, "cross-origin-opener-policy"), "same-origin");
    let answer = sandbox.press(&page, &CARD).await;
    assert_eq!(header(&answer, "cross-origin-opener-policy"), "same-origin");
    assert_eq!(
        header(&answer, "location").replace("localhost", "127.0.0.1"),
        page
    );
    let html = sandbox.html(&page).await;
    assert!(html.contains(r#"data-status="success""#));
}

#[tokio::test]
async fn unknown_payments_have_no_page() {
    let sandbox = Sandbox::start().await;
    let page = sandbox.pay_page("ORD-KNOWN-01", NOWHERE).await;
    let wrong_mode = page.replace("/test/", "/live/");
    let wrong_id = format!(
        "{}/joyndpay/make/payment/test/{}",
        sandbox.base, "5e5964d8-15d0-42bd-80b2-b9828801594b"
    );
    let no_id = format!("{}/joyndpay/make/payment/test/%00..%2f", sandbox.base);
    for url in [wrong_mode, wrong_id, no_id] {
        let answer = sandbox.http.get(&url).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{url}");
        assert!(
            answer
                .text()
                .await
                .unwrap()
                .contains("There is no such payment")
        );
    }
}

/// Method, wanted status and result of every try to settle.
fn results(payment: &Value) -> Vec<(&str, &str, &str)> {
    let attempts = payment["attempts"].as_array().unwrap();
    attempts
        .iter()
        .map(|it| {
            let text = |key| it[key].as_str().unwrap();
            (text("method"), text("wanted"), text("result"))
        })
        .collect()
}

//! The payment page behind a link, as a browser without JavaScript uses it.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Jenga, single};
use crate::{
    merchant::Merchant,
    sandbox::{header, keeps_card},
};

#[tokio::test]
async fn it_shows_what_is_paid_for_and_every_choice() {
    let jenga = Jenga::start().await;
    let mut body = single("ORD0000000021");
    body["paymentLink"]["amount"] = json!(1_250_000);
    body["paymentLink"]["description"] = json!("<script>alert(1)</script> & co");
    let page = jenga.page(&body).await;
    let answer = jenga.sandbox.http.get(&page).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(header(&answer, "content-security-policy").contains("default-src 'none'"));
    let html = answer.text().await.unwrap();
    for part in [
        "No money moves",
        "Jenga",
        "KES 1,250,000",
        "Hotel Reservation",
        "ORD0000000021",
        r#"value="John Doe""#,
        r#"value="254764848636""#,
        r#"value="1250000" readonly"#,
        r#"id="method-mpesa" checked"#,
        r#"id="method-card""#,
        r#"id="method-equity""#,
        r#"id="pay-succeed""#,
        r#"id="pay-fail""#,
        r#"id="walk-away""#,
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains("<script"), "what merchants send is text");
    let style = jenga.sandbox.get("/jenga/checkout.css").await;
    assert_eq!(header(&style, "content-type"), "text/css");
}

#[tokio::test]
async fn paying_tells_the_merchant_and_then_sends_the_browser_back() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    let page = jenga.page(&single("ORD0000000022")).await;
    jenga.html(&page).await;
    let answer = jenga.press(&page, "succeed", &[]).await;
    assert_eq!(merchant.got().len(), 1, "told before the browser is");
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        header(&answer, "location"),
        "http://shop.example/thanks?order=7",
        "unchanged"
    );

    let entry = jenga.sandbox.payment("ORD0000000022").await;
    assert_eq!(entry["status"], "success");
    assert_eq!(entry["opened"], 1);
    assert_eq!(
        (&entry["times_paid"], &entry["paid_amount"]),
        (&json!(1), &json!("400"))
    );
    assert_eq!(entry["paid_at_ms"], entry["settled_at_ms"]);
    assert!(entry["paid_at_ms"].as_u64() >= entry["first_opened_at_ms"].as_u64());
    let mut attempt = entry["attempts"][0].clone();
    assert!(attempt["at_ms"].take().is_u64());
    assert_eq!(
        attempt["transaction_reference"]
            .take()
            .as_str()
            .unwrap()
            .len(),
        12
    );
    assert_eq!(
        attempt,
        json!({"at_ms": null, "via": "page", "method": "mpesa", "wanted": "success", "result": "paid", "customer": 1,
            "amount": "400", "currency": "KES", "phone": "2547*****678", "transaction_reference": null})
    );
    assert!(
        !entry.to_string().contains("254712345678"),
        "numbers are masked everywhere"
    );
}

#[tokio::test]
async fn without_a_redirect_the_page_itself_says_thank_you() {
    let jenga = Jenga::start().await;
    let mut body = single("ORD0000000023");
    body["paymentLink"]["redirectURL"] = json!("");
    let page = jenga.page(&body).await;
    let (status, html) = follow(&jenga, &page, "succeed", &[]).await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("your payment was received"), "{html}");
}

#[tokio::test]
async fn a_failed_payment_leaves_the_link_payable() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    let page = jenga.page(&single("ORD0000000024")).await;
    let (status, html) = follow(&jenga, &page, "fail", &[]).await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains(r#"id="failed""#) && html.contains(r#"id="pay-succeed""#));
    let entry = jenga.sandbox.payment("ORD0000000024").await;
    assert_eq!(
        (&entry["status"], &entry["times_paid"]),
        (&json!("pending"), &json!(0))
    );
    assert_eq!(entry["paid_at_ms"], Value::Null);
    jenga.press(&page, "succeed", &[]).await;
    let entry = jenga.sandbox.payment("ORD0000000024").await;
    assert_eq!(results(&entry), ["failed", "paid"]);
    assert_eq!(entry["status"], "success");
    let told: Vec<_> = merchant
        .got()
        .iter()
        .map(|it| status_of(&it.body))
        .collect();
    assert_eq!(told, ["FAILED", "SUCCESS"]);
}

#[tokio::test]
async fn a_second_press_is_recorded_and_charges_nothing() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    let page = jenga.page(&single("ORD0000000025")).await;
    let (first, second) = tokio::join!(
        jenga.press(&page, "succeed", &[]),
        jenga.press(&page, "succeed", &[])
    );
    let back = [first, second]
        .iter()
        .filter(|it| header(it, "location").starts_with("http://shop.example"))
        .count();
    assert_eq!(back, 1);
    let (_, html) = follow(&jenga, &page, "fail", &[]).await;
    assert!(html.contains(r#"id="already-paid""#) && html.contains("Nothing was charged again"));
    let (_, html) = jenga.html(&page).await;
    assert!(
        html.contains(r#"id="already-paid""#),
        "the link says so too"
    );
    assert!(html.contains(r#"href="http://shop.example/thanks?order=7""#));
    let entry = jenga.sandbox.payment("ORD0000000025").await;
    assert_eq!(results(&entry), ["paid", "already_paid", "already_paid"]);
    assert_eq!(entry["times_paid"], 1);
    assert_eq!(merchant.got().len(), 1);
}

#[tokio::test]
async fn an_expired_link_says_so_and_cannot_be_paid() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    let mut body = single("ORD0000000026");
    body["paymentLink"]["expiryDate"] = json!("2024-03-22");
    let page = jenga.page(&body).await;
    for (status, html) in [
        jenga.html(&page).await,
        follow(&jenga, &page, "succeed", &[]).await,
    ] {
        assert_eq!(status, StatusCode::GONE);
        assert!(
            html.contains("This link has expired") && html.contains("22 Mar 2024"),
            "{html}"
        );
    }
    let entry = jenga.sandbox.payment("ORD0000000026").await;
    assert_eq!(results(&entry), ["expired"]);
    assert_eq!(
        (&entry["expired"], &entry["times_paid"]),
        (&json!(true), &json!(0))
    );
    assert!(merchant.got().is_empty());
}

#[tokio::test]
async fn a_link_is_payable_on_its_last_day_in_nairobi() {
    let jenga = Jenga::start().await;
    for number in 0.. {
        let today = nairobi();
        let external_ref = format!("ORD00000000200{number}");
        let mut body = single(&external_ref);
        body["paymentLink"]["expiryDate"] = json!(today);
        let page = jenga.page(&body).await;
        jenga.press(&page, "succeed", &[]).await;
        // Midnight may have passed meanwhile: another try.
        if today == nairobi() {
            let entry = jenga.sandbox.payment(&external_ref).await;
            assert_eq!(
                (&entry["expired"], &entry["times_paid"]),
                (&json!(false), &json!(1))
            );
            return;
        }
    }
}

#[tokio::test]
async fn walking_away_leaves_the_link_pending() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    let page = jenga.page(&single("ORD0000000027")).await;
    let (_, html) = follow(&jenga, &page, "leave", &[]).await;
    assert!(
        html.contains(r#"id="left""#) && html.contains(r#"id="come-back""#),
        "{html}"
    );
    let entry = jenga.sandbox.payment("ORD0000000027").await;
    assert_eq!(
        (&entry["status"], &entry["walked_away"]),
        (&json!("pending"), &json!(1))
    );
    assert!(merchant.got().is_empty());
}

#[tokio::test]
async fn only_an_open_amount_can_be_changed() {
    let jenga = Jenga::start().await;
    for (option, paid) in [("OPEN", "150.50"), ("RESTRICTED", "400")] {
        let external_ref = format!("ORD{option}");
        let mut body = single(&external_ref);
        body["paymentLink"]["amountOption"] = json!(option);
        let page = jenga.page(&body).await;
        let (_, html) = jenga.html(&page).await;
        assert_eq!(html.contains(" readonly"), option == "RESTRICTED");
        jenga.press(&page, "succeed", &[("amount", "150.50")]).await;
        let entry = jenga.sandbox.payment(&external_ref).await;
        assert_eq!(entry["attempts"][0]["amount"], paid);
        assert_eq!(entry["amount"], "400", "what was asked for");
    }
}

#[tokio::test]
async fn each_way_to_pay_needs_its_details_and_forgets_them() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    let card = [
        ("card_number", "4242 4242 4242 4242"),
        ("card_expiry", "12 / 39"),
        ("card_cvc", "123"),
    ];
    for (number, (method, details, mode)) in [
        ("mpesa", &[][..], "MPESA"),
        ("card", &card, "CARD"),
        ("equity", &[("account", "1450160649886")], "PWE"),
    ]
    .into_iter()
    .enumerate()
    {
        let external_ref = format!("ORD000000003{number}");
        let page = jenga.page(&single(&external_ref)).await;
        let chosen = [&[("method", method)], details].concat();
        if !details.is_empty() {
            let answer = jenga.press(&page, "succeed", &[("method", method)]).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        }
        jenga.press(&page, "succeed", &chosen).await;
        let entry = jenga.sandbox.payment(&external_ref).await;
        assert_eq!(entry["attempts"][0]["method"], method);
        let got = merchant.wait_for(number + 1).await;
        let body: Value = serde_json::from_str(&got[number].body).unwrap();
        assert_eq!(body["transaction"]["paymentMode"], mode);
        assert!(!keeps_card(&entry) && !entry.to_string().contains("1450160649886"));
    }
}

#[tokio::test]
async fn what_is_missing_is_named_and_what_was_typed_is_kept() {
    let jenga = Jenga::start().await;
    let mut body = single("ORD0000000028");
    body["paymentLink"]["amountOption"] = json!("OPEN");
    let page = jenga.page(&body).await;
    for (field, value, problem) in [
        ("name", " ", "Please enter your name."),
        (
            "phone",
            "12",
            "Please enter your phone number with the country&#39;s code.",
        ),
        ("amount", "lots", "The amount must be a number."),
        ("amount", "0", "The amount must be greater than zero."),
        ("method", "shells", "Please choose how to pay."),
        ("action", "dance", "Please press one of the buttons."),
    ] {
        let answer = jenga
            .press(
                &page,
                "succeed",
                &[(field, value), ("account", "typed-before")],
            )
            .await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        let html = answer.text().await.unwrap();
        assert!(
            html.contains(problem) && html.contains("typed-before"),
            "{html}"
        );
    }
    assert_eq!(
        jenga.sandbox.payment("ORD0000000028").await["attempts"],
        json!([])
    );
}

#[tokio::test]
async fn the_redirect_and_the_opener_policy_are_a_script() {
    let jenga = Jenga::start().await;
    jenga
        .script(json!({"checkout": {"coop": "same-origin", "redirect": false}}))
        .await;
    let page = jenga.page(&single("ORD0000000029")).await;
    let shown = jenga.sandbox.http.get(&page).send().await.unwrap();
    assert_eq!(header(&shown, "cross-origin-opener-policy"), "same-origin");
    let answer = jenga.press(&page, "succeed", &[]).await;
    assert_eq!(header(&answer, "cross-origin-opener-policy"), "same-origin");
    assert_eq!(
        local(header(&answer, "location")),
        format!("{page}?seen=paid")
    );
}

#[tokio::test]
async fn unknown_links_have_no_page() {
    let jenga = Jenga::start().await;
    for link_ref in ["100000000000000", "%00..%2f", "x"] {
        let url = format!("{}/jenga/link/{link_ref}", jenga.sandbox.base);
        let (status, html) = jenga.html(&url).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(html.contains("There is no such payment link"), "{html}");
        assert_eq!(
            jenga.press(&url, "succeed", &[]).await.status(),
            StatusCode::NOT_FOUND
        );
    }
}

/// Presses a button and follows the redirect to the page.
async fn follow(
    jenga: &Jenga,
    page: &str,
    action: &str,
    more: &[(&str, &str)],
) -> (StatusCode, String) {
    let answer = jenga.press(page, action, more).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    jenga.html(&local(header(&answer, "location"))).await
}

/// The date there now, as in a request.
fn nairobi() -> String {
    let now = time::OffsetDateTime::now_utc().to_offset(time::macros::offset!(+3));
    let day = time::macros::format_description!("[year]-[month]-[day]");
    now.format(&day).unwrap()
}

fn local(url: &str) -> String {
    url.replace("localhost", "127.0.0.1")
}

fn results(entry: &Value) -> Vec<&str> {
    let attempts = entry["attempts"].as_array().unwrap().iter();
    attempts.map(|it| it["result"].as_str().unwrap()).collect()
}

fn status_of(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap();
    body["transaction"]["status"].as_str().unwrap().to_owned()
}

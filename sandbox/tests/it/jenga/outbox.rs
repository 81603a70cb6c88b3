//! The SMS and e-mails that lead to a link.

use serde_json::{Value, json};

use super::{Jenga, bulk, single};
use crate::sandbox::{Sandbox, header};

#[tokio::test]
async fn each_message_says_what_it_is_for_and_where_to_pay() {
    let jenga = Jenga::start().await;
    let link_ref = jenga.link(&single("ORD0000000101")).await;
    let mut messages = jenga.messages().await;
    assert!(messages.iter_mut().all(|it| it["at_ms"].take().is_u64()));
    let port = jenga.sandbox.base.rsplit(':').next().unwrap();
    let link = format!("http://localhost:{port}/jenga/link/{link_ref}");
    let text = format!(
        "Dear John Doe, please pay KES 400 for Hotel Reservation by 31 Dec 2099. Ref ORD0000000101. Pay here: {link}"
    );
    let message = |number: u32, channel: &str, to: &str, subject: Value| {
        json!({"number": number, "at_ms": null, "provider": "jenga", "channel": channel, "to": to, "name": "John Doe",
            "subject": subject, "text": text, "link": link, "order_id": "ORD0000000101", "payment_id": link_ref})
    };
    assert_eq!(
        messages,
        [
            message(
                2,
                "EMAIL",
                "john.doe@mail.example",
                json!("Pay KES 400 for Hotel Reservation")
            ),
            message(1, "SMS", "254764848636", json!(null)),
        ],
        "newest first"
    );
}

#[tokio::test]
async fn only_the_channels_that_were_asked_for_are_used() {
    let jenga = Jenga::start().await;
    for (notifications, channels) in [
        (json!(["SMS"]), &["SMS"][..]),
        (json!(["EMAIL"]), &["EMAIL"]),
        (json!([]), &[]),
        (json!(null), &[]),
        (json!(["SMS", "SMS"]), &["SMS"]),
    ] {
        jenga.sandbox.post("/sandbox/reset", &json!({})).await;
        let mut body = single("ORD0000000102");
        body["notifications"] = notifications;
        jenga.link(&body).await;
        let sent = jenga.messages().await;
        let sent: Vec<_> = sent
            .iter()
            .map(|it| it["channel"].as_str().unwrap())
            .collect();
        assert_eq!(sent, channels);
    }
}

#[tokio::test]
async fn each_customer_of_a_bulk_link_gets_a_link_that_knows_whose_it_is() {
    let jenga = Jenga::start().await;
    let link_ref = jenga.link(&bulk("ORD0000000103")).await;
    let messages = jenga.messages().await;
    let mut sent: Vec<_> = messages
        .iter()
        .map(|it| {
            (
                it["to"].as_str().unwrap(),
                it["link"].as_str().unwrap().rsplit('/').next().unwrap(),
            )
        })
        .collect();
    sent.sort_unstable();
    let (first, second) = (format!("{link_ref}?to=1"), format!("{link_ref}?to=2"));
    assert_eq!(
        sent,
        [
            ("254722577556", second.as_str()),
            ("254764848636", &first),
            ("cliff.sed@bank.example", &second),
            ("john.doe@mail.example", &first),
        ]
    );
}

#[tokio::test]
async fn an_update_is_sent_anew() {
    let jenga = Jenga::start().await;
    let link_ref = jenga.link(&single("ORD0000000104")).await;
    let mut body = single("ORD0000000104");
    body["paymentLink"]["paymentLinkRef"] = json!(link_ref);
    body["paymentLink"]["amount"] = json!(500);
    jenga.link(&body).await;
    let messages = jenga.messages().await;
    assert_eq!(messages.len(), 4);
    assert!(messages[0]["text"].as_str().unwrap().contains("KES 500"));
    assert_eq!(messages[0]["link"], messages[3]["link"]);
}

#[tokio::test]
async fn the_page_lists_them_newest_first_with_links_that_open_the_payment_page() {
    let jenga = Jenga::start().await;
    let mut body = single("ORD0000000105");
    body["customers"][0]["firstName"] = json!("<script>John");
    let link_ref = jenga.link(&body).await;
    let answer = jenga.sandbox.get("/outbox").await;
    assert!(header(&answer, "content-security-policy").contains("default-src 'none'"));
    let html = answer.text().await.unwrap();
    let at = |what: &str| {
        html.find(what)
            .unwrap_or_else(|| panic!("{what} is missing in {html}"))
    };
    assert!(at(r#"id="message-2""#) < at(r#"id="message-1""#));
    let link = format!("/jenga/link/{link_ref}\"");
    for part in [
        "These messages were never sent",
        "254764848636",
        "john.doe@mail.example",
        "just now",
        &link,
    ] {
        at(part);
    }
    assert!(!html.contains("<script"), "what merchants send is text");
    let style = jenga.sandbox.get("/outbox.css").await;
    assert_eq!(header(&style, "content-type"), "text/css");
}

#[tokio::test]
async fn an_empty_outbox_says_what_it_is_for() {
    let sandbox = Sandbox::start().await;
    let html = sandbox.get("/outbox").await.text().await.unwrap();
    assert!(html.contains("No messages yet"), "{html}");
    let json = sandbox.get("/sandbox/outbox").await.text().await.unwrap();
    assert_eq!(json, r#"{"messages":[]}"#);
}

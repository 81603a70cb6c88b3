//! Bad requests to the backend over HTTP: a clear error that names the culprit, no panic, nothing lost.

use malipo_e2e::world::in_browser;
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

#[test]
fn bad_requests_over_http_are_answered_with_what_is_wrong() {
    in_browser(async |world| {
        let client = reqwest::Client::new();
        let (origin, server) = (world.stack.shop.origin(), &world.stack.server_origin);
        let back = world.shop_url();
        let long = "x".repeat(1 << 20);
        let order = |id: &str| {
            json!({ "order_id": id, "amount": "1000", "currency": "UGX", "return_url": back })
                .to_string()
        };
        let text = "application/json";
        let cases: Vec<(&str, &str, String, u16, &str)> = vec![
            ("initiate", text, "{".into(), 400, "JSON"),
            ("initiate", text, String::new(), 400, "JSON"),
            ("initiate", text, "[]".into(), 400, ""),
            ("initiate", text, "null".into(), 400, ""),
            ("initiate", text, "[".repeat(10_000), 400, ""),
            ("initiate", "text/plain", order("ORDER-1"), 415, "application/json"),
            ("initiate", "application/x-www-form-urlencoded", "a=b".into(), 415, "application/json"),
            ("initiate", text, order(&long), 413, ""),
            ("initiate", text, order("no spaces"), 400, "order_id"),
            ("initiate", text, order("\u{0}"), 400, "order_id"),
            ("initiate", text, order("../x"), 400, "order_id"),
            ("initiate", text, json!({ "order_id": "A1", "amount": 5, "currency": "UGX", "return_url": back }).to_string(), 400, "amount"),
            ("initiate", text, json!({ "order_id": "A1", "amount": "-5", "currency": "UGX", "return_url": back }).to_string(), 400, "amount"),
            ("initiate", text, json!({ "order_id": "A1", "amount": "5", "currency": "shilling", "return_url": back }).to_string(), 400, "currency"),
            ("initiate", text, json!({ "order_id": "A1", "amount": "5", "currency": "UGX", "return_url": "https://evil.example/" }).to_string(), 400, "return_url"),
            ("initiate", text, json!({ "sku": "no-such", "return_url": back }).to_string(), 400, "sku"),
            ("initiate", text, json!({ "quote": "a.b.c", "return_url": back }).to_string(), 400, "quote"),
            ("verify", text, "{".into(), 400, "JSON"),
            ("verify", "text/plain", "{}".into(), 415, "application/json"),
            ("verify", text, json!({ "order_id": long }).to_string(), 413, ""),
            ("verify", text, json!({ "order_id": "UNKNOWN-1", "token": "x" }).to_string(), 404, ""),
            ("cancel", text, "{}".into(), 400, "order_id"),
        ];
        let mut wrong = Vec::new();
        for (route, kind, body, status, names) in cases {
            let shown: String = body.chars().take(60).collect();
            let sent = client
                .post(format!("{server}/pay/{route}"))
                .header("origin", origin)
                .header("content-type", kind)
                .header(
                    "idempotency-key",
                    "\"6c6f6a10-9a3e-4a57-a1b0-6a0c2b0a7d11\"",
                )
                .body(body);
            let answer = answer(sent).await;
            let got = answer.status().as_u16();
            let answer: Value = answer.json().await.unwrap_or_default();
            let sentence = answer["error"][0].as_str().unwrap_or_default();
            if got != status
                || answer["status"] != "error"
                || sentence.is_empty()
                || !sentence.contains(names)
            {
                wrong.push(format!(
                    "{route} {shown}: {got} {answer}, wanted {status} {names:?}"
                ));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        let foreign = client
            .post(format!("{server}/pay/initiate"))
            .header("origin", "https://evil.example")
            .header("content-type", text)
            .body("{}");
        assert_eq!(foreign.send().await.unwrap().status().as_u16(), 403);
        let health = client
            .get(format!("{server}/healthz"))
            .send()
            .await
            .unwrap();
        assert!(health.status().is_success());
        assert!(world.stack.ledger().await.is_empty());
    });
}

/// An answer that comes before the body was read to its end may be lost with the connection, as HTTP allows: asked again then.
async fn answer(request: RequestBuilder) -> Response {
    for _ in 0..3 {
        if let Ok(answer) = request.try_clone().unwrap().send().await {
            return answer;
        }
    }
    request.send().await.unwrap()
}

//! Bad input: a clear 4xx that names the culprit, never a 500, never an echo of what was sent.

use axum::http::StatusCode;
use serde_json::json;

use crate::world::{SHOP, World, key};

#[tokio::test]
async fn bad_bodies_are_named() {
    let world = World::new().await;
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let cases: Vec<(&str, Vec<u8>, u16, &str)> = vec![
        ("/pay/verify", b"".to_vec(), 400, "the body is not JSON"),
        ("/pay/verify", b"{".to_vec(), 400, "the body is not JSON"),
        (
            "/pay/verify",
            b"{\"order_id\":\"a\",}".to_vec(),
            400,
            "the body is not JSON",
        ),
        (
            "/pay/verify",
            b"\xef\xbb\xbf{\"order_id\":\"a\"}".to_vec(),
            400,
            "the body is not JSON",
        ),
        (
            "/pay/verify",
            b"{\"order_id\":\"\xff\"}".to_vec(),
            400,
            "the body is not JSON",
        ),
        (
            "/pay/verify",
            b"{\0\"\0}\0".to_vec(),
            400,
            "the body is not JSON",
        ),
        (
            "/pay/verify",
            b"{\"order_id\":\"a\"} x".to_vec(),
            400,
            "the body goes on",
        ),
        (
            "/pay/verify",
            deep.clone().into_bytes(),
            400,
            "the body is not",
        ),
        (
            "/pay/verify",
            format!("{{\"order_id\":{deep}}}").into_bytes(),
            400,
            "order_id:",
        ),
        (
            "/pay/verify",
            b"[\"a\"]".to_vec(),
            400,
            "the body is not a JSON object",
        ),
        (
            "/pay/verify",
            b"null".to_vec(),
            400,
            "the body is not a JSON object",
        ),
        (
            "/pay/verify",
            b"5".to_vec(),
            400,
            "the body is not a JSON object",
        ),
        ("/pay/verify", b"{}".to_vec(), 400, "order_id: missing"),
        (
            "/pay/verify",
            b"{\"order_id\":5}".to_vec(),
            400,
            "order_id: of a wrong kind",
        ),
        (
            "/pay/verify",
            b"{\"order_id\":null}".to_vec(),
            400,
            "order_id: of a wrong kind",
        ),
        (
            "/pay/verify",
            b"{\"order_id\":\"a\",\"order_id\":\"b\"}".to_vec(),
            400,
            "order_id: given twice",
        ),
        (
            "/pay/verify",
            b"{\"order_id\":\"a\",\"price\":-1}".to_vec(),
            400,
            "price: unknown",
        ),
        (
            "/pay/verify",
            b"{\"order_id\":\"a\",\"<script>\":-1}".to_vec(),
            400,
            "a field: unknown",
        ),
        ("/pay/initiate", b"{}".to_vec(), 400, "return_url: missing"),
        (
            "/pay/initiate",
            json!({"return_url": "x", "amount": 10000})
                .to_string()
                .into_bytes(),
            400,
            "amount: of a wrong kind",
        ),
        (
            "/pay/initiate",
            json!({"return_url": "x", "quantity": -1})
                .to_string()
                .into_bytes(),
            400,
            "quantity: of a wrong kind",
        ),
        (
            "/pay/initiate",
            b"{\"return_url\":\"x\",\"quantity\":1e309}".to_vec(),
            400,
            "quantity: of a wrong kind",
        ),
        (
            "/pay/initiate",
            b"{\"return_url\":\"x\",\"quantity\":1.5}".to_vec(),
            400,
            "quantity: of a wrong kind",
        ),
        (
            "/pay/initiate",
            b"{\"return_url\":\"x\",\"amount\":NaN}".to_vec(),
            400,
            "the body is not JSON",
        ),
        (
            "/pay/initiate",
            json!({"return_url": "x", "customer": "me"})
                .to_string()
                .into_bytes(),
            400,
            "customer: of a wrong kind",
        ),
        (
            "/pay/initiate",
            json!({"return_url": "x", "customer": {"phone": 256}})
                .to_string()
                .into_bytes(),
            400,
            "customer.phone: of a wrong kind",
        ),
        (
            "/pay/initiate",
            json!({"return_url": "x", "customer": {"vip": true}})
                .to_string()
                .into_bytes(),
            400,
            "customer.vip: unknown",
        ),
        (
            "/pay/initiate",
            format!("{{\"order_id\":\"{}\"}}", "a".repeat(1 << 20)).into_bytes(),
            413,
            "the body is too large",
        ),
    ];
    for (path, body, expected, names) in cases {
        let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        let headers = [("content-type", "application/json"), ("origin", SHOP)];
        let reply = world.send("POST", path, &headers, body).await;
        let (status, code, sentence) = reply.error();
        assert_eq!(
            (status, code.as_str()),
            (expected, "bad-option"),
            "{shown} {sentence}"
        );
        assert!(sentence.starts_with(names), "{shown}: {sentence}");
        assert!(!reply.text.contains("<script>"), "{reply:?}");
    }
}

#[tokio::test]
async fn hostile_order_ids_are_refused_everywhere() {
    let world = World::with("allow_client_amounts = true").await;
    for id in [
        "",
        " ",
        "a b",
        "../../etc/passwd",
        "%00",
        "a\0b",
        "é",
        "😀",
        "\u{202e}abc",
        "' OR 1=1 --",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "a/b",
        &"a".repeat(65),
        &"a".repeat(60_000),
    ] {
        let bodies = [
            (
                "/pay/initiate",
                json!({"order_id": id, "amount": "1", "currency": "UGX", "return_url": format!("{SHOP}/")}),
            ),
            ("/pay/verify", json!({"order_id": id, "token": "x"})),
            ("/pay/cancel", json!({"order_id": id, "token": "x"})),
        ];
        for (path, body) in bodies {
            let headers = [
                ("content-type", "application/json"),
                ("idempotency-key", &*key()),
            ];
            let (status, code, sentence) = world
                .send("POST", path, &headers, body.to_string())
                .await
                .error();
            assert_eq!(
                (status, code.as_str()),
                (400, "bad-option"),
                "{path} {id:.40}"
            );
            assert!(
                sentence.starts_with("order_id:") && sentence.len() < 200,
                "{sentence}"
            );
        }
    }
    for path in [
        "/pay/events",
        "/pay/events?order_id=%00",
        "/pay/events?order_id=%ff",
        "/pay/events?order_id=a&order_id=b",
        "/pay/events?x",
    ] {
        assert_eq!(
            world.send("GET", path, &[], "").await.error().0,
            400,
            "{path}"
        );
    }
}

#[tokio::test]
async fn hostile_texts_reach_the_provider_as_texts() {
    let world = World::with("allow_client_amounts = true").await;
    for (field, text, expected) in [
        ("name", "Robert'); DROP TABLE orders;--\u{202e}<b>", 200),
        ("email", "a\r\nBcc: x@y", 200),
        ("phone", &"1".repeat(33), 400),
        ("name", "a\0b", 400),
        ("email", &"x".repeat(300), 400),
    ] {
        let order = uuid::Uuid::new_v4().to_string();
        let body = json!({"order_id": order, "amount": "1", "currency": "UGX", "customer": {field: text}, "return_url": format!("{SHOP}/")});
        let reply = world.initiate(&key(), &body).await;
        assert_eq!(reply.status, expected, "{field} {text:?} {reply:?}");
        if expected == 400 {
            assert!(reply.error().2.starts_with(&format!("customer.{field}:")));
        }
    }
}

#[tokio::test]
async fn other_content_types_and_methods_are_refused() {
    let world = World::new().await;
    for media_type in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/json",
    ] {
        let headers = [("content-type", media_type), ("origin", SHOP)];
        let reply = world
            .send("POST", "/pay/verify", &headers, "{\"order_id\":\"a\"}")
            .await;
        assert_eq!(reply.error().0, 415, "{media_type}");
    }
    let headers = [("content-type", "Application/JSON; charset=utf-8")];
    assert_eq!(
        world
            .send("POST", "/pay/verify", &headers, "{\"order_id\":\"a\"}")
            .await
            .status,
        404
    );
    for (method, path) in [
        ("GET", "/pay/verify"),
        ("PUT", "/pay/initiate"),
        ("POST", "/pay/events"),
        ("DELETE", "/healthz"),
    ] {
        let reply = world.send(method, path, &[], "").await;
        assert_eq!(
            reply.status,
            StatusCode::METHOD_NOT_ALLOWED.as_u16(),
            "{method} {path}"
        );
        assert!(!reply.header("allow").is_empty());
        reply.error();
    }
    assert_eq!(
        world.send("GET", "/nothing/here", &[], "").await.error().0,
        404
    );
}

#[tokio::test]
async fn broken_requests_break_nothing() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let world = World::new().await;
    let address = world.base.strip_prefix("http://").unwrap();
    let many = (0..10_000)
        .map(|it| format!("x-{it}: 1\r\n"))
        .collect::<String>();
    for text in [
        "GARBAGE\r\n\r\n".to_owned(),
        "POST /pay/verify HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
        "POST /pay/verify HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n".to_owned(),
        "POST /pay/verify HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef".to_owned(),
        format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{many}\r\n"),
        format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "a".repeat(1 << 20)),
        "GET /healthz HTTP/1.0\r\n\r\n".to_owned(),
    ] {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        // The server may answer and close before all of it is sent.
        let _ = stream.write_all(text.as_bytes()).await;
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        let _ = tokio::time::timeout(std::time::Duration::from_millis(300), read).await;
        assert!(!answer.starts_with(b"HTTP/1.1 5"), "{}", String::from_utf8_lossy(&answer));
    }
    assert_eq!(world.send("GET", "/healthz", &[], "").await.status, 200);
    assert_eq!(world.send("GET", "/readyz", &[], "").await.status, 200);
}

#[tokio::test]
async fn paths_that_are_no_text_are_refused_like_any_other() {
    let world = World::new().await;
    let shop = format!("Bearer {}", crate::world::SHOP_KEY);
    for (method, path, expected) in [
        ("POST", "/pay/notify/joyndpay/%ff", 401),
        ("POST", "/pay/notify/%ff/%ff", 401),
        ("POST", "/pay/notify/%ff", 401),
        ("GET", "/api/orders/%ff", 400),
    ] {
        let headers = [("authorization", shop.as_str())];
        let reply = world.send(method, path, &headers, "").await;
        assert_eq!(reply.error().0, expected, "{path} {reply:?}");
    }
    let unproven = world.send("GET", "/api/orders/%ff", &[], "").await;
    assert_eq!(unproven.error().0, 401);
    let file = world.send("GET", "/malipo/%ff", &[], "").await;
    assert_eq!(
        (file.status, &file.json()["code"]),
        (404, &json!("bad-option"))
    );
}

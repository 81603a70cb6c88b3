//! Who may call from a browser: every route times every origin that is not the shop's.

use serde_json::json;

use crate::world::{SHOP, World, key, quote, quoted};

/// Each resembles a shop's origin (`http://127.0.0.1:8000`, `https://shop.example`) and is none.
const FOREIGN: [&str; 18] = [
    "null",
    "",
    "*",
    "https://evil.example",
    "https://shop.example.evil.example",
    "https://evilshop.example",
    "https://a.shop.example",
    "https://shop.example.",
    "https://shop.example:443",
    "https://shop.example:8443",
    "https://SHOP.example",
    "https://shop.example/",
    "https://shop.example https://evil.example",
    "https://user@shop.example",
    "http://shop.example",
    "http://localhost:8000",
    "http://127.0.0.1",
    "file://",
];

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// What pages of shops call: method, path, content type, body.
fn calls() -> Vec<(&'static str, &'static str, &'static str, String)> {
    let status = json!({"order_id": "ORDER-0000001", "token": "x"}).to_string();
    let form = format!("quote={}", quote("ORDER-0000001", "10000", 3600));
    vec![
        (
            "POST",
            "/pay/initiate",
            JSON,
            quoted("ORDER-0000001").to_string(),
        ),
        ("POST", "/pay/verify", JSON, status.clone()),
        ("POST", "/pay/cancel", JSON, status),
        (
            "GET",
            "/pay/events?order_id=ORDER-0000001",
            "",
            String::new(),
        ),
        ("POST", "/pay/checkout", FORM, form),
    ]
}

#[tokio::test]
async fn no_foreign_origin_gets_in_anywhere() {
    let world = World::with(super::NO_CEILING).await;
    for (method, path, media_type, body) in calls() {
        for origin in FOREIGN {
            let key = key();
            let headers = [
                ("origin", origin),
                ("content-type", media_type),
                ("idempotency-key", key.as_str()),
                ("authorization", "Bearer x"),
            ];
            let reply = world.send(method, path, &headers, body.clone()).await;
            assert_eq!(reply.status, 403, "{path} {origin:?} {reply:?}");
            let allowed = reply.header("access-control-allow-origin");
            assert_eq!(allowed, "", "{path} {origin:?}");
            let preflight = [
                ("origin", origin),
                ("access-control-request-method", method),
                ("access-control-request-headers", "content-type"),
            ];
            let reply = world.send("OPTIONS", path, &preflight, "").await;
            assert!(
                reply.status == 403 || reply.status == 405,
                "{path} {reply:?}"
            );
            let allowed = reply.header("access-control-allow-origin");
            assert_eq!(allowed, "", "{path} {origin:?}");
        }
        // Two of them: whichever one a proxy believes, the server believes neither.
        for pair in [[SHOP, "https://evil.example"], [SHOP, SHOP]] {
            let headers = pair.map(|it| ("origin", it));
            let reply = world.send(method, path, &headers, "").await;
            assert_eq!(reply.status, 403, "{path} {pair:?} {reply:?}");
        }
    }
    assert_eq!(world.fake.mind(|it| it.opens), 0, "nothing was begun");
}

/// What another site's form, image or script can send without a preflight.
#[tokio::test]
async fn what_a_page_can_send_without_being_asked_begins_nothing() {
    let world = World::with(super::NO_CEILING).await;
    for (method, path, media_type, body) in calls() {
        for simple in ["text/plain", FORM, "multipart/form-data; boundary=x", ""] {
            // Without Origin: an old browser, or one that was told to leave it out.
            let headers = [("content-type", simple)];
            let reply = world.send(method, path, &headers, body.clone()).await;
            let refused = matches!(reply.status, 403 | 404 | 415);
            assert!(refused, "{method} {path} {simple} {reply:?}");
        }
        if method == "POST" && media_type == JSON {
            let as_query = format!("{path}?{body}");
            let reply = world.send("GET", &as_query, &[], "").await;
            assert_eq!(reply.status, 405, "{path}");
        }
    }
    assert_eq!(world.fake.mind(|it| it.opens), 0, "nothing was begun");
}

#[tokio::test]
async fn what_is_not_for_pages_can_be_read_by_none() {
    let world = World::with("admin.token = \"ADMIN-CANARY-9-ADMIN-CANARY-9\"").await;
    world.opened("ORDER-0000001").await;
    let shop = format!("Bearer {}", crate::world::SHOP_KEY);
    for (method, path) in [
        ("GET", "/api/orders/ORDER-0000001"),
        ("OPTIONS", "/api/orders/ORDER-0000001"),
        ("GET", "/metrics"),
        ("GET", "/readyz"),
        ("GET", "/admin"),
        ("POST", "/pay/notify/joyndpay/x"),
        ("GET", "/pay/return?of=x"),
        ("GET", "/pay/link/x"),
    ] {
        for origin in [SHOP, "https://evil.example"] {
            let headers = [
                ("origin", origin),
                ("authorization", shop.as_str()),
                ("access-control-request-method", "GET"),
            ];
            let reply = world.send(method, path, &headers, "").await;
            for header in [
                "access-control-allow-origin",
                "access-control-allow-credentials",
            ] {
                assert_eq!(reply.header(header), "", "{method} {path} {origin}");
            }
            assert_eq!(reply.header("x-content-type-options"), "nosniff");
        }
    }
}

/// Pages, answers for programs, files, refusals: none is rendered as something else, framed, or told from where one came.
#[tokio::test]
async fn every_answer_keeps_to_itself() {
    let world = World::with("admin.token = \"ADMIN-CANARY-9-ADMIN-CANARY-9\"").await;
    for (method, path) in [
        ("POST", "/pay/initiate"),
        ("POST", "/pay/verify"),
        ("GET", "/pay/events?order_id=ORDER-0000001"),
        ("POST", "/pay/checkout"),
        ("GET", "/pay/return?of=x"),
        ("GET", "/pay/link/x"),
        ("POST", "/pay/notify/joyndpay/x"),
        ("GET", "/api/orders/ORDER-0000001"),
        ("GET", "/malipo/page.css"),
        ("GET", "/malipo/none.js"),
        ("GET", "/admin"),
        ("GET", "/healthz"),
        ("GET", "/metrics"),
        ("GET", "/nothing"),
        ("PUT", "/pay/verify"),
    ] {
        let reply = world.send(method, path, &[], "").await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
        let policy = reply.header("content-security-policy");
        for rule in [
            "default-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(rule), "{path} {policy:?}");
        }
        assert!(!policy.contains("unsafe"), "{path} {policy}");
        assert!(
            !reply.header("content-type").is_empty() || reply.text.is_empty(),
            "{path}"
        );
    }
}

//! Who may call from a browser.

use serde_json::json;

use crate::world::{SHOP, World, key, quoted};

#[tokio::test]
async fn only_the_shops_origins_get_in() {
    let world = World::new().await;
    let body = quoted("ORDER-0000001").to_string();
    let cases = [
        (Some(SHOP), 200),
        (Some("https://shop.example"), 200),
        (Some("http://127.0.0.1:9"), 200),
        (None, 200),
        (Some("null"), 403),
        (Some(""), 403),
        (Some("https://evil.example"), 403),
        (Some("https://shop.example.evil.example"), 403),
        (Some("https://a.shop.example"), 403),
        (Some("http://shop.example"), 403),
        (Some("https://shop.example:443"), 403),
        (Some("https://SHOP.example"), 403),
        (Some("https://shop.example/"), 403),
    ];
    for (origin, expected) in cases {
        let key = key();
        let mut headers = vec![
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
        ];
        headers.extend(origin.map(|it| ("origin", it)));
        let reply = world
            .send("POST", "/pay/initiate", &headers, body.clone())
            .await;
        assert_eq!(reply.status, expected, "{origin:?} {reply:?}");
        let allowed = reply.header("access-control-allow-origin");
        assert_eq!(
            allowed,
            if expected == 200 {
                origin.unwrap_or("")
            } else {
                ""
            },
            "{origin:?}"
        );
        assert!(reply.header("vary").contains("origin"), "{reply:?}");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("access-control-allow-credentials"), "");
        if expected == 200 {
            assert_eq!(reply.header("access-control-expose-headers"), "retry-after");
        } else {
            reply.error();
        }
    }
}

#[tokio::test]
async fn a_preflight_is_answered_for_two_hours() {
    let world =
        World::with("cors.allow_headers = [\"X-Csrf-Token\"]\ncors.credentials = true").await;
    for path in ["/pay/initiate", "/pay/verify", "/pay/cancel", "/pay/events"] {
        let ask = |origin| {
            [
                ("origin", origin),
                ("access-control-request-method", "POST"),
                (
                    "access-control-request-headers",
                    "content-type,idempotency-key",
                ),
            ]
        };
        let reply = world.send("OPTIONS", path, &ask(SHOP), "").await;
        assert_eq!((reply.status, reply.text.as_str()), (200, ""), "{reply:?}");
        assert_eq!(reply.header("access-control-allow-origin"), SHOP);
        assert_eq!(
            reply.header("access-control-allow-headers"),
            "content-type,idempotency-key,authorization,x-csrf-token"
        );
        assert_eq!(reply.header("access-control-max-age"), "7200");
        assert_eq!(reply.header("access-control-allow-credentials"), "true");
        assert!(reply.header("vary").contains("origin"));
        let reply = world
            .send("OPTIONS", path, &ask("https://evil.example"), "")
            .await;
        assert_eq!(
            (reply.status, reply.header("access-control-allow-origin")),
            (403, "")
        );
    }
}

#[tokio::test]
async fn unknown_orders_and_wrong_tokens_are_one_answer() {
    let world = World::new().await;
    let answer = world.opened("ORDER-0000001").await;
    let other = world.opened("ORDER-0000002").await;
    let token = answer["token"].as_str().unwrap();
    assert!(43 <= token.len());
    let mut flipped = token.to_owned();
    flipped.replace_range(..1, if token.starts_with('A') { "B" } else { "A" });
    let mut texts = std::collections::BTreeSet::new();
    for body in [
        json!({"order_id": "ORDER-0000009", "token": token}),
        json!({"order_id": "ORDER-0000001"}),
        json!({"order_id": "ORDER-0000001", "token": ""}),
        json!({"order_id": "ORDER-0000001", "token": "x"}),
        json!({"order_id": "ORDER-0000001", "token": flipped}),
        json!({"order_id": "ORDER-0000001", "token": other["token"]}),
        json!({"order_id": "ORDER-0000001", "token": "x".repeat(10_000)}),
    ] {
        for path in ["/pay/verify", "/pay/cancel"] {
            let reply = world.post(path, &body).await;
            assert_eq!(reply.status, 404, "{body}");
            texts.insert(reply.text);
        }
        let path = format!(
            "/pay/events?order_id={}",
            body["order_id"].as_str().unwrap()
        );
        let bearer = format!("Bearer {}", body["token"].as_str().unwrap_or_default());
        let reply = world
            .send("GET", &path, &[("authorization", &bearer)], "")
            .await;
        assert_eq!(reply.status, 404, "{body}");
        texts.insert(reply.text);
    }
    assert_eq!(texts.len(), 1, "{texts:?}");
}

#[tokio::test]
async fn the_record_is_for_the_shops_server_alone() {
    let world = World::new().await;
    world.opened("ORDER-0000001").await;
    for bearer in [
        "",
        "Bearer",
        "Bearer x",
        "Basic SHOP-API-CANARY-4-SHOP",
        "Bearer SHOP-API-CANARY-4-SHO",
    ] {
        let reply = world
            .send(
                "GET",
                "/api/orders/ORDER-0000001",
                &[("authorization", bearer)],
                "",
            )
            .await;
        assert_eq!(reply.error().0, 401, "{bearer}");
    }
    let record = world.record("ORDER-0000001").await;
    for (name, value) in [
        ("order_id", json!("ORDER-0000001")),
        ("status", json!("pending")),
        ("amount", json!("10000")),
        ("currency", json!("UGX")),
        ("provider", json!("joyndpay")),
        ("test", json!(true)),
        ("late", json!(false)),
    ] {
        assert_eq!(record[name], value, "{record}");
    }
    assert_eq!(world.record("ORDER-0000009").await["code"], "backend");
}

#[tokio::test]
async fn addresses_have_a_ceiling_that_a_forged_header_does_not_lift() {
    let more = "limits.requests_per_ip_per_minute = 3\nlimits.trusted_proxies = [\"127.0.0.1\"]";
    let world = World::with(more).await;
    let from = |forwarded: &'static str| {
        let headers = [
            ("x-forwarded-for", forwarded),
            ("origin", SHOP),
            ("content-type", "application/json"),
        ];
        let world = &world;
        async move {
            world
                .send("POST", "/pay/verify", &headers, "{\"order_id\":\"a\"}")
                .await
        }
    };
    for forwarded in [
        "203.0.113.1",
        "garbage, 203.0.113.1",
        "198.51.100.7, 203.0.113.1",
    ] {
        assert_eq!(from(forwarded).await.status, 404, "{forwarded}");
    }
    let reply = from("192.0.2.9, 203.0.113.1, 127.0.0.1").await;
    assert_eq!(
        (reply.error().0, reply.error().1.as_str()),
        (429, "rate-limited")
    );
    assert_eq!(
        reply.header("access-control-allow-origin"),
        SHOP,
        "the page can read it"
    );
    assert!(!reply.header("retry-after").is_empty());
    assert_eq!(from("203.0.113.2").await.status, 404, "another address");
}

#[tokio::test]
async fn a_caller_is_an_ipv4_address_or_an_ipv6_network() {
    let more = "limits.requests_per_ip_per_minute = 2\nlimits.trusted_proxies = [\"127.0.0.1\"]";
    let world = World::with(more).await;
    let status = async |forwarded: &str| {
        let headers = [
            ("x-forwarded-for", forwarded),
            ("content-type", "application/json"),
        ];
        let body = "{\"order_id\":\"a\"}";
        world
            .send("POST", "/pay/verify", &headers, body)
            .await
            .status
    };
    for (forwarded, expected) in [
        ("2001:db8:0:1::1", 404),
        ("2001:db8:0:1:ffff::2", 404),
        ("2001:db8:0:1:2:3:4:5", 429),
        ("2001:db8:0:2::1", 404),
        ("203.0.113.1", 404),
        ("::ffff:203.0.113.1", 404),
        ("203.0.113.1", 429),
        // A proxy's own address, written the long way, is still the proxy's.
        ("203.0.113.1, ::ffff:127.0.0.1", 429),
    ] {
        assert_eq!(status(forwarded).await, expected, "{forwarded}");
    }
    for path in ["/healthz", "/readyz", "/metrics"] {
        for _ in 0..5 {
            let reply = world.send("GET", path, &[], "").await;
            assert_eq!(reply.status, 200, "{path} is not counted");
        }
    }
}

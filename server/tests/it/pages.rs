//! The server's own pages and the widget's files.

use malipo_server::store::KEEP_MS;
use serde_json::json;

use crate::fake::Opening;
use crate::world::{SHOP, World, quote};

const ORDER: &str = "ORDER-0000001";

async fn form(world: &World, origin: Option<&str>, body: &str) -> crate::world::Reply {
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
    headers.extend(origin.map(|it| ("origin", it)));
    world
        .send("POST", "/pay/checkout", &headers, body.to_owned())
        .await
}

#[tokio::test]
async fn the_form_without_script_still_pays() {
    let world = World::new().await;
    let body = format!(
        "quote={}&customer_name=A+B&return_url=http%3A%2F%2F127.0.0.1%3A8000%2Fthanks",
        quote(ORDER, "10000", 600)
    );
    let reply = form(&world, Some(SHOP), &body).await;
    assert_eq!(reply.status, 303, "{reply:?}");
    assert_eq!(
        reply.header("location"),
        format!("{}/make/payment/test/utr-{ORDER}", world.fake.base)
    );
    assert_eq!(
        world.fake.payment(ORDER).request["meta"]["customer_name"],
        "A B"
    );
    // Pressed again: the same page.
    assert_eq!(form(&world, Some(SHOP), &body).await.status, 303);
    assert_eq!(world.fake.mind(|it| it.opens), 1);
    world.fake.set(ORDER, "success");
    let notice = json!({"order_id": ORDER}).to_string();
    world.notify(ORDER, notice, "application/json").await;
    world.until_state(ORDER, "paid").await;
    let paid = form(&world, Some(SHOP), &body).await;
    assert!(
        paid.header("location")
            .starts_with("http://127.0.0.1:8000/thanks#malipo_order=ORDER-0000001&malipo_token="),
        "{paid:?}"
    );
    assert_eq!(
        form(&world, Some("https://shop.example"), "sku=tea&quantity=2")
            .await
            .status,
        303
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_form_is_a_page_with_a_way_back() {
    let world = World::new().await;
    let good = format!("quote={}", quote(ORDER, "10000", 600));
    let old = format!("quote={}", quote(ORDER, "10000", -600));
    for (origin, body, status) in [
        (Some("https://evil.example"), good.as_str(), 403),
        (Some("null"), &good, 403),
        (None, &good, 403),
        (Some(SHOP), "", 400),
        (Some(SHOP), "quote=x", 400),
        (Some(SHOP), "sku=tea&amount=1", 400),
        (Some(SHOP), "sku=tea&quantity=9999999", 400),
        (Some(SHOP), "sku=%3Cscript%3Ealert(1)%3C/script%3E", 400),
        (Some(SHOP), "sku=tea&sku=tea", 400),
        (Some(SHOP), "sku=%ff", 400),
        (Some(SHOP), &old, 422),
        (Some(SHOP), "sku=tea&return_url=https://evil.example/", 400),
    ] {
        let reply = form(&world, origin, body).await;
        assert_eq!(reply.status, status, "{body} {reply:?}");
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        assert!(
            reply
                .header("content-security-policy")
                .contains("default-src 'none'")
        );
        assert!(
            reply.text.contains("Back to the shop") && reply.text.contains(SHOP),
            "{}",
            reply.text
        );
        assert!(
            !reply.text.contains("alert(1)") && !reply.text.contains("evil.example"),
            "{}",
            reply.text
        );
    }
    world.fake.mind(|it| {
        it.opening = Opening::Refuses(
            200,
            r#"{"status":"error","error":["<img src=x>"]}"#.to_owned(),
        )
    });
    let reply = form(&world, Some(SHOP), &good).await;
    assert!(!reply.text.contains("<img src=x>"), "{}", reply.text);
    assert!(
        reply.text.contains("&#60;img src=x&#62;") || reply.text.contains("&lt;img"),
        "{}",
        reply.text
    );
}

#[tokio::test]
async fn the_return_page_asks_shows_and_leads_back() {
    let world = World::new().await;
    world.opened(ORDER).await;
    let request = world.fake.payment(ORDER).request;
    let url = request["callback_url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix("http://127.0.0.1:9").unwrap();
    let pending = world.send("GET", path, &[], "").await;
    assert!(
        pending.text.contains("We are checking your payment"),
        "{}",
        pending.text
    );
    world.fake.set(ORDER, "success");
    let paid = world.send("GET", path, &[], "").await;
    assert_eq!(paid.status, 200);
    assert!(
        paid.text.contains("Payment received")
            && paid.text.contains("UGX 10,000")
            && paid.text.contains("Test: no money moves"),
        "{}",
        paid.text
    );
    assert_eq!(paid.header("cache-control"), "no-store");
    assert_eq!(paid.header("referrer-policy"), "no-referrer");
    let policy = paid.header("content-security-policy");
    assert!(
        policy.contains("script-src 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert!(
        !paid.text.contains("<style")
            && !paid.text.contains(" style=")
            && !paid.text.contains("onload"),
        "{}",
        paid.text
    );
    // The fragment's token opens the order.
    let start = paid.text.find("malipo_token=").unwrap() + "malipo_token=".len();
    let token: String = paid.text[start..]
        .chars()
        .take_while(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_'))
        .collect();
    let seen = world
        .verify(&json!({"order_id": ORDER, "token": token}))
        .await;
    assert_eq!(seen["status"], "success");
    assert!(
        paid.text
            .contains("http://127.0.0.1:8000/thanks?x=1#malipo_order=ORDER-0000001"),
        "{}",
        paid.text
    );
    for path in [
        "/pay/return",
        "/pay/return?of=x",
        "/pay/return?of=%00%ff",
        "/pay/return?of=%3Cscript%3E",
    ] {
        let reply = world.send("GET", path, &[], "").await;
        assert_eq!(reply.status, 404, "{path}");
        assert!(
            reply.text.contains("Back to the shop") && !reply.text.contains("<script>"),
            "{}",
            reply.text
        );
    }
    for name in [
        "/malipo/return-page.js",
        "/malipo/link-page.js",
        "/malipo/page.css",
    ] {
        assert_eq!(world.send("GET", name, &[], "").await.status, 200, "{name}");
    }
}

#[tokio::test]
async fn the_widgets_files_are_served_as_they_should_be() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("malipo.js", "plain");
    write("malipo.js.br", "BROTLI");
    write("malipo.js.gz", "GZIP");
    write("malipo_bg-0123456789abcdef.wasm", "wasm");
    write(".env", "SECRET");
    let world = World::with(&format!("widget_dir = \"{}\"", folder.path().display())).await;
    for (accepts, encoding, text) in [
        ("", "", "plain"),
        ("gzip, br", "br", "BROTLI"),
        ("gzip", "gzip", "GZIP"),
        ("br;q=0, gzip;q=0.5", "gzip", "GZIP"),
        ("identity", "", "plain"),
    ] {
        let reply = world
            .send(
                "GET",
                "/malipo/malipo.js",
                &[
                    ("accept-encoding", accepts),
                    ("origin", "https://anywhere.example"),
                ],
                "",
            )
            .await;
        assert_eq!(
            (
                reply.status,
                reply.header("content-encoding"),
                reply.text.as_str()
            ),
            (200, encoding, text)
        );
        assert_eq!(
            reply.header("content-type"),
            "text/javascript; charset=utf-8"
        );
        assert_eq!(reply.header("cache-control"), "no-cache");
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        assert_eq!(reply.header("vary"), "accept-encoding");
        let tag = reply.header("etag").to_owned();
        let again = world
            .send(
                "GET",
                "/malipo/malipo.js",
                &[("accept-encoding", accepts), ("if-none-match", &tag)],
                "",
            )
            .await;
        assert_eq!((again.status, again.text.as_str()), (304, ""));
    }
    let wasm = world
        .send("GET", "/malipo/malipo_bg-0123456789abcdef.wasm", &[], "")
        .await;
    assert_eq!(
        (wasm.header("content-type"), wasm.header("cache-control")),
        ("application/wasm", "public, max-age=31536000, immutable")
    );
    for path in [
        "/malipo/.env",
        "/malipo/../Cargo.toml",
        "/malipo/%2e%2e/Cargo.toml",
        "/malipo/..%2fCargo.toml",
        "/malipo/malipo.js.br",
        "/malipo/",
        "/malipo/nothing.js",
    ] {
        assert_eq!(world.send("GET", path, &[], "").await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_return_page_that_is_reloaded_in_a_loop_does_not_use_up_the_providers_limit() {
    let world = World::new().await;
    world.opened(ORDER).await;
    let request = world.fake.payment(ORDER).request;
    let url = request["callback_url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix("http://127.0.0.1:9").unwrap();
    for _ in 0..60 {
        let page = world.send("GET", path, &[], "").await;
        assert!(
            page.text.contains("We are checking your payment"),
            "{}",
            page.text
        );
    }
    let asked = world.fake.look_ups(ORDER);
    assert!((1..=25).contains(&asked), "{asked}");
}

#[tokio::test]
async fn the_page_of_a_link_tells_how_the_payment_stands_and_ends_its_looking() {
    let world = World::new().await;
    let answer = world.opened(ORDER).await;
    let path = format!("/pay/link/{}", answer["token"].as_str().unwrap());
    let waiting = world.send("GET", &path, &[], "").await;
    assert_eq!(waiting.status, 200, "{waiting:?}");
    assert!(
        waiting
            .header("content-security-policy")
            .contains("default-src 'none'")
    );
    assert_eq!(waiting.header("referrer-policy"), "no-referrer");
    let page = format!("{}/make/payment/test/utr-{ORDER}", world.fake.base);
    for part in [
        "<script src=\"../../malipo/link-page.js\" defer></script>",
        "<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>",
        "href=\"../../malipo/page.css\"",
        "UGX 10,000",
        &page,
        "Back to the shop",
    ] {
        assert!(waiting.text.contains(part), "{part}: {}", waiting.text);
    }
    let style = world.send("GET", "/malipo/page.css", &[], "").await;
    assert_eq!(style.status, 200);
    for (status, heading) in [
        ("failed", "The payment did not go through"),
        ("success", "Payment received"),
    ] {
        world.fake.set(ORDER, status);
        let notice = json!({"order_id": ORDER}).to_string();
        world.notify(ORDER, notice, "application/json").await;
        world.until(&answer, status).await;
        let over = world.send("GET", &path, &[], "").await;
        assert!(over.text.contains(heading), "{}", over.text);
        for part in ["http-equiv", "<script"] {
            assert!(!over.text.contains(part), "{}", over.text);
        }
        assert!(!over.text.contains(&page), "{}", over.text);
        let back = format!("{SHOP}/thanks?x=1#malipo_order={ORDER}&#38;malipo_token=");
        assert!(over.text.contains(&back), "{}", over.text);
    }
}

#[tokio::test]
async fn a_link_pages_address_that_is_cut_or_old_leads_to_no_payment() {
    let world = World::new().await;
    let answer = world.opened(ORDER).await;
    let token = answer["token"].as_str().unwrap();
    let cut = &token[1..];
    for (path, ahead_ms) in [
        (format!("/pay/link/{cut}"), 0),
        ("/pay/link/%ff".to_owned(), 0),
        (format!("/pay/link/{token}"), KEEP_MS),
    ] {
        world.forward(ahead_ms).await;
        let reply = world.send("GET", &path, &[], "").await;
        assert_eq!(reply.status, 404, "{path} {reply:?}");
        assert!(reply.text.contains("leads to no payment"), "{reply:?}");
        assert!(reply.text.contains("../../malipo/page.css"), "{reply:?}");
    }
}

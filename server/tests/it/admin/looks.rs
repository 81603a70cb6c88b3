//! What every page keeps to: headers, no script or style within, nothing secret.

use rusqlite::Connection;
use serde_json::json;

use super::{TOKEN, cookie, page, world};
use crate::world::{QUOTE_KEY, SHOP, SHOP_KEY, key, quoted};

const ORDER: &str = "ORDER-0000001";
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

#[tokio::test]
async fn every_page_keeps_to_itself() {
    let world = world().await;
    world.opened(ORDER).await;
    let form = world.send("GET", "/admin", &[], "").await;
    for reply in [
        form,
        page(&world, "/admin").await,
        page(&world, "/admin/orders/ORDER-0000001").await,
        page(&world, "/admin/orders/ORDER-0000009").await,
    ] {
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(reply.header("content-security-policy"), POLICY);
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert_eq!(reply.header("access-control-allow-origin"), "");
        for within in [
            "<style",
            " style=",
            "<script>",
            "javascript:",
            " onclick",
            " onload",
            "//",
        ] {
            assert!(!reply.text.contains(within), "{within}: {}", reply.text);
        }
        assert!(reply.text.contains("<html lang=\"en\">"), "{}", reply.text);
    }
}

#[tokio::test]
async fn tables_have_captions_and_heads() {
    let world = world().await;
    world.opened(ORDER).await;
    for path in ["/admin", "/admin/orders/ORDER-0000001"] {
        let shown = page(&world, path).await;
        for table in shown.text.split("<table").skip(1) {
            let table = table.split("</table>").next().unwrap();
            for part in [
                "<caption>",
                "<thead><tr><th scope=\"col\"",
                "<th scope=\"row\"",
            ] {
                assert!(table.contains(part), "{part}: {table}");
            }
        }
    }
}

#[tokio::test]
async fn style_and_script_are_for_everybody_and_asked_about_each_time() {
    let world = world().await;
    for (path, media_type) in [
        ("/admin/page.css", "text/css; charset=utf-8"),
        ("/admin/page.js", "text/javascript; charset=utf-8"),
    ] {
        let reply = world.send("GET", path, &[], "").await;
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (200, media_type)
        );
        assert_eq!(reply.header("cache-control"), "no-cache");
        assert!(
            !reply.text.contains("http"),
            "nothing from elsewhere: {}",
            reply.text
        );
        let tag = [("if-none-match", reply.header("etag"))];
        let again = world.send("GET", path, &tag, "").await;
        assert_eq!((again.status, again.text.as_str()), (304, ""));
    }
}

#[tokio::test]
async fn no_secret_and_nobodys_name_is_on_a_page() {
    let world = world().await;
    let mut body = quoted(ORDER);
    body["customer"] =
        json!({"name": "Name Canary-6", "email": "mail-canary-7@x.example", "phone": "0700000777"});
    let answer = world.initiate(&key(), &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = answer.json();
    let request = world.fake.payment(ORDER).request;
    let last = |name: &str| {
        let url = request[name].as_str().unwrap();
        url.rsplit(['/', '=']).next().unwrap().to_owned()
    };
    let cookie = cookie(&world).await;
    let (back, notify) = (last("callback_url"), last("ipn_url"));
    for path in ["/admin", "/admin/orders/ORDER-0000001"] {
        let shown = world.send("GET", path, &[("cookie", &cookie)], "").await;
        assert!(shown.text.contains(ORDER), "{shown:?}");
        for secret in [
            TOKEN,
            QUOTE_KEY,
            SHOP_KEY,
            "CANARY",
            "Canary",
            "canary",
            "0700000777",
            SHOP,
            "/make/payment/",
            answer["token"].as_str().unwrap(),
            &back,
            &notify,
            cookie.split_once('=').unwrap().1,
        ] {
            assert!(!shown.text.contains(secret), "{secret}: {}", shown.text);
        }
    }
}

#[tokio::test]
async fn a_store_that_fails_is_a_page_that_says_so() {
    let world = world().await;
    let cookie = cookie(&world).await;
    let tables = |from: &str, to: &str| {
        let connection = Connection::open(world.file()).unwrap();
        let sql = format!("ALTER TABLE {from} RENAME TO {to}");
        connection.execute_batch(&sql).unwrap();
    };
    tables("orders", "gone");
    for path in ["/admin", "/admin/orders/ORDER-0000001"] {
        let reply = world.send("GET", path, &[("cookie", &cookie)], "").await;
        assert_eq!(
            (reply.status, reply.header("retry-after")),
            (503, "5"),
            "{reply:?}"
        );
        assert!(
            reply.text.contains("The records cannot be read right now"),
            "{}",
            reply.text
        );
        assert!(!reply.text.contains("no such table"), "{}", reply.text);
    }
    tables("gone", "orders");
    let reply = world
        .send("GET", "/admin", &[("cookie", &cookie)], "")
        .await;
    assert_eq!(reply.status, 200);
}

//! Who gets in: the right token, in the form or as a Bearer credential, and the cookie that the form gives for it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use malipo_server::clock::{Clock, HOUR_MS};

use super::{TOKEN, cookie, sign_in, world, world_with};
use crate::world::{Reply, World};

const ORDER: &str = "ORDER-0000001";
const PATHS: [&str; 2] = ["/admin", "/admin/orders/ORDER-0000001"];

async fn get(world: &World, path: &str, headers: &[(&str, &str)]) -> Reply {
    world.send("GET", path, headers, "").await
}

/// The form, and nothing of any order.
#[track_caller]
fn is_form(reply: &Reply, status: u16) {
    assert_eq!(reply.status, status, "{reply:?}");
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    assert!(reply.text.contains("name=\"token\""), "{}", reply.text);
    assert!(
        !reply.text.contains("UGX") && !reply.text.contains("id=\"live\""),
        "{}",
        reply.text
    );
    assert_eq!(reply.header("set-cookie"), "");
}

#[tokio::test]
async fn without_a_token_there_is_no_such_page() {
    let world = World::new().await;
    world.opened(ORDER).await;
    for (method, path) in [
        ("GET", "/admin"),
        ("HEAD", "/admin"),
        ("GET", "/admin/"),
        ("GET", "/admin/orders/ORDER-0000001"),
        ("POST", "/admin/session"),
        ("POST", "/admin/session/end"),
        ("GET", "/admin/page.css"),
        ("GET", "/admin/page.js"),
    ] {
        let reply = world
            .send(method, path, &[("authorization", "Bearer ")], "")
            .await;
        assert_eq!(reply.status, 404, "{method} {path} {reply:?}");
    }
    // A program that embeds the routes may have a page of its own there: two of one name would not start.
    let own = axum::Router::new().route("/admin", axum::routing::get(|| async { "its own" }));
    let _ = own.merge(malipo_server::routes(world.app.clone()));
}

#[tokio::test]
async fn nobody_sees_an_order_without_the_token() {
    let world = world().await;
    world.opened(ORDER).await;
    for path in PATHS {
        is_form(&get(&world, path, &[]).await, 401);
        let head = world.send("HEAD", path, &[], "").await;
        assert_eq!((head.status, head.text.as_str()), (401, ""));
        assert_eq!(head.header("www-authenticate"), "Bearer");
    }
    let other = get(&world, "/admin/orders/%3Cscript%3E", &[]).await;
    is_form(&other, 401);
    assert!(!other.text.contains("<script"), "{}", other.text);
}

#[tokio::test]
async fn the_right_token_gives_a_cookie_that_opens_and_is_not_the_token() {
    let world = world().await;
    world.opened(ORDER).await;
    let reply = sign_in(&world, &[("token", &format!(" {TOKEN}\n"))]).await;
    assert_eq!((reply.status, reply.header("location")), (303, "../admin"));
    let set = reply.header("set-cookie");
    let (pair, attributes) = set.split_once("; ").unwrap();
    assert_eq!(
        attributes,
        "Path=/admin; Max-Age=43200; HttpOnly; SameSite=Strict"
    );
    let (name, value) = pair.split_once('=').unwrap();
    assert_eq!(name, "malipo_admin_sandbox");
    assert!(
        !value.contains(TOKEN) && !value.contains(&URL_SAFE_NO_PAD.encode(TOKEN)),
        "{value}"
    );
    for path in PATHS {
        let page = get(&world, path, &[("cookie", pair)]).await;
        assert_eq!(page.status, 200, "{page:?}");
        assert!(page.text.contains("UGX 10,000"), "{}", page.text);
    }
    let among_others = format!("a=b; {pair}; c");
    assert_eq!(
        get(&world, "/admin", &[("cookie", &among_others)])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn behind_https_the_cookie_is_secure_and_keeps_to_the_servers_path() {
    let world = world_with(&[("MALIPO_PUBLIC_URL", "https://pay.example/shop/")]).await;
    let reply = sign_in(&world, &[("token", TOKEN)]).await;
    let (cookie, attributes) = reply.header("set-cookie").split_once("; ").unwrap();
    // Nobody on the network can set one over http: browsers keep this prefix to https.
    assert!(
        cookie.starts_with("__Secure-malipo_admin_sandbox="),
        "{cookie}"
    );
    let expected = "Path=/shop/admin; Max-Age=43200; HttpOnly; SameSite=Strict; Secure";
    assert_eq!(attributes, expected);
}

#[tokio::test]
async fn a_wrong_token_opens_nothing_and_is_not_repeated() {
    let world = world().await;
    let longer = format!("{TOKEN}x");
    let lower = TOKEN.to_lowercase();
    for wrong in [
        "",
        &TOKEN[1..],
        &longer,
        &lower,
        "<script>alert(1)</script>",
        "\0",
    ] {
        let reply = sign_in(&world, &[("token", wrong)]).await;
        is_form(&reply, 401);
        assert!(
            reply.text.contains("role=\"alert\">That is not the token."),
            "{}",
            reply.text
        );
        assert!(
            wrong.is_empty() || !reply.text.contains(wrong),
            "{}",
            reply.text
        );
    }
    is_form(&sign_in(&world, &[]).await, 401);
    let json = [("content-type", "application/json")];
    let body = format!("{{\"token\":\"{TOKEN}\"}}");
    is_form(
        &world.send("POST", "/admin/session", &json, body).await,
        415,
    );
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let large = format!("token={}", "x".repeat(70_000));
    is_form(
        &world.send("POST", "/admin/session", &form, large).await,
        413,
    );
    // A token in the address would end in histories and logs.
    is_form(
        &get(&world, &format!("/admin?token={TOKEN}"), &[]).await,
        401,
    );
}

/// What a cookie would be, had this token made it.
fn made(token: &str, audience: &str, until: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(token.as_bytes()).unwrap();
    mac.update(format!("malipo admin session 1\n{audience}\n{until}").as_bytes());
    let code = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("malipo_admin_sandbox={until}.{code}")
}

#[tokio::test]
async fn a_cookie_that_the_token_did_not_make_opens_nothing() {
    let world = world().await;
    let until = (world.clock.now().seconds() + 600).to_string();
    let good = made(TOKEN, "demo:sandbox", &until);
    assert_eq!(
        get(&world, "/admin", &[("cookie", &good)]).await.status,
        200
    );
    let later = good.replace(&until, &(world.clock.now().seconds() + 6000).to_string());
    let over = world.clock.now().seconds().to_string();
    let (front, _) = good.split_once('.').unwrap();
    for forged in [
        made("another token", "demo:sandbox", &until),
        made("", "demo:sandbox", &until),
        made(TOKEN, "demo:live", &until),
        made(TOKEN, "other:sandbox", &until),
        made(TOKEN, "demo:sandbox", &over),
        made(TOKEN, "demo:sandbox", "never"),
        made(TOKEN, "demo:sandbox", &format!("+{until}x")),
        later,
        good[..good.len() - 1].to_owned(),
        format!("{good}A"),
        good.replace("malipo_admin_sandbox", "malipo_admin"),
        format!("{front}."),
        front.to_owned(),
        "malipo_admin_sandbox=".to_owned(),
        format!("malipo_admin_sandbox={TOKEN}"),
        "malipo_admin_sandbox=9999999999999999999.AAAA".to_owned(),
    ] {
        is_form(&get(&world, "/admin", &[("cookie", &forged)]).await, 401);
    }
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours() {
    let world = world().await;
    let cookie = cookie(&world).await;
    world.forward(12 * HOUR_MS - 60_000).await;
    assert_eq!(
        get(&world, "/admin", &[("cookie", &cookie)]).await.status,
        200
    );
    world.forward(60_000).await;
    is_form(&get(&world, "/admin", &[("cookie", &cookie)]).await, 401);
}

#[tokio::test]
async fn signing_out_takes_the_cookie_back() {
    let world = world().await;
    let reply = world.send("POST", "/admin/session/end", &[], "").await;
    assert_eq!(
        (reply.status, reply.header("location")),
        (303, "../../admin")
    );
    assert_eq!(
        reply.header("set-cookie"),
        "malipo_admin_sandbox=; Path=/admin; Max-Age=0; HttpOnly; SameSite=Strict"
    );
}

#[tokio::test]
async fn another_sites_form_signs_nobody_in_or_out() {
    let world = world().await;
    let token = format!("token={TOKEN}");
    for path in ["/admin/session", "/admin/session/end"] {
        for (site, allowed) in [
            ("same-origin", true),
            ("none", true),
            ("cross-site", false),
            ("same-site", false),
            ("x", false),
        ] {
            let headers = [
                ("content-type", "application/x-www-form-urlencoded"),
                ("sec-fetch-site", site),
            ];
            let reply = world.send("POST", path, &headers, token.clone()).await;
            let expected = if allowed { 303 } else { 403 };
            assert_eq!(reply.status, expected, "{path} {site} {reply:?}");
            assert_eq!(
                reply.header("set-cookie").is_empty(),
                !allowed,
                "{path} {site}"
            );
        }
    }
}

#[tokio::test]
async fn programs_show_the_token_itself() {
    let world = world().await;
    let right = format!("Bearer {TOKEN}");
    assert_eq!(
        get(&world, "/admin", &[("authorization", &right)])
            .await
            .status,
        200
    );
    let cookie = cookie(&world).await;
    // A wrong credential is wrong whatever cookie comes with it.
    for headers in [
        vec![("authorization", "Bearer x")],
        vec![("authorization", "Bearer x"), ("cookie", &cookie)],
    ] {
        let reply = get(&world, "/admin", &headers).await;
        let (status, code, sentence) = reply.error();
        assert_eq!((status, code.as_str()), (401, "backend"));
        assert!(sentence.contains("admin.token"), "{sentence}");
        assert_eq!(reply.header("www-authenticate"), "Bearer");
    }
    // What a proxy in front asks for is not ours.
    let basic = [("authorization", "Basic dTpw"), ("cookie", &cookie)];
    assert_eq!(get(&world, "/admin", &basic).await.status, 200);
}

#[tokio::test]
async fn tries_are_limited_and_who_has_signed_in_is_not() {
    let world = world().await;
    let cookie = cookie(&world).await;
    let mut last = None;
    for nth in 0..60 {
        let reply = match nth % 2 {
            0 => sign_in(&world, &[("token", "wrong")]).await,
            _ => get(&world, "/admin", &[("authorization", "Bearer wrong")]).await,
        };
        if reply.status == 429 {
            last = Some(reply);
            break;
        }
        assert_eq!(reply.status, 401, "{reply:?}");
    }
    let last = last.expect("tries without end");
    assert_ne!(last.header("retry-after"), "", "{last:?}");
    // A limit that a right guess passes would be none.
    let mut refused = 0;
    for _ in 0..5 {
        refused += u32::from(sign_in(&world, &[("token", TOKEN)]).await.status == 429);
    }
    assert!(3 <= refused, "{refused}");
    assert_eq!(
        get(&world, "/admin", &[("cookie", &cookie)]).await.status,
        200
    );
}

#[tokio::test]
async fn signing_in_leads_to_the_order_that_was_wanted() {
    let world = world().await;
    let form = get(&world, "/admin/orders/ORDER-0000001", &[]).await;
    for part in [
        "name=\"order\" value=\"ORDER-0000001\"",
        "action=\"../../admin/session\"",
    ] {
        assert!(form.text.contains(part), "{}", form.text);
    }
    for (order, place) in [
        (ORDER, "../admin/orders/ORDER-0000001"),
        ("", "../admin"),
        ("//evil.example", "../admin"),
        ("a\r\nset-cookie: x=y", "../admin"),
    ] {
        let reply = sign_in(&world, &[("token", TOKEN), ("order", order)]).await;
        assert_eq!((reply.status, reply.header("location")), (303, place));
    }
    let again = sign_in(&world, &[("token", "x"), ("order", ORDER)]).await;
    for part in ["value=\"ORDER-0000001\"", "action=\"../admin/session\""] {
        assert!(again.text.contains(part), "{}", again.text);
    }
}

#[tokio::test]
async fn every_route_takes_its_own_method_alone() {
    let world = world().await;
    let cookie = cookie(&world).await;
    let headers = [("cookie", cookie.as_str())];
    for path in ["/admin", "/admin/orders/ORDER-0000001", "/admin/page.js"] {
        for method in ["POST", "PUT", "DELETE", "PATCH"] {
            let reply = world.send(method, path, &headers, "").await;
            assert_eq!(reply.status, 405, "{method} {path} {reply:?}");
            assert_eq!(reply.header("allow"), "GET,HEAD");
        }
    }
    for path in ["/admin/session", "/admin/session/end"] {
        let reply = get(&world, path, &headers).await;
        assert_eq!(
            (reply.status, reply.header("allow")),
            (405, "POST"),
            "{path}"
        );
    }
    let slash = get(&world, "/admin/", &headers).await;
    assert_eq!((slash.status, slash.header("location")), (308, "../admin"));
    assert_eq!(get(&world, "/admin/other", &headers).await.status, 404);
}

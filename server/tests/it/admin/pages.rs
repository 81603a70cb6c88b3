//! What the pages show: orders as they move, the last day, what waits.

use malipo_server::clock::{Clock, HOUR_MS};
use malipo_server::payment::refund::RefundWish;
use malipo_wire::Money;
use serde_json::json;

use super::{cookie, look, page, rows, world, world_with};
use crate::webhooks::Shop;
use crate::world::{World, eventually, key, quoted};

const ORDER: &str = "ORDER-0000001";

/// An order that is paid: `amount` is what the provider says it got.
async fn paid(world: &World, order: &str) {
    world.opened(order).await;
    world.fake.set(order, "success");
    world
        .notify(order, json!({}).to_string(), "application/json")
        .await;
    world.until_state(order, "paid").await;
}

#[tokio::test]
async fn an_order_that_moves_shows_up() {
    let world = world().await;
    let cookie = cookie(&world).await;
    let detail = format!("/admin/orders/{ORDER}");
    let seen = async |path: &str, tag: &str| {
        let headers = [("cookie", cookie.as_str()), ("if-none-match", tag)];
        world.send("GET", path, &headers, "").await
    };
    let before = seen("/admin", "").await;
    assert!(before.text.contains("No orders."), "{}", before.text);
    assert!(rows(&before, "orders").is_empty());
    world.opened(ORDER).await;
    for path in ["/admin", &detail] {
        let pending = seen(path, before.header("etag")).await;
        assert_eq!(pending.status, 200, "{pending:?}");
        assert!(
            pending.text.contains("wait\">pending</span>"),
            "{}",
            pending.text
        );
        // Nothing moved: the one who has it is not sent it again.
        let tag = pending.header("etag").to_owned();
        assert!(
            pending
                .text
                .contains(&format!("data-tag=\"{}\"", tag.replace('"', "&#34;")))
        );
        let same = seen(path, &tag).await;
        assert_eq!((same.status, same.text.as_str()), (304, ""));
        assert_eq!(same.header("etag"), tag);
    }
    let tags = [seen("/admin", "").await, seen(&detail, "").await];
    let [row] = rows(&tags[0], "orders").try_into().unwrap();
    assert_eq!(row[..4], [ORDER, "pending", "UGX 10,000", "joyndpay"]);
    world.fake.set(ORDER, "success");
    world.notify(ORDER, String::new(), "").await;
    world.until_state(ORDER, "paid").await;
    for (path, before) in ["/admin", &detail].into_iter().zip(tags) {
        let moved = seen(path, before.header("etag")).await;
        assert_eq!(moved.status, 200, "{path}");
        assert!(moved.text.contains("good\">paid</span>"), "{}", moved.text);
    }
}

#[tokio::test]
async fn what_waits_is_counted_and_leads_to_its_list() {
    let world = world().await;
    for order in ["ORDER-0000001", "ORDER-0000002", "ORDER-0000003"] {
        world.opened(order).await;
    }
    world.fake.set_amount("ORDER-0000003", json!(5));
    world.fake.set("ORDER-0000003", "success");
    world.notify("ORDER-0000003", String::new(), "").await;
    world.until_state("ORDER-0000003", "needs_review").await;
    let shown = page(&world, "/admin").await;
    for (status, count) in [("pending", 2), ("needs_review", 1), ("orphaned", 0)] {
        let tile = format!("<a href=\"admin?status={status}\"><b>{count}</b> {status}</a>");
        assert!(shown.text.contains(&tile), "{tile}: {}", shown.text);
    }
    let review = page(&world, "/admin?status=needs_review").await;
    let [row] = rows(&review, "orders").try_into().unwrap();
    assert_eq!(
        (row[0].as_str(), row[6].as_str()),
        ("ORDER-0000003", "amount differs")
    );
    let order = page(&world, "/admin/orders/ORDER-0000003").await;
    for part in [
        "<dt>Received</dt><dd>UGX 5</dd>",
        "<dt>Price</dt><dd>UGX 10,000</dd>",
        "pending (review)",
    ] {
        assert!(order.text.contains(part), "{part}: {}", order.text);
    }
}

#[tokio::test]
async fn orders_are_chosen_by_state_provider_and_name() {
    let world = world().await;
    paid(&world, "ORDER-0000001").await;
    world.opened("ORDER-0000002").await;
    for (query, expected) in [
        ("", vec!["ORDER-0000002", "ORDER-0000001"]),
        (
            "?status=&provider=&order=",
            vec!["ORDER-0000002", "ORDER-0000001"],
        ),
        ("?status=paid", vec!["ORDER-0000001"]),
        ("?status=pending&provider=joyndpay", vec!["ORDER-0000002"]),
        ("?status=failed", vec![]),
        ("?provider=jopay", vec![]),
        ("?provider=%27%20OR%201=1%20--", vec![]),
    ] {
        let shown = page(&world, &format!("/admin{query}")).await;
        assert_eq!(shown.status, 200, "{query}");
        let rows = rows(&shown, "orders");
        let names: Vec<_> = rows.iter().map(|it| it[0].as_str()).collect();
        assert_eq!(names, expected, "{query}");
    }
    let chosen = page(&world, "/admin?status=paid").await;
    assert!(
        chosen.text.contains("<option selected>paid</option>"),
        "{}",
        chosen.text
    );
    let found = page(&world, "/admin?order=%20ORDER-0000009").await;
    assert_eq!(
        (found.status, found.header("location")),
        (303, "admin/orders/ORDER-0000009")
    );
}

#[tokio::test]
async fn what_cannot_be_shown_is_a_page_that_says_why() {
    let world = world().await;
    for (path, status, why) in [
        (
            "/admin?status=lost",
            400,
            "status: accepted: one of created, pending,",
        ),
        ("/admin?after=x", 400, "after: accepted: "),
        ("/admin?order=%3Cb%3E", 400, "order: accepted: "),
        ("/admin/orders/a%20b", 400, "order_id: accepted: "),
        ("/admin/orders/%ff", 400, "order_id: accepted: "),
        ("/admin/orders/ORDER-0000009", 404, "There is no such order"),
    ] {
        let reply = page(&world, path).await;
        assert_eq!(reply.status, status, "{path} {reply:?}");
        assert!(
            reply.text.contains(why) && reply.text.contains("All orders"),
            "{}",
            reply.text
        );
        assert!(!reply.text.contains("<b>"), "{}", reply.text);
    }
}

#[tokio::test]
async fn every_order_is_on_one_of_the_pages() {
    let world = world().await;
    let mut expected = Vec::new();
    for nth in 0..53 {
        let order = format!("ORDER-{nth:07}");
        world.opened(&order).await;
        expected.insert(0, order);
    }
    world.fake.set("ORDER-0000000", "failed");
    world.notify("ORDER-0000000", String::new(), "").await;
    world.until_state("ORDER-0000000", "failed").await;
    let names = |rows: Vec<Vec<String>>| -> Vec<String> {
        rows.into_iter().map(|it| it[0].clone()).collect()
    };
    for (path, expected) in [
        ("/admin", &expected[..]),
        ("/admin?status=pending&provider=joyndpay", &expected[..52]),
    ] {
        let first = page(&world, path).await;
        let link = first.text.split("rel=\"next\"").next().unwrap();
        let link = link
            .rsplit("<a href=\"")
            .next()
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let second = page(&world, &format!("/{}", link.replace("&#38;", "&"))).await;
        assert!(!second.text.contains("rel=\"next\""), "{}", second.text);
        assert!(second.text.contains("Newest orders</a>"), "{}", second.text);
        let first = names(rows(&first, "orders"));
        assert_eq!(first.len(), 50);
        assert_eq!(
            [first, names(rows(&second, "orders"))].concat(),
            expected,
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_last_day_is_drawn_and_summed_by_currency() {
    let world = world().await;
    // Not at the hour's end, so that all of it is in one hour.
    let left = HOUR_MS - world.clock.now().0.rem_euclid(HOUR_MS);
    if left < 300_000 {
        world.forward(left).await;
    }
    paid(&world, "ORDER-0000001").await;
    paid(&world, "ORDER-0000002").await;
    world.opened("ORDER-0000003").await;
    world.fake.set("ORDER-0000003", "failed");
    world.notify("ORDER-0000003", String::new(), "").await;
    world.until_state("ORDER-0000003", "failed").await;
    let tea = world
        .initiate(
            &key(),
            &json!({"sku": "tea", "return_url": format!("{}/x", crate::world::SHOP)}),
        )
        .await;
    assert_eq!(tea.status, 200, "{tea:?}");
    let hour = world.clock.now().to_rfc3339()[11..13].to_owned() + ":00";
    let shown = page(&world, "/admin").await;
    let all = rows(&shown, "day");
    assert_eq!(all[0], ["UGX", "2", "UGX 20,000"]);
    assert_eq!(all.len(), 1 + 24);
    assert_eq!(all[24], [&hour, "4", "2", "1", "UGX 20,000"]);
    assert!(
        all[1..24].iter().all(|it| it[1..] == ["0", "0", "0", ""]),
        "{all:?}"
    );
    // The last of 24 hours, its bars side by side, the highest from top to bottom.
    for bar in [
        "<rect class=\"begun\" x=\"925\" y=\"0\" width=\"10\" height=\"1000\"/>",
        "<rect class=\"paid\" x=\"935\" y=\"500\" width=\"10\" height=\"500\"/>",
        "<rect class=\"failed\" x=\"945\" y=\"750\" width=\"10\" height=\"250\"/>",
    ] {
        assert!(shown.text.contains(bar), "{bar}: {}", shown.text);
    }
    world.forward(23 * HOUR_MS).await;
    // A day's work: the session that was begun before is over, so a fresh one.
    let later = page(&world, "/admin").await;
    assert_eq!(rows(&later, "day")[1], [&hour, "4", "2", "1", "UGX 20,000"]);
    world.forward(HOUR_MS).await;
    let over = page(&world, "/admin").await;
    assert_eq!(rows(&over, "day").len(), 24, "no sums");
    assert!(!over.text.contains("class=\"begun\" x="), "{}", over.text);
}

#[tokio::test]
async fn an_order_is_shown_with_every_attempt_what_was_told_and_what_was_given_back() {
    let shop = Shop::start(&[]).await;
    let token = ("MALIPO_ADMIN__TOKEN", super::TOKEN);
    let world = World::with_env(&shop.config(), &[token]).await;
    world.opened(ORDER).await;
    world.fake.set(ORDER, "failed");
    world.notify(ORDER, String::new(), "").await;
    world.until_state(ORDER, "failed").await;
    let again = world.initiate(&key(), &quoted(ORDER)).await;
    assert_eq!(again.status, 200, "{again:?}");
    let second = world.fake.references().pop().unwrap();
    world.fake.set(&second, "success");
    world.notify(&second, String::new(), "").await;
    world.until_state(ORDER, "paid").await;
    let order = world
        .app
        .store
        .order(&ORDER.parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    let wish = RefundWish {
        order_id: order.id.clone(),
        attempt: None,
        amount: Money::parse("500", order.price.currency()).unwrap(),
        reason: "<b onclick=alert(1)>too much</b>".to_owned(),
        by: "Amina & co".to_owned(),
        mark: false,
        now: world.clock.now(),
    };
    let note = world.app.store.note_refund(&wish).await;
    note.unwrap().unwrap();
    let cookie = cookie(&world).await;
    let shown = eventually(async || {
        let path = format!("/admin/orders/{ORDER}");
        let shown = look(&world, &cookie, &path).await;
        let told = rows(&shown, "told");
        let all = told.len() == 2 && told.iter().all(|it| it[1] == "delivered");
        all.then_some(shown)
    });
    let shown = shown.await;
    let parts: Vec<_> = shown.text.split("<article").skip(1).collect();
    assert_eq!(parts.len(), 2);
    for ((part, attempt), state) in parts.iter().zip(&order.attempts).zip(["failed", "paid"]) {
        for fact in [
            attempt.id.0.as_str(),
            &format!("<dt>Reference</dt><dd>{}</dd>", attempt.reference.0),
            &format!("reference</dt><dd>utr-{}</dd>", attempt.reference.0),
            &attempt.created_at.to_rfc3339(),
            &attempt.updated_at.to_rfc3339(),
            &format!(">{state}</span>"),
        ] {
            assert!(part.contains(fact), "{fact}: {part}");
        }
    }
    assert!(parts[1].contains("paid the order") && !parts[0].contains("paid the order"));
    assert!(
        parts[1].contains("<dt>Received</dt><dd>UGX 10,000</dd>"),
        "{}",
        parts[1]
    );
    let told = rows(&shown, "told");
    let mut kinds: Vec<_> = told.iter().map(|it| it[0].as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        ["payment.failed by webhook", "payment.paid by webhook"]
    );
    let [refund] = rows(&shown, "refunds").try_into().unwrap();
    assert_eq!(refund[1], "UGX 500");
    for escaped in ["&#60;b onclick=alert(1)&#62;too much", "Amina &#38; co"] {
        assert!(shown.text.contains(escaped), "{escaped}: {}", shown.text);
    }
    assert!(!shown.text.contains("<b onclick"), "{}", shown.text);
}

#[tokio::test]
async fn what_nobody_was_told_and_what_fits_nothing_is_shown() {
    let env = [
        ("MALIPO_WEBHOOK__URL", "http://127.0.0.1:1/hook"),
        (
            "MALIPO_WEBHOOK__SECRET",
            "whsec_YW4gZXhhbXBsZSwgcmVwbGFjZSBpdDogMzIgYnl0ZXM=",
        ),
    ];
    let world = world_with(&env).await;
    paid(&world, ORDER).await;
    let hostile = ["<script>alert(1)</script>".to_owned()];
    let says = "\"><img src=x onerror=alert(1)>";
    world
        .app
        .store
        .park("joyndpay", &hostile, says, world.clock.now())
        .await
        .unwrap();
    let cookie = cookie(&world).await;
    let shown = eventually(async || {
        let shown = look(&world, &cookie, "/admin").await;
        let tried = rows(&shown, "untold")
            .first()
            .is_some_and(|it| it[3] != "0" && !it[6].is_empty());
        tried.then_some(shown)
    });
    let shown = shown.await;
    let [untold] = rows(&shown, "untold").try_into().unwrap();
    assert_eq!(untold[..3], ["payment.paid by webhook", ORDER, "waiting"]);
    let [parked] = rows(&shown, "parked").try_into().unwrap();
    assert_eq!(parked[1], "joyndpay");
    assert_eq!(parked[2], "&#60;script&#62;alert(1)&#60;/script&#62;");
    assert_eq!(parked[3], "&#34;&#62;&#60;img src=x onerror=alert(1)&#62;");
    assert!(
        !shown.text.contains("<script>") && !shown.text.contains("<img"),
        "{}",
        shown.text
    );
}

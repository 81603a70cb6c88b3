//! The list of requests: newest first, in pages, filtered.

use serde_json::{Value, json};

use super::{EUR_SHOP, JPY_SHOP, JoPay, LIVE_KEY, error, order, refused, text};
use crate::sandbox::json_of;

#[tokio::test]
async fn the_newest_come_first_and_each_is_as_get_shows_it() {
    let jopay = JoPay::start().await;
    let empty = json!({"ok": true, "requests": [], "next_cursor": null});
    assert_eq!(json_of(jopay.get("/requests").await).await, empty);
    let first = jopay.request(&order("ORD-1")).await;
    let second = jopay.request(&order("ORD-2")).await;
    let list = json_of(jopay.get("/requests").await).await;
    assert_eq!(ids(&list), [second.as_str(), &first]);
    let mut shown = jopay.shown(&second).await;
    shown.as_object_mut().unwrap().remove("ok");
    assert_eq!(list["requests"][0], shown);

    let live = jopay.call_with(LIVE_KEY, reqwest::Method::GET, "/requests");
    assert_eq!(
        json_of(live.send().await.unwrap()).await,
        empty,
        "test data are not seen"
    );
}

#[tokio::test]
async fn cursors_lead_through_every_page_once_though_new_ones_come() {
    let jopay = JoPay::start().await;
    let mut made = Vec::new();
    for number in 0..7 {
        made.push(jopay.request(&order(&format!("ORD-{number}"))).await);
    }
    made.reverse();
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let list = json_of(jopay.get(&format!("/requests?limit=3{cursor}")).await).await;
        seen.extend(ids(&list).into_iter().map(str::to_owned));
        jopay.request(&order("ORD-NEW")).await;
        if list["next_cursor"].is_null() {
            break;
        }
        cursor = format!("&cursor={}", text(&list["next_cursor"]));
    }
    assert_eq!(seen, made);
}

#[tokio::test]
async fn a_page_has_20_unless_asked_otherwise() {
    let jopay = JoPay::start().await;
    for number in 0..21 {
        jopay.request(&order(&format!("ORD-{number}"))).await;
    }
    for (query, count, more) in [
        ("", 20, true),
        ("?limit=21", 21, false),
        ("?limit=100", 21, false),
    ] {
        let list = json_of(jopay.get(&format!("/requests{query}")).await).await;
        assert_eq!(
            (ids(&list).len(), list["next_cursor"].is_string()),
            (count, more),
            "{query}"
        );
    }
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let jopay = JoPay::start().await;
    let mut made = Vec::new();
    for (number, what) in ["", "attach", "succeed", "expire"].into_iter().enumerate() {
        let mut body = order(&format!("ORD-{number}"));
        if number == 0 {
            body["merchant_id"] = json!(JPY_SHOP);
        }
        let id = jopay.request(&body).await;
        if !what.is_empty() {
            jopay.control(&format!("{id}/{what}")).await;
        }
        made.push(id);
    }
    let cancelled = jopay.request(&order("ORD-4")).await;
    jopay.cancel(&cancelled).await;
    made.push(cancelled);
    for (query, wanted) in [
        ("status=requested", &[2, 1, 0][..]),
        ("status=opened", &[]),
        ("status=expired", &[3]),
        ("status=cancelled", &[4]),
        ("proof_status=none", &[4, 3, 0]),
        ("proof_status=attached", &[1]),
        ("proof_status=verified", &[2]),
        (&format!("merchant_id={JPY_SHOP}"), &[0]),
        (
            &format!("merchant_id={EUR_SHOP}&status=requested&proof_status=verified"),
            &[2],
        ),
        ("colour=red", &[4, 3, 2, 1, 0]),
    ] {
        let list = json_of(jopay.get(&format!("/requests?{query}")).await).await;
        let wanted: Vec<_> = wanted.iter().map(|it| made[*it].as_str()).collect();
        assert_eq!(ids(&list), wanted, "{query}");
    }
}

#[tokio::test]
async fn bad_parameters_are_named_by_code() {
    let jopay = JoPay::start().await;
    for (query, code) in [
        ("limit=0", "invalid_limit"),
        ("limit=101", "invalid_limit"),
        ("limit=ten", "invalid_limit"),
        ("cursor=x", "invalid_cursor"),
        (
            "cursor=00000000-0000-4000-8000-000000000000",
            "invalid_cursor",
        ),
        ("status=paid", "invalid_status"),
        ("proof_status=mismatch", "invalid_proof_status"),
        ("merchant_id=1", "invalid_merchant_id"),
    ] {
        let answer = jopay.get(&format!("/requests?{query}")).await;
        assert_eq!(refused(answer).await, (400, error(code)), "{query}");
    }
}

fn ids(list: &Value) -> Vec<&str> {
    let requests = list["requests"].as_array().unwrap().iter();
    requests
        .map(|it| it["request_id"].as_str().unwrap())
        .collect()
}

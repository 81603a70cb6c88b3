//! Who decides the price: the worst thing to be wrong about, and the check that leaves payable links behind.

use super::backend::{Backend, OWN_ORDER, SHOP};
use super::fault::Fault;
use super::{SHOWN, checked, with};

const AMOUNT: [&str; 6] = ["--amount", "1250.50", "--currency", "KES", "--origin", SHOP];

/// What is said of the price of a button with an order of this name.
async fn of_order(fault: Fault) -> Vec<(String, String, String)> {
    let backend = Backend::start(fault).await;
    let order = ["--order-id", OWN_ORDER];
    checked(&backend.base, &[&order[..], &AMOUNT].concat())
        .await
        .1
}

fn sentence<'a>(checks: &'a [(String, String, String)], id: &str) -> &'a str {
    &checks.iter().find(|it| it.0 == id).unwrap().2
}

#[tokio::test]
async fn a_page_that_names_order_and_amount_is_found_though_no_order_is_opened_twice() {
    let checks = of_order(Fault::PagesOrders).await;
    assert_eq!(with(&checks, "wrong"), ["price"], "{checks:#?}");
    let said = sentence(&checks, "price");
    assert!(said.contains("KES 1125.45 where it opened one of KES 1250.50"));
}

#[tokio::test]
async fn an_order_that_can_be_opened_once_alone_says_nothing_of_what_was_refused() {
    let checks = of_order(Fault::OwnOrders).await;
    assert!(with(&checks, "wrong").is_empty(), "{checks:#?}");
    let unknown = with(&checks, "not_applicable");
    for id in ["price", "return-url", "repeat-at-once"] {
        assert!(unknown.contains(&id), "{checks:#?}");
    }
    assert!(sentence(&checks, "price").contains("refused unchanged"));
}

#[tokio::test]
async fn a_test_payment_may_take_the_pages_amount_where_nothing_else_has_a_price() {
    let backend = Backend::start(Fault::PagesAmount).await;
    let (code, checks) = checked(&backend.base, &AMOUNT).await;
    assert_eq!(code, 0, "{checks:#?}");
    assert_eq!(with(&checks, "not_applicable"), ["price"], "{checks:#?}");
    assert!(sentence(&checks, "price").contains("A test may"));
}

#[tokio::test]
async fn a_backend_on_live_keys_is_left_after_one_payment() {
    for fault in [Fault::Live, Fault::LiveByUrl] {
        let backend = Backend::start(fault).await;
        let (_, checks) = checked(&backend.base, &["--sku", "tea"]).await;
        let wrong: Vec<_> = checks.iter().filter(|it| it.1 == "wrong").collect();
        assert!(wrong.len() == 1 && wrong[0].0 == "mode", "{wrong:#?}");
        // The stranger's preflight, and one initiate.
        assert_eq!((backend.requests(), backend.orders()), (2, 1));
    }
}

#[tokio::test]
async fn real_money_is_not_asked_for_at_a_lower_price_unless_that_was_said() {
    for fault in [Fault::Live, Fault::LiveByUrl] {
        let backend = Backend::start(fault).await;
        let live = [&SHOWN[..], &["--live"]].concat();
        let (code, checks) = checked(&backend.base, &live).await;
        assert_eq!(code, 0, "{fault:?}");
        assert!(with(&checks, "not_applicable").contains(&"price"));
        // The first, and the one that was asked for twice at once.
        assert_eq!(backend.orders(), 2);
        let asked = [&live[..], &["--lower-price"]].concat();
        let (code, checks) = checked(&backend.base, &asked).await;
        assert_eq!(code, 0, "{fault:?}");
        assert!(with(&checks, "ok").contains(&"price"), "{checks:#?}");
        assert_eq!(backend.orders(), 2 + 3);
    }
}

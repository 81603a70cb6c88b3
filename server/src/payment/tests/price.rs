//! Who decides what is charged.

use std::collections::BTreeMap;

use malipo_wire::{Customer, ErrorCode, InitiateRequest};

use super::money;
use crate::config::Article;
use crate::payment::price::{Basket, decide};
use crate::payment::quote::Quote;

fn quote() -> Quote {
    Quote {
        order_id: "order".parse().unwrap(),
        price: money("10000", "UGX"),
        description: None,
        customer: None,
        expired: false,
    }
}

fn catalogue() -> BTreeMap<String, Article> {
    let tea = Article {
        name: "Tea".to_owned(),
        price: money("2500", "UGX"),
    };
    [("tea".to_owned(), tea)].into()
}

/// `name=value` of a request, in words.
fn request(fields: &[(&str, &str)]) -> InitiateRequest {
    let mut it = InitiateRequest::default();
    for (name, value) in fields {
        let text = Some((*value).to_owned());
        match *name {
            "order_id" => it.order_id = text,
            "amount" => it.amount = text,
            "currency" => it.currency = text,
            "sku" => it.sku = text,
            "quantity" => it.quantity = value.parse().ok(),
            "description" => it.description = text,
            other => unreachable!("{other}"),
        }
    }
    it
}

#[track_caller]
fn refused(seen: Result<Basket, crate::payment::price::PriceError>, code: ErrorCode, named: &str) {
    let error = seen.unwrap_err();
    assert_eq!(error.code, code, "{error:?}");
    assert!(error.sentence.starts_with(named), "{error:?}");
}

#[test]
fn a_quote_decides_and_what_the_page_says_beside_it_must_be_the_same() {
    let with =
        |fields: &[(&str, &str)]| decide(&request(fields), Some(quote()), &catalogue(), false);
    for fields in [
        &[][..],
        &[("order_id", "order")],
        &[("amount", "10000")],
        &[("amount", "10000.00"), ("currency", "UGX")],
    ] {
        let basket = with(fields).unwrap();
        assert_eq!(basket.price, money("10000", "UGX"), "{fields:?}");
        assert_eq!(basket.order_id, Some(quote().order_id));
        assert!(basket.quoted && !basket.vouched && !basket.expired);
    }
    let changed = ErrorCode::OrderChanged;
    refused(with(&[("order_id", "other")]), changed, "order_id:");
    refused(with(&[("amount", "9999")]), changed, "amount:");
    refused(with(&[("currency", "KES")]), changed, "currency:");
    let bad = ErrorCode::BadOption;
    refused(with(&[("sku", "tea")]), bad, "sku:");
    refused(with(&[("quantity", "2")]), bad, "sku:");
    refused(with(&[("amount", "0")]), bad, "amount:");
}

#[test]
fn a_quote_that_names_the_customer_vouches_for_them() {
    let named = Quote {
        customer: Some(Customer {
            name: Some("Amina".to_owned()),
            ..Customer::default()
        }),
        expired: true,
        ..quote()
    };
    let basket = decide(&request(&[]), Some(named), &catalogue(), false).unwrap();
    assert!(basket.vouched && basket.expired);
    assert_eq!(basket.customer.name.as_deref(), Some("Amina"));
}

#[test]
fn an_article_costs_what_the_catalogue_says_times_its_quantity() {
    let with = |fields: &[(&str, &str)]| decide(&request(fields), None, &catalogue(), false);
    let one = with(&[("sku", "tea"), ("amount", "2500")]).unwrap();
    assert_eq!(one.price, money("2500", "UGX"));
    assert_eq!(one.description.as_deref(), Some("Tea"));
    assert_eq!(one.order_id, None, "this server names it");
    assert!(!one.quoted);
    let most = with(&[("sku", "tea"), ("quantity", "999"), ("currency", "UGX")]).unwrap();
    assert_eq!(most.price, money("2497500", "UGX"));
    assert_eq!(most.description.as_deref(), Some("999 × Tea"));
    let bad = ErrorCode::BadOption;
    refused(with(&[("sku", "tea"), ("quantity", "0")]), bad, "quantity:");
    refused(
        with(&[("sku", "tea"), ("quantity", "1000")]),
        bad,
        "quantity:",
    );
    refused(with(&[("sku", "gold")]), bad, "sku:");
    refused(
        with(&[("sku", "tea"), ("order_id", "mine")]),
        bad,
        "order_id:",
    );
    let mismatch = ErrorCode::AmountMismatch;
    refused(
        with(&[("sku", "tea"), ("amount", "2499")]),
        mismatch,
        "amount:",
    );
    refused(
        with(&[("sku", "tea"), ("currency", "KES")]),
        mismatch,
        "currency:",
    );
}

#[test]
fn the_pages_own_amount_counts_only_where_the_shop_allows_it() {
    let all = [("order_id", "o"), ("amount", "7"), ("currency", "UGX")];
    let with =
        |fields: &[(&str, &str)], allowed| decide(&request(fields), None, &catalogue(), allowed);
    let bad = ErrorCode::BadOption;
    refused(with(&all, false), bad, "quote:");
    let basket = with(&all, true).unwrap();
    assert_eq!(basket.price, money("7", "UGX"));
    assert!(!basket.quoted && !basket.vouched);
    refused(
        with(&[("order_id", "o")], true),
        bad,
        "order_id, amount and currency:",
    );
    refused(with(&[("quantity", "2")], true), bad, "quantity:");
    refused(with(&[("amount", "7")], true), bad, "currency:");
    refused(with(&[("order_id", "../x")], true), bad, "order_id:");
    refused(with(&[("currency", "KSH")], true), bad, "currency:");
    let zero = [("order_id", "o"), ("amount", "0"), ("currency", "UGX")];
    refused(with(&zero, true), bad, "amount:");
}

#[test]
fn an_amount_beside_a_quote_or_an_article_needs_no_currency() {
    let amount = request(&[("amount", "10000")]);
    assert!(decide(&amount, Some(quote()), &catalogue(), false).is_ok());
    let article = request(&[("sku", "tea"), ("amount", "2500")]);
    assert!(decide(&article, None, &catalogue(), false).is_ok());
}

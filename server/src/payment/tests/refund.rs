//! What may be noted of money that was given back.

use super::{ALL, attempt, id, money, order};
use crate::clock::UnixMs;
use crate::payment::refund::{NotRefundable, RefundNote, RefundWish, decide};
use crate::payment::{Attempt, AttemptStatus as S};

fn note(
    attempts: Vec<Attempt>,
    named: Option<&str>,
    amount: &str,
    currency: &str,
) -> Result<RefundNote, NotRefundable> {
    let wish = RefundWish {
        order_id: "order".parse().unwrap(),
        attempt: named.map(id),
        amount: money(amount, currency),
        reason: "broken".to_owned(),
        by: "amina".to_owned(),
        mark: true,
        now: UnixMs(5),
    };
    decide(&order(attempts), &wish)
}

#[test]
fn only_an_attempt_that_can_have_brought_money_is_given_back() {
    for status in ALL {
        let has_money = matches!(
            status,
            S::Paid | S::DuplicatePaid | S::NeedsReview | S::Refunded
        );
        let named = note(vec![attempt("a", status)], Some("a"), "10000", "UGX");
        let unnamed = note(vec![attempt("a", status)], None, "10000", "UGX");
        if has_money {
            let named = named.unwrap();
            assert_eq!(named.attempt_id, id("a"));
            // Marked once: the second note changes no status.
            assert_eq!(named.marked, status != S::Refunded, "{status}");
            assert_eq!(unnamed, Ok(named));
        } else {
            assert_eq!(named, Err(NotRefundable::NotPaid(status)));
            assert_eq!(unnamed, Err(NotRefundable::NothingPaid));
        }
    }
}

#[test]
fn where_several_may_be_meant_one_is_to_be_named() {
    let both = || vec![attempt("a", S::Paid), attempt("b", S::DuplicatePaid)];
    let several = NotRefundable::Several(vec![id("a"), id("b")]);
    assert!(several.to_string().ends_with("one of a b"), "{several}");
    assert_eq!(note(both(), None, "1", "UGX"), Err(several));
    let named = note(both(), Some("b"), "1", "UGX").unwrap();
    assert_eq!(named.attempt_id, id("b"));
    let other = note(both(), Some("c"), "1", "UGX");
    assert_eq!(other, Err(NotRefundable::NoAttempt));
}

#[test]
fn no_more_is_given_back_than_was_received_and_in_its_currency() {
    let mut less = attempt("a", S::NeedsReview);
    less.received = Some(money("400", "UGX"));
    let of = |amount, currency| note(vec![less.clone()], None, amount, currency);
    let most = NotRefundable::Amount {
        most: money("400", "UGX"),
    };
    assert!(most.to_string().ends_with("UGX 400"), "{most}");
    assert_eq!(
        of("400", "UGX").map(|it| it.amount),
        Ok(money("400", "UGX"))
    );
    assert!(of("1", "UGX").is_ok());
    for (amount, currency) in [("401", "UGX"), ("0", "UGX"), ("1", "KES")] {
        assert_eq!(
            of(amount, currency),
            Err(most.clone()),
            "{amount} {currency}"
        );
    }
    // What was received is not known: the price.
    let paid = || vec![attempt("a", S::Paid)];
    assert!(note(paid(), None, "10000", "UGX").is_ok());
    assert!(note(paid(), None, "10001", "UGX").is_err());
}

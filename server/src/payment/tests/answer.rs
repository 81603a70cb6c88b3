//! What an answer to its beginning makes of an attempt.

use super::super::AttemptStatus as S;
use super::super::answer::{AS_BEGUN, Reached, is_awaited, reached};
use super::{ALL, attempt, id, order};

#[test]
fn a_refusal_counts_for_what_is_being_begun_and_not_for_what_another_call_may_have_begun() {
    for status in ALL {
        let expected = status == S::Created;
        assert_eq!(is_awaited(&attempt("a", status)), expected, "{status}");
    }
}

#[test]
fn an_attempt_that_stands_as_it_was_begun_is_shown() {
    let new = attempt("a", S::Created);
    assert_eq!(reached(&new, &order(vec![new.clone()])), AS_BEGUN);
}

#[test]
fn only_what_takes_money_for_an_unpaid_order_is_shown() {
    for status in ALL {
        let it = attempt("a", status);
        let mut order = order(vec![it.clone()]);
        let seen = reached(&it, &order);
        let begins = matches!(status, S::Created | S::Unknown | S::Orphaned);
        let expected = if begins { S::Pending } else { status };
        let is_shown = matches!(expected, S::Pending | S::NeedsReview);
        let all = Reached {
            status: expected,
            is_shown,
        };
        assert_eq!(seen, all, "{status}");
        order.paid_by = Some(id("b"));
        assert!(!reached(&it, &order).is_shown, "{status}");
    }
}

#[test]
fn what_was_given_up_is_taken_up_again_only_where_nothing_is_in_its_way() {
    for other in ALL {
        let old = attempt("a", S::Orphaned);
        let both = order(vec![old.clone(), attempt("b", other)]);
        let blocked = matches!(
            other,
            S::Created | S::Pending | S::Unknown | S::NeedsReview | S::Paid
        );
        let expected = if blocked { S::Orphaned } else { S::Pending };
        let seen = reached(&old, &both);
        assert_eq!(
            (seen.status, seen.is_shown),
            (expected, !blocked),
            "{other}"
        );
        // What is being begun goes on: it was there first.
        let new = attempt("a", S::Created);
        let both = order(vec![new.clone(), attempt("b", other)]);
        assert_eq!(reached(&new, &both).status, S::Pending, "{other}");
    }
}

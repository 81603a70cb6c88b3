//! What an order with several attempts says of itself.

use malipo_wire::{Reason, SentTo, Status};

use super::{ALL, attempt, id, order};
use crate::clock::UnixMs;
use crate::payment::{Attempt, AttemptStatus as S};

#[test]
fn the_attempt_that_paid_speaks_for_the_order_whatever_came_after_it() {
    let mut paid = order(vec![
        attempt("first", S::Failed),
        attempt("second", S::Paid),
        attempt("third", S::DuplicatePaid),
    ]);
    paid.paid_by = Some(id("second"));
    assert_eq!(paid.current().map(|it| &it.id), Some(&id("second")));
    assert_eq!(paid.answer(false).status, Status::Success);
}

#[test]
fn else_the_newest_that_got_as_far_as_the_provider_does() {
    let current = |attempts: Vec<Attempt>| order(attempts).current().map(|it| it.id.0.clone());
    let (failed, pending, refused) = (
        attempt("failed", S::Failed),
        attempt("pending", S::Pending),
        attempt("refused", S::Refused),
    );
    assert_eq!(
        current(vec![failed.clone(), pending, refused.clone()]).as_deref(),
        Some("pending")
    );
    assert_eq!(
        current(vec![failed, refused.clone()]).as_deref(),
        Some("failed")
    );
    assert_eq!(current(vec![refused]).as_deref(), Some("refused"));
    assert_eq!(current(Vec::new()), None);
    assert_eq!(order(Vec::new()).answer(true).status, Status::Pending);
}

#[test]
fn every_status_is_told_as_one_of_three_words_with_its_reason() {
    for status in ALL {
        let mut it = attempt("a", status);
        it.reason = Some(Reason::Declined);
        let seen = (it.public_status(), it.public_reason());
        let expected = match status {
            // Refused: it was not begun, and the next press may begin another.
            S::Created | S::Pending | S::Unknown | S::Orphaned | S::Refused => {
                (Status::Pending, Some(Reason::Declined))
            }
            S::NeedsReview => (Status::Pending, Some(Reason::Review)),
            S::Failed => (Status::Failed, Some(Reason::Declined)),
            // Given back without having paid the order: nothing is to be delivered.
            S::Refunded => (Status::Failed, Some(Reason::Other)),
            S::Paid | S::DuplicatePaid => (Status::Success, None),
        };
        assert_eq!(seen, expected, "{status}");
        it.paid_at = Some(UnixMs(1));
        if status == S::Refunded {
            assert_eq!(it.public_status(), Status::Success, "it was paid");
            assert_eq!(it.public_reason(), None);
        }
    }
    let unexplained = attempt("a", S::Failed);
    assert_eq!(unexplained.public_reason(), Some(Reason::Other));
}

#[test]
fn a_page_or_a_link_that_was_sent_makes_an_attempt_reachable() {
    let none = attempt("a", S::Pending);
    assert!(!none.is_reachable());
    let mut page = none.clone();
    page.redirect_url = Some("https://pay.example/".to_owned());
    assert!(page.is_reachable());
    let mut sent = none;
    sent.sent_to = vec![SentTo {
        channel: "sms".to_owned(),
        to: None,
    }];
    assert!(sent.is_reachable());
}

#[test]
fn a_test_payment_says_so_and_a_real_one_does_not() {
    let order = order(vec![attempt("a", S::Pending)]);
    let answer = order.answer(true);
    assert_eq!(answer.test, Some(true));
    assert_eq!(order.answer(false).test, None);
    assert_eq!(answer.order_id, "order");
    assert_eq!(answer.amount.as_deref(), Some("10000"));
    assert_eq!(answer.currency.as_deref(), Some("UGX"));
}

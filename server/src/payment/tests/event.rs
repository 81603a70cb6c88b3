//! Which steps the shop is told of.

use super::{ALL, attempt, money};
use crate::clock::UnixMs;
use crate::payment::alarm::Alarm;
use crate::payment::event::{EventKind, event, kind};
use crate::payment::settle::Step;
use crate::payment::transaction::TransactionRef;
use crate::payment::{Attempt, AttemptStatus as S};

fn to(before: &Attempt, status: S, received: Option<&str>) -> Option<&'static str> {
    let step = Step {
        status,
        reason: None,
        received: received.map(|it| money(it, "UGX")),
        late: false,
        alarm: None,
    };
    kind(before, &step).map(EventKind::as_str)
}

#[test]
fn paid_failed_duplicate_and_review_are_told_and_nothing_else_is() {
    for status in ALL {
        let expected = match status {
            S::Paid => Some("payment.paid"),
            S::Failed => Some("payment.failed"),
            S::DuplicatePaid => Some("payment.duplicate"),
            S::NeedsReview => Some("payment.review"),
            S::Created | S::Pending | S::Unknown | S::Orphaned | S::Refused | S::Refunded => None,
        };
        let before = if status == S::Pending {
            S::Created
        } else {
            S::Pending
        };
        let seen = to(&attempt("a", before), status, None);
        assert_eq!(seen, expected, "{status}");
    }
}

#[test]
fn a_step_that_changes_neither_status_nor_amount_is_no_news() {
    let review = attempt("a", S::NeedsReview);
    assert_eq!(to(&review, S::NeedsReview, None), None);
    let more = to(&review, S::NeedsReview, Some("5"));
    assert_eq!(more, Some("payment.review"), "money came");
    assert_eq!(to(&review, S::Failed, None), Some("payment.failed"));
}

#[test]
fn an_event_says_what_was_received_else_the_price_and_the_providers_name_else_ours() {
    let mut paid = attempt("a", S::Paid);
    let seen = event(EventKind::Paid, &paid, None, true, UnixMs(0)).data;
    assert_eq!(seen.amount, "10000");
    assert_eq!(seen.provider_ref, "REFERENCE0000001");
    assert!(seen.test);
    paid.received = Some(money("10250", "UGX"));
    paid.provider_ref = Some("theirs".to_owned());
    let seen = event(EventKind::Paid, &paid, None, false, UnixMs(0)).data;
    assert_eq!(seen.amount, "10250");
    assert_eq!(seen.provider_ref, "theirs");
    assert!(!seen.test);
    let json = serde_json::to_string(&seen).unwrap();
    assert!(!json.contains("transaction_ref"), "{json}");
}

#[test]
fn an_event_about_one_of_two_transactions_says_which() {
    let paid = attempt("a", S::Paid);
    let second = TransactionRef::new("T2");
    let told = event(
        EventKind::Duplicate,
        &paid,
        second.as_ref(),
        true,
        UnixMs(0),
    );
    assert_eq!(told.data.provider_ref, "REFERENCE0000001");
    let json = serde_json::to_string(&told).unwrap();
    assert!(json.contains(r#""transaction_ref":"T2""#), "{json}");
}

#[test]
fn an_alarm_has_the_word_that_alert_rules_look_for() {
    let words = Alarm::ALL.map(Alarm::as_str);
    assert_eq!(
        words,
        [
            "duplicate_paid",
            "wrong_amount",
            "late_success",
            "never_ended"
        ]
    );
}

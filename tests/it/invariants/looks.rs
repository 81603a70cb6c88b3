//! What can be looked at from outside, at any time.

use malipo::checkout::{Checkout, Detail, StateName};

use crate::browser::parse_url;

use super::{Attempt, is_busy};

/// W6: https or loopback, absolute, without a user name, on one of these origins where there are any.
pub(super) fn assert_safe(url: &str, origins: &[String]) {
    let parts = parse_url(url, None).unwrap();
    let loopback = ["127.0.0.1", "localhost", "[::1]"].contains(&parts.hostname.as_str());
    let secure = parts.protocol == "https:" || (parts.protocol == "http:" && loopback);
    assert!(secure && !parts.has_user, "W6: {url}");
    assert_eq!(parts.href, url, "W6: not the judged form");
    let is_known = origins.is_empty() || origins.contains(&parts.origin);
    assert!(is_known, "W6: {url} is on none of {origins:?}");
}

pub(super) fn no_secret_in(detail: &Detail) {
    let text = serde_json::to_string(detail).unwrap();
    assert!(!text.contains("tok-"), "a token in an event: {text}");
    if let Some(amount) = detail.text("amount") {
        let is_decimal = amount.split('.').count() <= 2
            && amount
                .split('.')
                .all(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()));
        assert!(is_decimal, "{amount} is not a decimal");
    }
}

/// What can be asked of the machine at any time does not contradict itself.
pub(super) fn look_at(checkout: &Checkout, attempt: Option<&Attempt>) {
    let view = checkout.view();
    assert_eq!(view.state, checkout.state());
    assert_eq!(view.busy, is_busy(view.state));
    assert!(!(view.busy && view.can_press), "busy and pressable");
    assert!(view.headline.is_some() || view.state == StateName::Idle);
    if let Some(page) = &view.page {
        let Some(attempt) = attempt.filter(|it| it.initiated) else {
            panic!("W6: a link before pay-initiated");
        };
        assert_safe(page, &attempt.origins);
    }
    assert!(
        !(view.can_reopen && view.has_link),
        "two ways to the same page"
    );
    let offers_it = view.can_reopen || view.has_link;
    assert!(!offers_it || view.page.is_some(), "a way to no page");
    assert!(view.minutes_left == 0 || view.busy, "a count at the end");
}

//! A backend is not blamed for what is well, nor praised for what nobody has seen.

use super::backend::Backend;
use super::fault::Fault;
use super::{SHOWN, checked, judged, with};

#[tokio::test]
async fn what_was_not_answered_is_not_called_good() {
    for (fault, wrong, unknown) in [
        (
            Fault::TokenBreaks,
            &["error-status"][..],
            &["verify-token"][..],
        ),
        (Fault::TokenLimited, &[], &["verify-token"]),
        (Fault::UnknownLimited, &[], &["verify-unknown"]),
        (
            Fault::VerifyDown,
            &["verify"],
            &["verify-order", "verify-claim"],
        ),
    ] {
        let checks = judged(fault).await;
        assert_eq!(with(&checks, "wrong"), wrong, "{fault:?}");
        assert_eq!(with(&checks, "not_applicable"), unknown, "{fault:?}");
    }
}

#[tokio::test]
async fn what_a_good_backend_may_do_is_not_called_wrong() {
    for fault in [
        Fault::CutByWebServer,
        Fault::ByteOrderMark,
        Fault::ProblemJson,
        Fault::PassedThrough,
        Fault::StarHeaders,
    ] {
        let checks = judged(fault).await;
        let wrong: Vec<_> = checks.iter().filter(|it| it.1 == "wrong").collect();
        assert!(wrong.is_empty(), "{fault:?}: {wrong:#?}");
    }
}

#[tokio::test]
async fn a_star_allows_neither_authorization_nor_anything_where_cookies_are_sent() {
    for more in [
        &["--header", "Authorization: Bearer 1"][..],
        &["--credentials"],
    ] {
        let backend = Backend::start_with(Fault::StarHeaders, true).await;
        let (_, checks) = checked(&backend.base, &[&SHOWN[..], more].concat()).await;
        assert_eq!(with(&checks, "wrong"), ["cors-preflight"], "{more:?}");
    }
}

//! A backend is not blamed for what is well, nor praised for what nobody has seen.

use super::backend::{Backend, SHOP};
use super::fault::Fault;
use super::{SHOWN, checked, judged, with};
use crate::world::quote;

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
            Fault::OtherBodyDown,
            &["error-status"],
            &["repeat-other-body"],
        ),
        (Fault::OtherBodyLimited, &[], &["repeat-other-body"]),
        (Fault::OtherBodyBusy, &[], &["repeat-other-body"]),
        (Fault::OtherBodyVague, &[], &["repeat-other-body"]),
        (Fault::RepeatLimited, &[], &["repeat", "repeat-at-once"]),
        (Fault::LargeBreaks, &[], &["request-size"]),
        (Fault::GetBreaks, &[], &["method"]),
        (Fault::ForeignReturnTaken, &[], &["return-url"]),
        (Fault::ReturnsNobody, &[], &["return-url"]),
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
async fn what_is_well_in_a_way_of_its_own_is_called_good() {
    for (fault, check) in [
        (Fault::NoTokens, "verify-token"),
        (Fault::OwnReturnToldBack, "return-url"),
        (Fault::BusyUntilDate, "repeat-at-once"),
        (Fault::PlainTextNeedsKey, "bad-input"),
        (Fault::PlainTextOfOwnPages, "bad-input"),
        (Fault::LargeIsBadRequest, "request-size"),
        (Fault::LargeIsCut, "request-size"),
        (Fault::GetIsUnknown, "method"),
    ] {
        let checks = judged(fault).await;
        assert!(with(&checks, "wrong").is_empty(), "{fault:?}: {checks:#?}");
        assert!(
            with(&checks, "ok").contains(&check),
            "{fault:?}: {checks:#?}"
        );
    }
}

#[tokio::test]
async fn of_a_backend_that_is_not_there_nothing_is_called_good() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", port.local_addr().unwrap());
    drop(port);
    for arguments in [&[][..], &SHOWN, &["--origin", SHOP, "--credentials"]] {
        let (_, checks) = checked(&base, arguments).await;
        let wrong: Vec<_> = checks.iter().filter(|it| it.1 == "wrong").collect();
        assert!(
            wrong.len() == 1 && wrong[0].0 == "initiate" && wrong[0].2.contains("refused"),
            "{wrong:#?}"
        );
        assert!(with(&checks, "ok").is_empty(), "{checks:#?}");
    }
}

#[tokio::test]
async fn no_query_holds_what_a_log_must_not_hold() {
    let backend = Backend::start(Fault::None).await;
    let quote = quote("ORDER-0000001", "1250.50", 3600);
    let payer = ["--customer-phone", "+254700000001"];
    for named in [&[][..], &["--quote", &quote], &["--order-id", "MY-ORDER"]] {
        checked(&backend.base, &[&SHOWN, named, &payer].concat()).await;
    }
    let queries = backend.queries();
    let of_initiate =
        "amount=1250.50&currency=KES&return_url=https%3A%2F%2Fshop.example%2F&sku=tea";
    let expected = [of_initiate, "", of_initiate];
    for (three, expected) in queries.chunks(3).zip(expected) {
        assert_eq!(three[0], expected);
        assert!(three[1].starts_with("order_id=MALIPO-CHECK-"), "{three:?}");
        assert_eq!(three[2], "");
    }
    assert_eq!(queries.len(), 9);
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

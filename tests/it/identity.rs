//! Which payment an answer is about, and which amounts are the same.

use malipo::checkout::StateName;

use crate::harness::*;

/// The order that counts after this answer to initiate, for a page with or without an order of its own.
#[track_caller]
fn check_order(page: Option<&str>, body: &str, order: &str, reference: Option<&str>, warns: bool) {
    let mut script = vec![(0, press()), (1, initiated(body))];
    match page {
        Some(id) => script.insert(0, (0, with("order-id", id))),
        None => script.insert(0, (0, Act::Without("order-id"))),
    }
    let world = run(&script);
    assert_eq!(world.checkout.order_id(), Some(order), "{body}");
    let record = world
        .storage
        .values()
        .find(|it| it.order_id.is_some())
        .unwrap();
    assert_eq!(record.reference.as_deref(), reference, "{body}");
    assert_eq!(world.times("warn").len(), usize::from(warns), "{body}");
}

#[test]
fn the_answer_to_initiate_names_the_payment() {
    const URL: &str = r#""redirect_url":"https://pay.example/""#;
    const PAGE_URL: &str = r#""pay_page_url":"https://pay.example/""#;
    for (page, body, order, reference, warns) in [
        (
            Some("P"),
            format!(r#"{{"order_id":"A",{URL}}}"#),
            "A",
            None,
            true,
        ),
        (
            Some("P"),
            format!(r#"{{"order_id":"P",{URL}}}"#),
            "P",
            None,
            false,
        ),
        (Some("P"), format!(r#"{{{URL}}}"#), "P", None, false),
        (
            None,
            format!(r#"{{"order_id":"A",{URL}}}"#),
            "A",
            None,
            false,
        ),
        (
            None,
            format!(r#"{{"order_id":1001,{URL}}}"#),
            "1001",
            None,
            false,
        ),
        (
            Some("P"),
            format!(r#"{{"data":{{"id":"I","order_id":"D",{URL}}}}}"#),
            "D",
            Some("I"),
            true,
        ),
        (
            Some("P"),
            format!(r#"{{"data":{{"id":"I",{URL}}}}}"#),
            "P",
            Some("I"),
            false,
        ),
        (
            Some("P"),
            format!(r#"{{"order_id":"A","data":{{"order_id":"D",{URL}}}}}"#),
            "D",
            None,
            true,
        ),
        (
            Some("P"),
            format!(r#"{{"ok":true,"request_id":"R","metadata":{{"order_id":"M"}},{PAGE_URL}}}"#),
            "M",
            Some("R"),
            true,
        ),
        (
            Some("P"),
            format!(r#"{{"ok":true,"request_id":"R",{PAGE_URL}}}"#),
            "P",
            Some("R"),
            false,
        ),
        (
            None,
            format!(r#"{{"ok":true,"request_id":"R",{PAGE_URL}}}"#),
            "R",
            Some("R"),
            false,
        ),
        (
            Some("P"),
            r#"{"status":true,"data":{"paymentLinkRef":"L","externalRef":"E"}}"#.into(),
            "E",
            Some("L"),
            true,
        ),
        (
            Some("P"),
            r#"{"status":true,"data":{"paymentLinkRef":"L"}}"#.into(),
            "P",
            Some("L"),
            false,
        ),
        (
            None,
            r#"{"status":true,"data":{"paymentLinkRef":"L"}}"#.into(),
            "L",
            Some("L"),
            false,
        ),
    ] {
        check_order(page, &body, order, reference, warns);
    }
}

#[test]
fn an_answer_that_names_nothing_for_a_page_that_names_nothing_is_refused() {
    let world = run(&[
        (0, Act::Without("order-id")),
        (0, press()),
        (1, initiated(r#"{"redirect_url":"https://pay.example/"}"#)),
    ]);
    assert_eq!(world.times("pay-error backend terminal").len(), 1);
    assert!(world.times("navigate").is_empty());
}

#[test]
fn a_verify_about_another_order_is_ignored_and_reported_once() {
    for body in [
        r#"{"order_id":"ORD-2","status":"success"}"#,
        r#"{"order_id":"ord-1","status":"success"}"#,
        r#"{"order_id":"ORD-1 ","status":"failed"}"#,
        r#"{"order_id":1,"status":"success"}"#,
        r#"{"status":"success","data":{"order_id":"ORD-2","status":"success"}}"#,
        r#"{"ok":true,"metadata":{"order_id":"ORD-2"},"request_id":"ORD-1","proof_status":"verified"}"#,
        r#"{"ok":true,"request_id":"R2","proof_status":"verified"}"#,
    ] {
        let world = run(&[
            (0, press()),
            (1, initiated(GOOD)),
            (1, verifies(200, body)),
            (60_000, Act::Nothing),
        ]);
        assert_eq!(world.state(), StateName::Waiting, "{body}");
        assert_eq!(world.times("pay-error order-mismatch").len(), 1, "{body}");
    }
}

/// Whether these amounts, shown and answered by initiate, open the checkout page.
#[track_caller]
fn check_shown(shown: (&str, &str), answered: &str, opens: bool) {
    let body =
        format!(r#"{{"order_id":"ORD-1","redirect_url":"https://pay.example/",{answered}}}"#);
    let mut script = vec![(0, press()), (1, initiated(&body))];
    for (name, value) in [("amount", shown.0), ("currency", shown.1)] {
        script.insert(
            0,
            (
                0,
                match value {
                    "" => Act::Without(name),
                    _ => with(name, value),
                },
            ),
        );
    }
    let world = run(&script);
    assert_eq!(
        world.times("navigate").len(),
        usize::from(opens),
        "{shown:?} {answered}"
    );
    let errors = world.times("pay-error amount-mismatch terminal");
    assert_eq!(errors.len(), usize::from(!opens), "{shown:?} {answered}");
}

#[test]
fn the_amount_shown_is_compared_before_anything_is_opened() {
    for same in [
        r#""amount":"10000","currency":"UGX""#,
        r#""amount":"10000.00","currency":"UGX""#,
        r#""amount":10000,"currency":"UGX""#,
        r#""amount":10000.0,"currency":"ugx""#,
        r#""amount":1e4"#,
        r#""amount":"10000""#,
        r#""currency":"UGX""#,
        r#""amount":null,"currency":null"#,
        r#""token":"t""#,
    ] {
        check_shown(("10000", "UGX"), same, true);
    }
    for other in [
        r#""amount":"10001","currency":"UGX""#,
        r#""amount":"100","currency":"UGX""#,
        r#""amount":"10000","currency":"KES""#,
        r#""amount":"10000","currency":"KSH""#,
        r#""amount":"10000.5","currency":"UGX""#,
        r#""amount":"10,000","currency":"UGX""#,
        r#""amount":"-10000","currency":"UGX""#,
        r#""amount":-10000"#,
        r#""amount":1e21"#,
        r#""amount":"ten""#,
        r#""amount":"99999999999999999999999999""#,
    ] {
        check_shown(("10000", "UGX"), other, false);
    }
    check_shown(("12.50", "KES"), r#""amount":12.5,"currency":"KES""#, true);
    check_shown(("12.50", "KES"), r#""amount":1250,"currency":"KES""#, false);
}

#[test]
fn an_amount_shown_without_currency_is_compared_in_the_answers() {
    check_shown(
        ("10000", ""),
        r#""amount":"10000.00","currency":"UGX""#,
        true,
    );
    check_shown(("10000", ""), r#""amount":"10000.00""#, true);
    check_shown(("10000", ""), r#""amount":"10001","currency":"UGX""#, false);
    check_shown(("10000", ""), r#""amount":"10001""#, false);
    check_shown(("", "UGX"), r#""amount":"5","currency":"UGX""#, true);
    check_shown(("", ""), r#""amount":"5","currency":"UGX""#, true);
}

#[test]
fn jopays_amounts_are_minor_units_already() {
    let body = |amount: &str| {
        format!(
            r#"{{"ok":true,"request_id":"R","pay_page_url":"https://pay.example/","amount":{amount}}}"#
        )
    };
    for (amount, opens) in [
        (r#"{"fiat_int":1250,"fiat_code":"KES"}"#, true),
        (r#"{"fiat_int":"1250","fiat_code":"kes"}"#, true),
        (r#"{"fiat_int":1250}"#, true),
        (r#"{"fiat_int":125000,"fiat_code":"KES"}"#, false),
        (r#"{"fiat_int":12.5,"fiat_code":"KES"}"#, false),
        (r#"{"fiat_int":-1250,"fiat_code":"KES"}"#, false),
        (r#"{"fiat_int":1250,"fiat_code":"UGX"}"#, false),
        (r#"{"fiat_int":1250,"fiat_code":"XXX"}"#, false),
        ("1250", true),
    ] {
        let world = run(&[
            (0, with("amount", "12.50")),
            (0, with("currency", "KES")),
            (0, press()),
            (1, initiated(&body(amount))),
        ]);
        assert_eq!(
            world.times("navigate").len(),
            usize::from(opens),
            "{amount}"
        );
    }
    // Without any currency nobody knows what a minor unit is: not shown as if it were major.
    let world = run(&[
        (0, Act::Without("amount")),
        (0, Act::Without("currency")),
        (0, press()),
        (1, initiated(&body(r#"{"fiat_int":1250}"#))),
        (
            2_600,
            verified(r#"{"ok":true,"request_id":"R","proof_status":"verified"}"#),
        ),
    ]);
    assert_eq!(world.times("pay-success ORD-1").len(), 1);
    assert!(
        world.log.iter().all(|it| !it.1.contains("1250")),
        "{:?}",
        world.log
    );
}

#[test]
fn a_success_over_another_amount_is_reported_once_and_waits() {
    for said in [
        r#""amount":"9999","currency":"UGX""#,
        r#""amount":"10000","currency":"KES""#,
        r#""amount":"10000","currency":"KSH""#,
        r#""currency":"KSH""#,
        r#""currency":"KES""#,
        r#""amount":"lots","currency":"UGX""#,
        r#""amount":1e21"#,
        r#""amount":"10001""#,
    ] {
        let body = format!(r#"{{"order_id":"ORD-1","status":"success",{said}}}"#);
        let world = run(&[
            (0, press()),
            (1, initiated(GOOD)),
            (1, verifies(200, &body)),
            (30_000, Act::Nothing),
        ]);
        assert_eq!(world.state(), StateName::Waiting, "{said}");
        assert_eq!(world.times("pay-error amount-mismatch").len(), 1, "{said}");
        let headline = world.checkout.view().headline.unwrap();
        assert_eq!(headline.text.id(), "in-review", "{said}");
    }
}

#[test]
fn a_success_over_the_right_amount_settles_even_after_another() {
    let other = r#"{"order_id":"ORD-1","status":"success","amount":"1","currency":"UGX"}"#;
    let world = run(&[
        (0, press()),
        (1, initiated(GOOD)),
        (2_600, verified(other)),
        (6_000, verified(SUCCESS)),
    ]);
    assert_eq!(world.state(), StateName::Success);
}

#[test]
fn amounts_that_nobody_named_are_not_compared() {
    let silent = r#"{"order_id":"ORD-1","redirect_url":"https://pay.example/"}"#;
    for (said, line) in [
        (
            r#""amount":"7","currency":"UGX""#,
            "pay-success ORD-1 7 UGX",
        ),
        (r#""x":1"#, "pay-success ORD-1 UGX"),
        (r#""amount":"lots""#, "pay-success ORD-1 UGX"),
        (r#""amount":1e21"#, "pay-success ORD-1 UGX"),
    ] {
        let body = format!(r#"{{"order_id":"ORD-1","status":"success",{said}}}"#);
        let world = run(&[
            (0, Act::Without("amount")),
            (0, press()),
            (1, initiated(silent)),
            (2_600, verified(&body)),
        ]);
        let seen = &world
            .log
            .iter()
            .find(|it| it.1.starts_with("pay-success"))
            .unwrap()
            .1;
        assert_eq!(seen, line, "{said}");
    }
}

#[test]
fn where_initiate_named_no_amount_a_success_is_compared_with_what_is_shown() {
    let silent = r#"{"order_id":"ORD-1","redirect_url":"https://pay.example/"}"#;
    let fees = silent.replace('}', r#","fees_added":true}"#);
    for (initiate, said, expected) in [
        (
            silent,
            r#""amount":"10000.00","currency":"UGX""#,
            StateName::Success,
        ),
        (silent, r#""x":1"#, StateName::Success),
        (
            silent,
            r#""amount":"7","currency":"UGX""#,
            StateName::Waiting,
        ),
        (
            silent,
            r#""amount":"10000","currency":"KES""#,
            StateName::Waiting,
        ),
        (silent, r#""amount":"lots""#, StateName::Waiting),
        // What is shown is not all of it.
        (
            fees.as_str(),
            r#""amount":"10250","currency":"UGX""#,
            StateName::Success,
        ),
    ] {
        let body = format!(r#"{{"order_id":"ORD-1","status":"success",{said}}}"#);
        let world = run(&[
            (0, press()),
            (1, initiated(initiate)),
            (2_600, verified(&body)),
        ]);
        assert_eq!(world.state(), expected, "{said}");
    }
}

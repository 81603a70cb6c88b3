//! What is refused before anything is sent.

use super::super::flow::CREATE;
use super::{AMINA, BRIAN, BULK, Place, day};

#[tokio::test]
async fn what_is_wrong_is_named_before_anything_is_sent() {
    let place = Place::new().await;
    let check = async |lines: &[&str], changes: &[&str], expected: i32, parts: &[&str]| {
        place.payers(lines);
        let name = |it: &str| it.split('=').next().unwrap_or_default().to_owned();
        let kept = BULK
            .iter()
            .filter(|it| !changes.iter().any(|change| name(change) == name(it)));
        let arguments: Vec<&str> = kept.chain(changes).copied().collect();
        let (code, out, err) = place.save(&arguments).await;
        assert_eq!((code, out.as_str()), (expected, ""), "{changes:?}: {err}");
        for part in parts {
            assert!(err.contains(part), "{part}: {err}");
        }
    };
    let two = &[AMINA, BRIAN];
    check(
        two,
        &["--type=MANY"],
        2,
        &["--type", "accepted: SINGLE or BULK"],
    )
    .await;
    check(
        two,
        &["--amount-option=FREE"],
        2,
        &["accepted: OPEN or RESTRICTED"],
    )
    .await;
    check(two, &["--currency=kes"], 2, &["--currency", "such as KES"]).await;
    check(two, &["--amount=4.005"], 3, &["--amount: "]).await;
    check(
        two,
        &["--amount=0"],
        3,
        &["--amount: accepted: more than zero"],
    )
    .await;
    check(
        two,
        &["--type=SINGLE"],
        3,
        &["--payers: there are 2; accepted for a SINGLE link: one"],
    )
    .await;
    check(
        &[],
        &[],
        3,
        &["--payers: there are 0; accepted for a BULK link: 1 to 500"],
    )
    .await;
    check(
        &[AMINA, "B,,"],
        &[],
        3,
        &["--payers: payer 2: customer.email: missing"],
    )
    .await;
    check(
        &[AMINA, "B,b@c.test,0712 345 678"],
        &[],
        3,
        &["--payers: payer 2: customer.phone: it is an earlier payer's"],
    )
    .await;
    check(
        &[AMINA, "B,b@c.test"],
        &[],
        3,
        &["--payers: ", "line: 3", "name,email,phone"],
    )
    .await;
    let long = format!("--name={}", "x".repeat(201));
    // All of it at once.
    check(
        two,
        &[
            &long,
            "--expires=2026-2-30",
            "--redirect-url=javascript:alert(1)",
        ],
        3,
        &[
            "nothing was sent",
            "--name: accepted: 1 to 200 characters",
            "--expires: accepted: a day as yyyy-MM-dd",
            "--redirect-url: accepted: a whole https or http URL",
        ],
    )
    .await;
    for later in [-1, 366] {
        let expires = format!("--expires={}", day(later));
        check(
            two,
            &[&expires],
            3,
            &["--expires: accepted: today in Nairobi"],
        )
        .await;
    }
    let (code, _, err) = place
        .save(&[
            "create",
            "short",
            "--amount=1",
            "--currency=KES",
            "--name=x",
        ])
        .await;
    assert_eq!(code, 3);
    assert!(
        err.contains("REF: accepted: 8 to 20 letters and digits"),
        "{err}"
    );
    for (arguments, part) in [
        (
            &["show", "NOBODYS01"][..],
            "NOBODYS01: no link has this name",
        ),
        (
            &["update", "NOBODYS01", "--payers=-"],
            "NOBODYS01: no link has this name",
        ),
        (
            &[
                "create",
                "RENTNOV26",
                "--amount=1",
                "--currency=KES",
                "--name=x",
                "--payers=/nowhere.csv",
            ],
            "--payers: /nowhere.csv",
        ),
    ] {
        let (code, _, err) = place.run(arguments).await;
        assert_eq!(code, 3, "{err}");
        assert!(err.contains(part), "{err}");
    }
    assert_eq!(place.sandbox.calls(CREATE).await, 0);
    assert_eq!(place.said(&["list"]).await, "no links\n");
}

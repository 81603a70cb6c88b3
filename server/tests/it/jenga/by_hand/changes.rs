//! Links that are changed, refused, or made without an answer.

use serde_json::json;

use super::super::flow::CREATE;
use super::{AMINA, AMINAS, BRIAN, BRIANS, BULK, CARO, Place, day};

#[tokio::test]
async fn an_update_changes_what_is_named_and_keeps_the_rest() {
    let place = Place::new().await;
    place.bulk().await;
    place.payers(&[BRIAN, CARO]);
    let expires = day(60);
    let (code, out, err) = place
        .save(&[
            "update",
            "RENTNOV26",
            "--amount=450.50",
            "--expires",
            &expires,
        ])
        .await;
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("1 of 2 have no phone"), "{err}");
    assert!(out.contains("KES 450.50 RESTRICTED"), "{out}");
    assert!(out.contains("description:  Flats 1 and 2"), "{out}");
    let links = place.sandbox.links().await;
    let link = &links[0];
    assert_eq!((links.len(), &link["updates"]), (1, &json!(1)));
    assert_eq!(
        (&link["amount"], &link["expiry_date"], &link["redirect_url"]),
        (
            &json!("450.5"),
            &json!(expires),
            &json!("https://shop.example/thanks")
        )
    );
    let link = place.shown("RENTNOV26").await;
    let rows: Vec<_> = link["payments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["order_id"].as_str().unwrap(),
                it["asked"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("RENTNOV26P1", false),
            ("RENTNOV26P2", true),
            ("RENTNOV26P3", true)
        ]
    );
    // The customer who is named first now is not the one who was.
    place
        .sandbox
        .settle("RENTNOV26", "succeed?customer=1")
        .await;
    let before = place
        .until(
            "RENTNOV26",
            &[
                (AMINAS, "pending", "-"),
                (BRIANS, "paid", "450.50"),
                ("c...@example.test", "pending", "-"),
            ],
        )
        .await;
    // Jenga changes no link that was paid; the record stays as it was.
    place.payers(&[AMINA]);
    let (code, _, err) = place
        .save(&["update", "RENTNOV26", "--name=Other", "--amount=1"])
        .await;
    assert_eq!(code, 3);
    assert!(err.contains("Payment already completed"), "{err}");
    assert_eq!(place.shown("RENTNOV26").await, before);
}

#[tokio::test]
async fn a_link_whose_answer_was_lost_is_kept_and_never_made_twice() {
    let place = Place::new().await;
    place
        .sandbox
        .script(json!({"create": {"fault": "timeout_after_create", "times": 1}}))
        .await;
    let (code, _, err) = place.save(BULK).await;
    assert_eq!(code, 3);
    assert!(err.contains("it may be there all the same"), "{err}");
    let shown = place.said(&["show", "RENTNOV26"]).await;
    assert!(shown.contains("at Jenga:     not known"), "{shown}");
    for (arguments, part) in [
        (BULK, "REF: RENTNOV26: an order or a link has this name"),
        (&["update", "RENTNOV26"], "accepted: --link-ref"),
    ] {
        let (code, _, err) = place.save(arguments).await;
        assert_eq!(code, 3, "{err}");
        assert!(err.contains(part), "{err}");
    }
    assert_eq!(place.sandbox.calls(CREATE).await, 1);
    // Its payments come all the same, and JengaHQ has its name.
    let links = place.sandbox.links().await;
    let id = links[0]["id"].as_str().unwrap();
    let (code, out, err) = place.save(&["update", "RENTNOV26", "--link-ref", id]).await;
    assert_eq!(code, 0, "{err}");
    assert!(out.contains(&format!("at Jenga:     {id}")), "{out}");
    place
        .sandbox
        .settle("RENTNOV26", "succeed?customer=2")
        .await;
    place
        .until(
            "RENTNOV26",
            &[(AMINAS, "pending", "-"), (BRIANS, "paid", "400.00")],
        )
        .await;
    assert_eq!(place.sandbox.links().await.len(), 1);
}

#[tokio::test]
async fn a_link_that_was_refused_leaves_nothing_behind() {
    let place = Place::new().await;
    place
        .sandbox
        .script(json!({"token": {"refuse_calls": 2}}))
        .await;
    let (code, _, err) = place.save(BULK).await;
    assert_eq!(code, 3);
    assert!(err.contains("the provider refused"), "{err}");
    assert_eq!(place.said(&["list"]).await, "no links\n");
    assert_eq!(place.sandbox.messages().await.len(), 0);
    // The name is free.
    place.bulk().await;
    assert_eq!(place.sandbox.links().await.len(), 1);
}

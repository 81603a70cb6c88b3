//! Links that are made, and IPNs about them.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::{AMINA, AMINAS, BRIANS, BULK, Place, day};
use crate::process::run;
use crate::world::eventually;

#[tokio::test]
async fn a_bulk_link_is_sent_to_each_payer_and_has_a_payment_row_each() {
    let place = Place::new().await;
    let expires = day(30);
    let (code, out, err) = place.save(&[BULK, &["--expires", &expires]].concat()).await;
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let link = &place.sandbox.links().await[0];
    let id = link["id"].as_str().unwrap();
    let seen = [
        "order_id",
        "link_type",
        "amount_option",
        "amount",
        "expiry_date",
        "redirect_url",
    ]
    .map(|it| link[it].as_str().unwrap());
    let expected = [
        "RENTNOV26",
        "BULK",
        "RESTRICTED",
        "400",
        &expires,
        "https://shop.example/thanks",
    ];
    assert_eq!(seen, expected);
    let to: Vec<_> = place.sandbox.messages().await;
    let mut to: Vec<_> = to.iter().map(|it| it["to"].as_str().unwrap()).collect();
    to.sort_unstable();
    assert_eq!(
        to,
        [
            "254700111222",
            "254712345678",
            "amina@example.test",
            "brian@example.test"
        ]
    );
    // What a person reads.
    for line in [
        "link:         RENTNOV26",
        &format!("at Jenga:     {id}"),
        &format!("address:      {}/simulator/{id}", place.sandbox.base),
        "type:         BULK",
        "amount:       KES 400.00 RESTRICTED",
        "name:         Rent November",
        "description:  Flats 1 and 2",
        "then to:      https://shop.example/thanks",
        &format!("expires:      {expires}T20:59:59.999Z"),
        "paid:         0 of 2",
    ] {
        assert!(out.lines().any(|it| it == line), "{line}: {out}");
    }
    let rows: Vec<Vec<&str>> = out
        .lines()
        .skip_while(|it| !it.starts_with("PAYMENT"))
        .map(|it| it.split_whitespace().take(5).collect())
        .collect();
    assert_eq!(
        rows,
        [
            ["PAYMENT", "PAYER", "ASKED", "STATUS", "REASON"],
            [
                "RENTNOV26P1",
                "...678,",
                "a...@example.test",
                "yes",
                "pending"
            ],
            [
                "RENTNOV26P2",
                "...222,",
                "b...@example.test",
                "yes",
                "pending"
            ],
        ]
    );
    // The same by each of its names, and in the list.
    for name in ["RENTNOV26", id, "RENTNOV26P2"] {
        assert_eq!(place.said(&["show", name]).await, out);
    }
    let list = place.said(&["list"]).await;
    let columns = ["RENTNOV26", id, "BULK", "KES", "400.00"];
    let second = list.lines().nth(1).unwrap();
    assert!(second.split_whitespace().take(5).eq(columns), "{list}");
    let list = place.said(&["list", "--json"]).await;
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list[0]["payments"][1]["order_id"], "RENTNOV26P2");
}

#[tokio::test]
async fn each_payers_ipn_finds_its_row() {
    let place = Place::new().await;
    place.bulk().await;
    let settle = async |how: &str| place.sandbox.settle("RENTNOV26", how).await;
    settle("fail?customer=1").await;
    settle("succeed?customer=2").await;
    place
        .until(
            "RENTNOV26",
            &[(AMINAS, "pending", "declined"), (BRIANS, "paid", "400.00")],
        )
        .await;
    let list = place.said(&["list"]).await;
    assert!(list.contains("1 of 2"), "{list}");
    // One who pays twice is not the other one, and less than the amount is for a person.
    settle("succeed?customer=2&again=true").await;
    settle("succeed?customer=1&amount=399.50").await;
    let link = place
        .until(
            "RENTNOV26",
            &[
                (AMINAS, "needs_review", "review"),
                (BRIANS, "paid", "400.00"),
                (BRIANS, "duplicate_paid", "400.00"),
            ],
        )
        .await;
    assert_eq!(link["payments"][0]["received_amount"], "399.50");
    let links = place.sandbox.links().await;
    let told = links[0]["attempts"][1]["transaction_reference"].clone();
    assert_eq!(link["payments"][1]["transaction"], told);
    // Whoever got it from a neighbour.
    let fields = json!({"customer.mobileNumber": "254799999999"});
    place
        .sandbox
        .script(json!({"ipn": {"fields": fields}}))
        .await;
    settle("succeed?customer=1&again=true").await;
    let link = place
        .until(
            "RENTNOV26",
            &[
                (AMINAS, "needs_review", "review"),
                (BRIANS, "paid", "400.00"),
                (BRIANS, "duplicate_paid", "400.00"),
                ("somebody else", "paid", "400.00"),
            ],
        )
        .await;
    assert_eq!(link["payments"][3]["asked"], false);
    let shown = place.said(&["show", "RENTNOV26"]).await;
    assert!(shown.contains("1 of 2, 1 not asked"), "{shown}");
}

#[tokio::test]
async fn a_payment_counts_once_wherever_the_names_stand_and_however_often_it_is_told() {
    let place = Place::new().await;
    place.bulk().await;
    let places = json!({"external_ref_in": "transaction.reference", "payment_link_ref_in": "none", "copies": 3});
    place.sandbox.script(json!({"ipn": places})).await;
    place
        .sandbox
        .settle("RENTNOV26", "succeed?customer=1")
        .await;
    place
        .sandbox
        .settle("RENTNOV26", "succeed?customer=2")
        .await;
    place
        .until(
            "RENTNOV26",
            &[(AMINAS, "paid", "400.00"), (BRIANS, "paid", "400.00")],
        )
        .await;
    // No field left that tells one transaction from another: kept for a person.
    let places = json!({"external_ref_in": "transaction.reference", "payment_link_ref_in": "bank.reference"});
    place.sandbox.script(json!({"ipn": places})).await;
    place
        .sandbox
        .settle("RENTNOV26", "succeed?customer=2&again=true")
        .await;
    let parked = eventually(async || {
        let (_, out, _) = run(place.path(), &["parked", "list"]).await;
        out.contains("RENTNOV26").then_some(out)
    })
    .await;
    assert!(parked.contains("SUCCESS MPESA 400 KES"), "{parked}");
    place
        .until(
            "RENTNOV26",
            &[(AMINAS, "paid", "400.00"), (BRIANS, "paid", "400.00")],
        )
        .await;
}

#[tokio::test]
async fn a_single_link_takes_its_payer_from_a_pipe_and_an_open_one_any_amount() {
    let place = Place::new().await;
    let mut child = Command::new(env!("CARGO_BIN_EXE_malipo-server"))
        .args(["jenga", "link", "create", "DONATION1", "--amount=400"])
        .args(["--currency=KES", "--name=Roof", "--amount-option=OPEN"])
        .args(["--payers=-", "--json", "--config"])
        .arg(place.path().join("malipo.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = format!("name,email,phone\n{AMINA}\n");
    stdin.write_all(text.as_bytes()).await.unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    // Without a day of its own it ends as the shop's links do: tomorrow.
    let expires = format!("{}T20:59:59.999Z", day(1));
    assert_eq!(
        [&made["type"], &made["description"], &made["expires_at"]],
        ["SINGLE", "Roof", &expires]
    );
    let links = place.sandbox.links().await;
    assert_eq!(
        [&links[0]["link_type"], &links[0]["amount_option"]],
        ["SINGLE", "OPEN"]
    );
    // Any telephone pays a link that has one payer.
    let fields = json!({"customer.mobileNumber": "254799999999"});
    place
        .sandbox
        .script(json!({"ipn": {"fields": fields}}))
        .await;
    place.sandbox.settle("DONATION1", "succeed?amount=25").await;
    place.until("DONATION1", &[(AMINAS, "paid", "25.00")]).await;
}

//! Links that the operator made by hand.

use std::sync::Arc;

use malipo_server::clock::UnixMs;
use malipo_server::payment::link::{AmountOption, Heard, Link, LinkKind, LinkPayment, Told};
use malipo_server::payment::settle::Observation;
use malipo_server::payment::{AttemptId, AttemptStatus, Opened};
use malipo_server::store::Answered;
use malipo_server::store::links::Noted;
use malipo_wire::{Money, Reason};

use super::transactions::references;
use super::{Bench, LATER, NOW, price};

/// A link for `payers` with the hashes `[1; 32]`, `[2; 32]` and so on.
fn link(external_ref: &str, payers: u8) -> Link {
    let payer =
        |it: u8| LinkPayment::new(it.into(), Some([it; 32]), format!("...{it}, a...@b"), NOW);
    Link {
        provider: "jenga".to_owned(),
        external_ref: external_ref.to_owned(),
        link_ref: None,
        kind: LinkKind::Bulk,
        option: AmountOption::Restricted,
        price: price(),
        name: "Rent".to_owned(),
        description: "November, 'flat' \"9\" \u{1f3e0}".to_owned(),
        redirect_url: Some("https://shop.example/thanks".to_owned()),
        expires_at: LATER,
        created_at: NOW,
        payments: (1..=payers).map(payer).collect(),
    }
}

async fn noted(bench: &Bench, link: &Link) {
    let noted = bench.store.note_link(link, None).await.unwrap();
    assert_eq!(noted, Noted::Done);
}

async fn kept(bench: &Bench, name: &str) -> Option<Link> {
    let names = [name.to_owned()];
    bench.store.link("jenga", &names).await.unwrap()
}

/// A notification about the payer with this hash; the number of the row that it changes, where it can be placed.
async fn told(bench: &Bench, name: &str, payer: u8, transaction: &str) -> Option<Option<u32>> {
    told_that(bench, name, payer, transaction, paid()).await
}

async fn told_that(
    bench: &Bench,
    name: &str,
    payer: u8,
    transaction: &str,
    says: Observation,
) -> Option<Option<u32>> {
    let names = ["nobody's".to_owned(), name.to_owned()];
    let told = Told {
        names: &names,
        payer: Some([payer; 32]),
        references: &references(&[transaction]),
        says,
    };
    match bench.store.tell_link("jenga", told, LATER).await.unwrap() {
        Heard::Unplaced => None,
        Heard::Known => Some(None),
        Heard::Changed(it) => Some(Some(it.number)),
    }
}

fn paid() -> Observation {
    Observation::Success(Some(price()))
}

/// An order's attempt at Jenga that would be named as the order.
async fn begun(bench: &Bench, order: &str) -> (String, AttemptId) {
    let mut begin = bench.begin(order);
    begin.attempt.provider = "jenga";
    let id = begin.attempt.id.clone();
    bench.decided(begin).await;
    (bench.attempt(&id).await.reference.0, id)
}

pub(super) async fn a_link_is_kept_as_it_was_and_found_by_each_of_its_names(bench: Bench) {
    let mut made = link("RENTNOV26", 2);
    noted(&bench, &made).await;
    assert_eq!(kept(&bench, "RENTNOV26").await.as_ref(), Some(&made));
    bench
        .store
        .name_link("jenga", "RENTNOV26", "456175577507808")
        .await
        .unwrap();
    made.link_ref = Some("456175577507808".to_owned());
    let bench = bench.reopened().await;
    for name in ["RENTNOV26", "456175577507808", "RENTNOV26P2"] {
        assert_eq!(kept(&bench, name).await.as_ref(), Some(&made), "{name}");
    }
    for name in ["RENTNOV26P3", "RENTNOV", "", "\0"] {
        assert_eq!(kept(&bench, name).await, None, "{name:?}");
    }
    let names = ["RENTNOV26".to_owned()];
    assert_eq!(bench.store.link("jopay", &names).await.unwrap(), None);
}

pub(super) async fn links_are_listed_newest_first(bench: Bench) {
    for (nth, name) in ["FIRST001", "SECOND02", "THIRD003"].iter().enumerate() {
        let later = NOW.plus_ms(i64::try_from(nth).unwrap());
        let made = Link {
            created_at: later,
            ..link(name, 1)
        };
        noted(&bench, &made).await;
    }
    let listed = bench.store.links("jenga").await.unwrap();
    let names: Vec<_> = listed.iter().map(|it| it.external_ref.as_str()).collect();
    assert_eq!(names, ["THIRD003", "SECOND02", "FIRST001"]);
    assert!(listed.iter().all(|it| it.payments.len() == 1));
    assert_eq!(bench.store.links("jopay").await.unwrap(), []);
}

pub(super) async fn no_two_have_one_name(bench: Bench) {
    let (taken, id) = begun(&bench, "ORDER0001").await;
    assert_eq!(taken, "ORDER0001");
    let opened = Opened {
        provider_ref: Some("456175577507808".to_owned()),
        ..Opened::default()
    };
    assert!(bench.answered(&id, Answered::Opened(opened)).await);
    noted(&bench, &link("RENTNOV26", 2)).await;
    // An order's, a row's, a link's, and the other way about.
    for name in ["ORDER0001", "456175577507808", "RENTNOV26P2", "RENTNOV26"] {
        let noted = bench.store.note_link(&link(name, 1), None).await.unwrap();
        assert_eq!(noted, Noted::Taken, "{name}");
    }
    noted(&bench, &link("SCHOOL26P1", 1)).await;
    begun(&bench, "MARKET26P1").await;
    for name in ["SCHOOL26", "MARKET26"] {
        let noted = bench.store.note_link(&link(name, 1), None).await.unwrap();
        assert_eq!(noted, Noted::Taken, "{name}");
    }
    // An order never takes the name of a link or of a row.
    for order in ["RENTNOV26", "RENTNOV26P1"] {
        assert_ne!(begun(&bench, order).await.0, order);
    }
    assert_eq!(begun(&bench, "RENTNOV26P3").await.0, "RENTNOV26P3");
}

pub(super) async fn each_payers_payment_is_noted_in_its_own_row(bench: Bench) {
    noted(&bench, &link("RENTNOV26", 2)).await;
    assert_eq!(told(&bench, "OTHER", 1, "t0").await, None);
    assert_eq!(told(&bench, "RENTNOV26", 2, "t1").await, Some(Some(2)));
    // The same one once more.
    assert_eq!(told(&bench, "RENTNOV26", 2, "t1").await, Some(None));
    let less = Observation::Success(Some(super::ugx("9999")));
    let again = told_that(&bench, "RENTNOV26P1", 1, "t2", less).await;
    assert_eq!(again, Some(Some(1)));
    assert_eq!(told(&bench, "RENTNOV26", 2, "t3").await, Some(Some(3)));
    assert_eq!(told(&bench, "RENTNOV26", 9, "t4").await, Some(Some(4)));
    let bench = bench.reopened().await;
    let rows = kept(&bench, "RENTNOV26").await.unwrap().payments;
    let seen: Vec<_> = rows
        .iter()
        .map(|it| (it.number, it.status, it.reason, it.received, it.asked))
        .collect();
    let (full, less) = (Some(price()), Some(super::ugx("9999")));
    let review = Some(Reason::Review);
    assert_eq!(
        seen,
        [
            (1, AttemptStatus::NeedsReview, review, less, true),
            (2, AttemptStatus::Paid, None, full, true),
            (3, AttemptStatus::DuplicatePaid, None, full, false),
            (4, AttemptStatus::Paid, None, full, false),
        ]
    );
    assert_eq!(rows[1].transaction.as_deref(), Some("t1"));
    assert_eq!((rows[1].updated_at, rows[1].payer), (LATER, Some([2; 32])));
    assert_eq!(rows[3].shown, "somebody else");
}

pub(super) async fn a_change_is_noted_only_over_what_was_read(bench: Bench) {
    let made = link("RENTNOV26", 2);
    noted(&bench, &made).await;
    let mut changed = Link {
        price: super::ugx("20000"),
        option: AmountOption::Open,
        name: "Rent and water".to_owned(),
        description: "December".to_owned(),
        redirect_url: None,
        expires_at: UnixMs(LATER.0 + 86_400_000),
        link_ref: Some("456175577507808".to_owned()),
        ..link("RENTNOV26", 3)
    };
    changed.payments.remove(0);
    let note = async |before| bench.store.note_link(&changed, before).await.unwrap();
    assert_eq!(note(None).await, Noted::Taken);
    // A payment comes in between.
    assert_eq!(told(&bench, "RENTNOV26", 1, "t1").await, Some(Some(1)));
    assert_eq!(note(Some(&made)).await, Noted::Changed);
    let read = kept(&bench, "RENTNOV26").await.unwrap();
    assert_eq!(read.payments[0].status, AttemptStatus::Paid);
    assert_eq!(note(Some(&read)).await, Noted::Done);
    assert_eq!(kept(&bench, "RENTNOV26").await.as_ref(), Some(&changed));
    // One that is not there cannot be changed.
    let other = link("SCHOOL26", 1);
    let noted = bench.store.note_link(&other, Some(&other)).await.unwrap();
    assert_eq!(noted, Noted::Changed);
}

pub(super) async fn a_link_that_was_not_made_is_forgotten_unless_somebody_paid_it(bench: Bench) {
    for name in ["RENTNOV26", "SCHOOL26"] {
        noted(&bench, &link(name, 2)).await;
    }
    assert_eq!(told(&bench, "SCHOOL26", 1, "t1").await, Some(Some(1)));
    for name in ["RENTNOV26", "SCHOOL26", "NOTTHERE"] {
        bench.store.drop_link("jenga", name).await.unwrap();
    }
    assert_eq!(kept(&bench, "RENTNOV26").await, None);
    assert_eq!(kept(&bench, "RENTNOV26P1").await, None);
    assert!(kept(&bench, "SCHOOL26").await.is_some());
    let rows = "SELECT count(*) FROM link_payments";
    assert_eq!(bench.number(rows).await, 2);
}

pub(super) async fn many_payments_of_one_link_at_once_are_all_noted_once(bench: Bench) {
    noted(&bench, &link("RENTNOV26", 8)).await;
    let stores = [Arc::clone(&bench.store), bench.beside().await];
    // Each of eight payers, and eight others, each told of to both servers.
    let tasks: Vec<_> = (0..32_u8)
        .map(|nth| {
            let store = Arc::clone(&stores[usize::from(nth % 2)]);
            tokio::spawn(async move {
                let names = ["RENTNOV26".to_owned()];
                let payer = nth / 2 + 1;
                let told = Told {
                    names: &names,
                    payer: Some([payer; 32]),
                    references: &references(&[&format!("t{payer}")]),
                    says: Observation::Success(Some(price())),
                };
                store.tell_link("jenga", told, LATER).await
            })
        })
        .collect();
    let mut changed = 0;
    for task in tasks {
        let heard = task.await.unwrap().unwrap();
        changed += u32::from(matches!(heard, Heard::Changed(_)));
    }
    assert_eq!(changed, 16);
    let rows = kept(&bench, "RENTNOV26").await.unwrap().payments;
    assert_eq!(rows.len(), 16);
    for row in rows {
        assert_eq!(row.status, AttemptStatus::Paid);
        let [payer, ..] = row.payer.unwrap();
        assert_eq!(row.transaction, Some(format!("t{payer}")));
    }
}

pub(super) async fn five_hundred_payers_are_noted_at_once(bench: Bench) {
    let mut made = link("RENTNOV26", 0);
    for number in 1..=500 {
        let mut hash = [0; 32];
        hash[0..4].copy_from_slice(&u32::to_be_bytes(number));
        let shown = format!("...{number}");
        made.payments
            .push(LinkPayment::new(number, Some(hash), shown, NOW));
    }
    made.price = Money::from_minor(1, price().currency()).unwrap();
    noted(&bench, &made).await;
    assert_eq!(kept(&bench, "RENTNOV26P500").await, Some(made));
}

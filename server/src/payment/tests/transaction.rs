//! Which of an attempt's payments a transaction is.

use super::super::AttemptStatus;
use super::super::transaction::{KnownReference, MOST_BYTES, Payment, References, TransactionRef};
use super::attempt;

/// The transaction's own reference first; empty where it has none.
fn references(all: &[&str]) -> References {
    let mut all = all.iter().map(|it| TransactionRef::new(it));
    References {
        own: all.next().flatten(),
        others: all.flatten().collect(),
    }
}

/// Tells a pending attempt of these, one after the other, by this and by what an older version wrote down (`written`).
#[track_caller]
fn check(written: &[&str], told: &[(&[&str], Payment)]) {
    let attempt = attempt("a", AttemptStatus::Pending);
    let mut known: Vec<KnownReference> = written
        .iter()
        .map(|it| KnownReference {
            reference: (*it).to_owned(),
            told_with: None,
        })
        .collect();
    for (all, expected) in told {
        let told = references(all);
        let seen = Payment::judge(&attempt, &known, &told);
        assert_eq!(seen, *expected, "{all:?} beside {known:?}");
        for noted in told.to_note(&known) {
            known.retain(|it| it.reference != noted.reference);
            known.push(noted);
        }
    }
}

use Payment::{First, Known, Second, Unclear};

#[test]
fn a_transaction_is_known_by_any_of_its_references() {
    check(
        &[],
        &[
            (&["T1"], First),
            (&["T1", "B1"], Known),
            (&["", "B1"], Known),
            (&["T2", "B2"], Second),
            (&["", "B2"], Known),
            (&["", "B3"], Second),
            (&["T3", "B3"], Known),
            (&["T3"], Known),
        ],
    );
}

#[test]
fn a_reference_is_noted_once_and_again_only_where_its_transaction_is_now_known() {
    let noted = |told: &[&str], known: &[KnownReference]| {
        let noted = references(told).to_note(known);
        let texts = noted
            .iter()
            .map(|it| format!("{} {:?}", it.reference, it.told_with));
        texts.collect::<Vec<_>>()
    };
    let whole = references(&["T1", "B1"]).to_note(&[]);
    assert_eq!(
        noted(&["T1", "B1"], &[]),
        [r#"T1 Some("T1")"#, r#"B1 Some("T1")"#]
    );
    assert!(noted(&["T1", "B1"], &whole).is_empty());
    assert!(noted(&["", "B1"], &whole).is_empty());
    let alone = references(&["", "B1"]).to_note(&[]);
    assert!(noted(&["", "B1"], &alone).is_empty());
    assert_eq!(
        noted(&["T1", "B1"], &alone),
        [r#"T1 Some("T1")"#, r#"B1 Some("T1")"#]
    );
}

#[test]
fn another_transaction_that_shares_a_reference_is_never_taken_for_the_first() {
    check(
        &[],
        &[
            (&["T1", "EQUITY"], First),
            (&["T2", "EQUITY"], Unclear),
            // It is noted, and a person was told once.
            (&["T2", "EQUITY"], Known),
            (&["T1", "EQUITY"], Known),
            (&["T3", "EQUITY"], Unclear),
            // Called by another one's name.
            (&["EQUITY"], Unclear),
        ],
    );
    // Told without its own before: it may be that one.
    check(
        &[],
        &[
            (&["", "B1"], First),
            (&["T1", "B1"], Known),
            (&["T2", "B1"], Unclear),
        ],
    );
}

#[test]
fn what_stands_for_no_reference_joins_no_two_payments() {
    for none in [
        "0", "", " ", "-", "--", "00", "N/A", "n/a", "null", "None", "NA", ".",
    ] {
        check(&[], &[(&["T1", none], First), (&["T2", none], Second)]);
        assert_eq!(TransactionRef::new(none), None, "{none:?}");
    }
    for some in ["1", "00010", "T-0", "été", "NAB"] {
        assert_eq!(TransactionRef::new(some).unwrap().as_str(), some);
    }
    assert_eq!(TransactionRef::new(" T1 ").unwrap().as_str(), "T1");
}

#[test]
fn what_an_older_version_wrote_down_is_known_joined_and_apart() {
    check(
        // It joins them still while the new one runs beside it.
        &["T1/B1"],
        &[
            (&["T1", "B1"], Known),
            (&["T1"], Known),
            (&["T2", "B2"], Second),
        ],
    );
    check(&["T1/B1"], &[(&["", "B1"], Known)]);
    // The update took apart what had a slash of its own at the first one.
    let taken_apart = ["MPESA/ABC/123", "MPESA", "ABC/123"];
    check(&taken_apart, &[(&["MPESA/ABC", "123"], Known)]);
    check(&taken_apart, &[(&["MPESA/ABC/123"], Known)]);
    check(&taken_apart, &[(&["", "123"], Known)]);
    // What it took for a reference is dropped today.
    check(&["T1/0"], &[(&["T1", "0"], Known), (&["T2", "0"], Second)]);
    // Which was the transaction's own it did not say.
    check(&["T1", "B1"], &[(&["T2", "B1"], Unclear)]);
    check(
        &["T1", "B1", "T1/B1"],
        &[(&["T2", "B1"], Unclear), (&["T1", "B1"], Known)],
    );
    check(&["B1"], &[(&["T1", "B1"], Known)]);
    check(&["T1"], &[(&["T10"], Second), (&["T"], Second)]);
}

#[test]
fn a_payment_without_any_reference_is_for_a_person_unless_it_may_be_the_first() {
    check(&[], &[(&[], First), (&["T1"], First), (&[], Unclear)]);
    let paid = attempt("a", AttemptStatus::Paid);
    let seen = |told: &[&str]| Payment::judge(&paid, &[], &references(told));
    assert_eq!((seen(&[]), seen(&["T1"])), (Unclear, Unclear));
}

#[test]
fn what_comes_after_too_little_may_be_its_rest() {
    let short = attempt("a", AttemptStatus::NeedsReview);
    let known = references(&["T1"]).to_note(&[]);
    let seen = |told: &[&str]| Payment::judge(&short, &known, &references(told));
    assert_eq!((seen(&["T1"]), seen(&["T2"])), (Known, Payment::Rest));
    assert!(Payment::Rest.note(&short, "x").is_some());
    assert_eq!(Known.note(&short, "x"), None);
}

#[test]
fn a_reference_without_end_is_cut_and_stays_itself() {
    let long = |end: &str| TransactionRef::new(&format!("{}{end}", "T".repeat(20_000))).unwrap();
    assert!(long("1").as_str().len() <= MOST_BYTES);
    assert_eq!(long("1"), long("1"));
    assert_ne!(long("1"), long("2"));
    let whole = "T".repeat(MOST_BYTES);
    assert_eq!(TransactionRef::new(&whole).unwrap().as_str(), whole);
    // No database's text may hold these.
    let odd = ["T\0", "T\u{1}", "T\u{7f}", "\0T"].map(|it| TransactionRef::new(it).unwrap());
    for (nth, it) in odd.iter().enumerate() {
        assert!(it.as_str().starts_with("T~"), "{it}");
        assert!(!odd.iter().skip(nth + 1).any(|other| other == it), "{it}");
    }
    let wide = "é".repeat(5_000);
    assert!(TransactionRef::new(&wide).unwrap().as_str().len() <= MOST_BYTES);
}

//! What an update of the tables makes of what is in them.

use malipo_server::payment::transaction::Payment;

use super::Bench;
use super::transactions::tell;

pub(super) async fn references_that_were_joined_are_known_apart_after_the_update(bench: Bench) {
    let id = bench.pending("ORDER-1").await;
    let insert = "INSERT INTO told_transactions (attempt_id, transaction_ref, told_at) VALUES";
    let rows = ["T1/B1", "/T2", "T3/", "T4"].map(|it| format!("('{}', '{it}', 1)", id.0));
    bench.tamper(&format!("{insert} {}", rows.join(", "))).await;
    // As before the updates.
    for undone in [
        "ALTER TABLE told_transactions DROP COLUMN told_with",
        "DROP INDEX attempts_paid_by_provider",
        "ALTER TABLE attempts DROP COLUMN notified_at",
    ] {
        bench.tamper(undone).await;
    }
    bench.unmigrated(8).await;
    let bench = bench.reopened().await;
    let all = "SELECT count(*) FROM told_transactions";
    assert_eq!(bench.number(all).await, 4 + 4, "T1, B1, T2 and T3");
    for reference in ["T1", "B1", "T2", "T4", "T1/B1"] {
        let seen = tell(&bench, &id, &[reference]).await;
        assert_eq!(seen, Payment::Known, "{reference}");
    }
    assert_eq!(tell(&bench, &id, &["B4"]).await, Payment::Second);
    // A server of before the updates goes on while this one runs.
    let joined = format!("{insert} ('{}', 'MPESA/T5/B5', 1)", id.0);
    bench.tamper(&joined).await;
    for references in [&["MPESA/T5", "B5"][..], &["MPESA/T5"], &["", "B5"]] {
        let seen = tell(&bench, &id, references).await;
        assert_eq!(seen, Payment::Known, "{references:?}");
    }
}

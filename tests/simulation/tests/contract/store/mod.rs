//! The cases of `server/tests/it/store`, over memory: all that are of every store.

#[macro_use]
#[path = "../../../../../server/tests/it/store/cases.rs"]
mod cases;

#[path = "../../../../../server/tests/it/store/begin.rs"]
mod begin;
#[path = "../../../../../server/tests/it/store/bench.rs"]
mod bench;
#[path = "../../../../../server/tests/it/store/due.rs"]
mod due;
#[path = "../../../../../server/tests/it/store/kept.rs"]
mod kept;
#[path = "../../../../../server/tests/it/store/outbox.rs"]
mod outbox;
mod place;
#[path = "../../../../../server/tests/it/store/quotas.rs"]
mod quotas;
#[path = "../../../../../server/tests/it/store/recipients.rs"]
mod recipients;
#[path = "../../../../../server/tests/it/store/settle.rs"]
mod settle;
#[path = "../../../../../server/tests/it/store/transactions.rs"]
mod transactions;

use bench::{Bench, LATER, NOW, SUCCESS, page, price, ugx};
use place::Place;

macro_rules! cases {
    ($($room:ident { $($case:ident),+ $(,)? })+) => {
        $(mod $room {
            $(#[tokio::test]
            async fn $case() {
                crate::store::$room::$case(crate::store::Bench::memory().await).await;
            })+
        })+
    };
}

mod everywhere {
    list!(everywhere: cases);
}

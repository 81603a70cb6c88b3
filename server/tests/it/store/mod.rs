//! What every store does: one list of cases, run over SQLite and over PostgreSQL.

#[macro_use]
mod cases;

mod begin;
mod bench;
mod due;
mod kept;
mod links;
mod outbox;
mod place;
mod postgres;
mod quotas;
mod recipients;
mod records;
mod refunds;
mod settle;
mod sqlite;
mod transactions;
mod unsure;
mod updates;

use bench::{Bench, LATER, NOW, SUCCESS, page, price, ugx};
use place::Place;

/// Each of these is a test over SQLite and one over PostgreSQL.
macro_rules! cases {
    ($($room:ident { $($case:ident),+ $(,)? })+) => {
        $(mod $room {
            mod over_sqlite {
                $(#[tokio::test(flavor = "multi_thread")]
                async fn $case() {
                    crate::store::$room::$case(crate::store::Bench::sqlite().await).await;
                })+
            }
            mod over_postgres {
                $(#[tokio::test(flavor = "multi_thread")]
                async fn $case() {
                    crate::store::$room::$case(crate::store::Bench::postgres().await).await;
                })+
            }
        })+
    };
}

mod everywhere {
    list!(everywhere: cases);
}

mod tables {
    list!(tables: cases);
}

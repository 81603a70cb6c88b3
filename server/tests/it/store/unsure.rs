//! A database that goes away in the middle of a commit: what it was told has happened, and nobody was told so.

use std::sync::{Arc, Mutex};

use malipo_server::config::PostgresConfig;
use malipo_server::payment::Reference;
use malipo_server::payment::begin::Decision;
use malipo_server::payment::settle::Observation;
use malipo_server::store::outbox::Tell;
use malipo_server::store::{Answered, PostgresStore, Store};
use malipo_wire::Reason;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};

use super::{Bench, LATER, Place, SUCCESS, page};

/// A way to the bench's database that can swallow the answer to a commit, and cuts the connection then.
struct Unsure {
    store: PostgresStore,
    cuts: Cuts,
}

/// What is asked when the connection is cut.
type Cuts = Arc<Mutex<Option<String>>>;

impl Unsure {
    async fn of(bench: &Bench) -> Self {
        let Place::Postgres(database) = &bench.place else {
            panic!("no database")
        };
        let (server, name) = database.url.rsplit_once('/').unwrap();
        let folder = server.rsplit_once('@').unwrap().1.replace("%2F", "/");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cuts = Cuts::default();
        let armed = Arc::clone(&cuts);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let socket = format!("{folder}/.s.PGSQL.5432");
                let database = UnixStream::connect(socket).await.unwrap();
                tokio::spawn(pass(client, database, Arc::clone(&armed)));
            }
        });
        let url = format!("postgres://malipo@127.0.0.1:{port}/{name}?sslmode=disable");
        let config = PostgresConfig::parse(&url).unwrap();
        Self {
            store: PostgresStore::open(&config).await.unwrap(),
            cuts,
        }
    }

    /// The answer to the next question with this in it is lost: `COMMIT`, or a value of the statement that is a transaction
    /// by itself.
    fn cut(&self, at: &str) -> &PostgresStore {
        *self.cuts.lock().unwrap() = Some(at.to_owned());
        &self.store
    }

    /// Whether that has happened.
    fn was_cut(&self) -> bool {
        self.cuts.lock().unwrap().is_none()
    }
}

async fn pass(mut client: TcpStream, mut database: UnixStream, cuts: Cuts) {
    let (mut asked, mut said) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Some(some) = read.ok().filter(|it| 0 < *it) else { return };
                database.write_all(&asked[..some]).await.unwrap();
                if is_reached(&cuts, &asked[..some]) {
                    // It has been carried out as soon as it is answered.
                    assert_ne!(database.read(&mut said).await.unwrap(), 0);
                    return;
                }
            }
            read = database.read(&mut said) => {
                let Some(some) = read.ok().filter(|it| 0 < *it) else { return };
                if client.write_all(&said[..some]).await.is_err() { return }
            }
        }
    }
}

/// Whether this is the question. It is cut once.
fn is_reached(cuts: &Cuts, asked: &[u8]) -> bool {
    let mut at = cuts.lock().unwrap();
    let holds = |at: &String| asked.windows(at.len()).any(|it| it == at.as_bytes());
    at.take_if(|it| holds(it)).is_some()
}

const BOTH: Tell = Tell {
    webhook: true,
    hook: true,
    test: true,
};

#[tokio::test]
async fn a_beginning_whose_commit_was_not_answered_is_found_and_not_begun_again() {
    let bench = Bench::postgres().await;
    let way = Unsure::of(&bench).await;
    let begin = bench.begin("ORDER-1");
    let id = begin.attempt.id.clone();
    let first = way.cut(&id.0).begin(begin).await.unwrap();
    assert!(way.was_cut());
    let second = way.store.begin(bench.begin("ORDER-1")).await.unwrap();
    // Whoever has begun it goes on with it; nobody else does.
    let Decision::New { first: true } = first.decision else {
        panic!("{first:?}")
    };
    assert_eq!(first.reference, Some(Reference("ORDER-1".to_owned())));
    assert!(matches!(second.decision, Decision::Running), "{second:?}");
    let order = bench.order("ORDER-1").await;
    assert_eq!(order.attempts.len(), 1);
    assert_eq!(order.attempts[0].id, id);
}

#[tokio::test]
async fn a_later_beginning_of_an_order_is_found_in_the_same_way() {
    let bench = Bench::postgres().await;
    let way = Unsure::of(&bench).await;
    let failed = bench.pending("ORDER-1").await;
    bench
        .settle(&failed, Observation::Failed(Reason::Declined))
        .await;
    let mut begin = bench.begin("ORDER-1");
    (begin.wish.asked, begin.key) = (vec![failed], Some("key-2".to_owned()));
    let id = begin.attempt.id.clone();
    let again = way.cut("COMMIT").begin(begin).await.unwrap();
    assert!(way.was_cut());
    let Decision::New { first: false } = again.decision else {
        panic!("{again:?}")
    };
    let order = bench.order("ORDER-1").await;
    assert_eq!(order.attempts.len(), 2);
    let own = order.attempts.iter().find(|it| it.id == id);
    assert_eq!(again.reference, own.map(|it| it.reference.clone()));
}

#[tokio::test]
async fn an_order_that_is_paid_is_said_to_be_where_the_commit_was_not_answered() {
    let bench = Bench::postgres().await;
    let way = Unsure::of(&bench).await;
    let paid = bench.pending("ORDER-1").await;
    bench.settle(&paid, SUCCESS()).await;
    let begun = way.cut("COMMIT").begin(bench.begin("ORDER-1")).await;
    assert!(way.was_cut());
    let Decision::Paid { .. } = begun.unwrap().decision else {
        panic!("it is not paid")
    };
}

#[tokio::test]
async fn a_page_whose_commit_was_not_answered_is_shown_and_found_by_the_next_press() {
    let bench = Bench::postgres().await;
    let way = Unsure::of(&bench).await;
    let id = bench.created("ORDER-1").await;
    let answer = Answered::Opened(page(&id));
    let shown = way.cut(&id.0).answered(&id, answer, LATER).await;
    assert!(shown.unwrap());
    assert!(way.was_cut());
    let again = way.store.begin(bench.begin("ORDER-1")).await.unwrap();
    let Decision::Same(attempt) = again.decision else {
        panic!("{again:?}")
    };
    assert_eq!(
        (&attempt.id, &attempt.redirect_url),
        (&id, &page(&id).redirect_url)
    );
}

#[tokio::test]
async fn a_success_whose_commit_was_not_answered_is_told_once() {
    let bench = Bench::postgres().await;
    let way = Unsure::of(&bench).await;
    let id = bench.pending("ORDER-1").await;
    let first = way.cut("COMMIT").settle(&id, SUCCESS(), BOTH, LATER).await;
    first.unwrap_err();
    assert!(way.was_cut());
    // The provider tells again what was not acknowledged.
    let second = way.store.settle(&id, SUCCESS(), BOTH, LATER).await;
    assert!(second.unwrap().is_none());
    assert_eq!(bench.order("ORDER-1").await.paid_by, Some(id));
    let told = "SELECT count(*) FROM outbox";
    assert_eq!(bench.number(told).await, 2, "each channel once");
}

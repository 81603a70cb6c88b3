//! The one connection that writes, on a thread of its own: a commit waits for the disk.
//!
//! What waits together is committed together, so that all of it costs one wait. A write is answered after the commit, and does
//! not notice the others: where one of them fails, or the commit does, everything is undone and each is run again in a
//! transaction of its own. Where none can be begun, the file is locked, and all who wait are told after one wait for it.

use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc;
use std::{iter, slice};

use rusqlite::{Connection, Error, TransactionBehavior};
use tokio::sync::oneshot;

use crate::store::StoreError;

/// The way to the thread. Dropping it ends the thread, after the writes that are waiting.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Box<dyn Job>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(mut connection: Connection) -> Result<Self, StoreError> {
        let (jobs, waiting) = mpsc::channel();
        std::thread::Builder::new()
            .name("malipo-store".to_owned())
            .spawn(move || {
                while let Ok(first) = waiting.recv() {
                    let others = waiting.try_iter().take(MOST_TOGETHER - 1);
                    commit(&mut connection, iter::once(first).chain(others).collect());
                }
            })
            .map_err(|error| StoreError(error.to_string()))?;
        Ok(Self { jobs })
    }

    /// Runs a write and waits until it is on the disk. It may be run more than once: then what it did before was undone.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (done, result) = oneshot::channel();
        let stopped = || StoreError("the writer has stopped".to_owned());
        let job = Write {
            work,
            made: Err(stopped()),
            done,
        };
        self.jobs.send(Box::new(job)).map_err(|_| stopped())?;
        result.await.unwrap_or_else(|_| Err(stopped()))
    }
}

/// A write that waits.
trait Job: Send {
    /// Runs its statements.
    fn run(&mut self, connection: &Connection) -> Result<(), Error>;

    /// Tells whoever waits what became of it.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Write<T, W> {
    work: W,
    /// What the last run brought.
    made: Result<T, StoreError>,
    done: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, W: Fn(&Connection) -> Result<T, Error> + Send> Job for Write<T, W> {
    fn run(&mut self, connection: &Connection) -> Result<(), Error> {
        self.made = Ok((self.work)(connection)?);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        // Nobody listens any more where the request was dropped; the write has happened all the same.
        let _ = self.done.send(committed.and(self.made));
    }
}

fn commit(connection: &mut Connection, mut waiting: Vec<Box<dyn Job>>) {
    let committed = match together(connection, &mut waiting) {
        Err(Undone::Run(_)) if 1 < waiting.len() => {
            let mut locked = None;
            for mut job in waiting {
                if let Some(error) = &locked {
                    job.answer(Err(StoreError::clone(error)));
                    continue;
                }
                let alone = together(connection, slice::from_mut(&mut job));
                let is_locked = matches!(alone, Err(Undone::NotBegun(_)));
                let alone = alone.map_err(StoreError::from);
                locked = alone.clone().err().filter(|_| is_locked);
                job.answer(alone);
            }
            return;
        }
        committed => committed.map_err(StoreError::from),
    };
    for job in waiting {
        job.answer(committed.clone());
    }
}

fn together(connection: &mut Connection, jobs: &mut [Box<dyn Job>]) -> Result<(), Undone> {
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let transaction = begun.map_err(Undone::NotBegun)?;
    for job in jobs {
        // What it did is undone with the transaction.
        let ran = panic::catch_unwind(AssertUnwindSafe(|| job.run(&transaction)));
        ran.unwrap_or_else(|_| Err(broke())).map_err(Undone::Run)?;
    }
    transaction.commit().map_err(Undone::Run)
}

/// What is told of a write that panicked; the panic itself is in the log.
fn broke() -> Error {
    Error::ToSqlConversionFailure("a write broke off".into())
}

/// Why nothing was written.
enum Undone {
    /// No transaction could be begun.
    NotBegun(Error),
    /// A write failed, or the commit of all.
    Run(Error),
}

impl From<Undone> for StoreError {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::NotBegun(error) | Undone::Run(error) => error.into(),
        }
    }
}

/// The most writes of one commit: the first of them waits for the last, some milliseconds.
const MOST_TOGETHER: usize = 64;

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::{Arc, Mutex};

    use tokio::sync::oneshot::error::TryRecvError;

    use super::*;

    type Waiting<T> = oneshot::Receiver<Result<T, StoreError>>;

    fn job<T: Send + 'static>(
        work: impl Fn(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> (Box<dyn Job>, Waiting<T>) {
        let (done, result) = oneshot::channel();
        let made = Err(StoreError("it has not run".to_owned()));
        (Box::new(Write { work, made, done }), result)
    }

    fn add(number: u32) -> (Box<dyn Job>, Waiting<usize>) {
        job(move |it| it.execute("INSERT INTO numbers (number) VALUES (?1)", [number]))
    }

    fn numbers(connection: &Connection) -> Vec<u32> {
        let mut statement = connection
            .prepare("SELECT number FROM numbers ORDER BY number")
            .unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    fn file() -> (tempfile::TempDir, std::path::PathBuf, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("numbers.sqlite");
        let connection = Connection::open(&path).unwrap();
        let made = connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; CREATE TABLE numbers (number INTEGER PRIMARY KEY, \
             after INTEGER REFERENCES numbers (number) DEFERRABLE INITIALLY DEFERRED)",
        );
        made.unwrap();
        (folder, path, connection)
    }

    #[test]
    fn what_waits_together_is_committed_and_answered_together() {
        let (_folder, path, mut connection) = file();
        let (first, mut first_done) = add(1);
        let (looking, mut seen) = job(move |_| Ok(numbers(&Connection::open(&path)?)));
        assert_eq!(first_done.try_recv().unwrap_err(), TryRecvError::Empty);
        commit(&mut connection, vec![first, looking]);
        assert_eq!(seen.try_recv().unwrap().unwrap(), Vec::<u32>::new());
        assert_eq!(first_done.try_recv().unwrap().unwrap(), 1);
        assert_eq!(numbers(&connection), [1]);
    }

    #[test]
    fn a_write_that_fails_among_others_fails_alone() {
        let (_folder, _, mut connection) = file();
        let (first, mut first_done) = add(1);
        let (again, mut again_done) = add(1);
        let (second, mut second_done) = add(2);
        commit(&mut connection, vec![first, again, second]);
        assert_eq!(first_done.try_recv().unwrap().unwrap(), 1);
        assert!(again_done.try_recv().unwrap().is_err());
        assert_eq!(second_done.try_recv().unwrap().unwrap(), 1);
        assert_eq!(numbers(&connection), [1, 2]);
    }

    #[test]
    fn a_write_with_which_nothing_can_be_committed_fails_alone() {
        let (_folder, _, mut connection) = file();
        let (first, mut first_done) = add(1);
        let (odd, mut odd_done) =
            job(|it| it.execute("INSERT INTO numbers (number, after) VALUES (2, 99)", []));
        commit(&mut connection, vec![first, odd]);
        assert_eq!(first_done.try_recv().unwrap().unwrap(), 1);
        assert!(odd_done.try_recv().unwrap().is_err());
        assert_eq!(numbers(&connection), [1]);
    }

    #[test]
    fn a_write_that_panics_fails_alone_and_the_next_ones_go_on() {
        let (_folder, _, mut connection) = file();
        let (first, mut first_done) = add(1);
        let (odd, mut odd_done) = job(|_| {
            let nothing: Option<()> = iter::empty().next();
            nothing.unwrap();
            Ok(())
        });
        commit(&mut connection, vec![first, odd]);
        assert_eq!(first_done.try_recv().unwrap().unwrap(), 1);
        assert!(odd_done.try_recv().unwrap().is_err());
        let (second, mut second_done) = add(2);
        commit(&mut connection, vec![second]);
        assert_eq!(second_done.try_recv().unwrap().unwrap(), 1);
        assert_eq!(numbers(&connection), [1, 2]);
    }

    thread_local! {
        static WAITS: Cell<u32> = const { Cell::new(0) };
    }

    /// Counts in [`WAITS`] how often this connection finds the file locked, and gives up each time.
    fn count_waits(connection: &mut Connection) {
        WAITS.set(0);
        let counted = connection.busy_handler(Some(|_| {
            WAITS.set(WAITS.get() + 1);
            false
        }));
        counted.unwrap();
    }

    #[test]
    fn a_file_that_is_locked_is_waited_for_once_by_all_who_wait() {
        let (_folder, path, mut connection) = file();
        count_waits(&mut connection);
        let other = Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let (first, mut first_done) = add(1);
        let (second, mut second_done) = add(2);
        commit(&mut connection, vec![first, second]);
        assert!(first_done.try_recv().unwrap().is_err());
        assert!(second_done.try_recv().unwrap().is_err());
        assert_eq!(WAITS.get(), 1);
    }

    /// Locks the file when it is dropped.
    struct LocksInTheEnd(Arc<Mutex<Connection>>);

    impl Drop for LocksInTheEnd {
        fn drop(&mut self) {
            let other = self.0.lock().unwrap();
            other.execute_batch("BEGIN IMMEDIATE").unwrap();
        }
    }

    #[test]
    fn a_file_that_is_locked_while_each_is_run_alone_is_waited_for_once_too() {
        let (_folder, path, mut connection) = file();
        count_waits(&mut connection);
        let other = Arc::new(Mutex::new(Connection::open(&path).unwrap()));
        let locks = LocksInTheEnd(Arc::clone(&other));
        let (odd, mut odd_done) = job(move |_| {
            let _until_it_is_answered = &locks;
            Err::<(), Error>(broke())
        });
        let (first, mut first_done) = add(1);
        let (second, mut second_done) = add(2);
        commit(&mut connection, vec![odd, first, second]);
        assert!(odd_done.try_recv().unwrap().is_err());
        assert!(first_done.try_recv().unwrap().is_err());
        assert!(second_done.try_recv().unwrap().is_err());
        assert_eq!(WAITS.get(), 1);
        other.lock().unwrap().execute_batch("ROLLBACK").unwrap();
    }

    #[test]
    fn a_write_for_which_nobody_waits_any_more_happens_all_the_same() {
        let (_folder, _, mut connection) = file();
        let (first, done) = add(1);
        drop(done);
        commit(&mut connection, vec![first]);
        assert_eq!(numbers(&connection), [1]);
    }
}

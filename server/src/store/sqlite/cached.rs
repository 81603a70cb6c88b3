//! Statements that change something, parsed and planned once and not each time they run.

use rusqlite::{Connection, Error, Params, Row};

pub(super) trait Cached {
    /// As [`Connection::execute`].
    fn execute_cached(&self, sql: &str, values: impl Params) -> Result<usize, Error>;

    /// As [`Connection::query_row`].
    fn query_row_cached<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<T, Error>;
}

impl Cached for Connection {
    fn execute_cached(&self, sql: &str, values: impl Params) -> Result<usize, Error> {
        self.prepare_cached(sql)?.execute(values)
    }

    fn query_row_cached<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.prepare_cached(sql)?.query_row(values, read)
    }
}

//! Reaching the database, and bringing its tables up to date.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    Client, Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Timeouts,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::news::Cursor;
use super::session::{self, Failure, Session};
use crate::config::PostgresConfig;
use crate::store::StoreError;

/// The pool; nothing is connected yet.
pub(super) fn session(
    config: &PostgresConfig,
    tls: MakeRustlsConnect,
) -> Result<Session, StoreError> {
    let manager = Manager::from_config(
        config.connect.clone(),
        tls,
        ManagerConfig {
            // A connection that was lost is known to be; what is lost unknown to both ends fails once and is replaced.
            recycling_method: RecyclingMethod::Fast,
        },
    );
    let timeout = config.statement_timeout;
    let patience = timeout.saturating_add(GRACE);
    let most = usize::try_from(config.connections).unwrap_or(1);
    let pool = Pool::builder(manager)
        .max_size(most)
        .runtime(Runtime::Tokio1)
        .timeouts(Timeouts {
            wait: Some(patience),
            create: Some(patience),
            recycle: Some(patience),
        })
        .post_create(Hook::async_fn(move |client, _| {
            Box::pin(async move {
                let set = settings(timeout);
                client.batch_execute(&set).await.map_err(HookError::Backend)
            })
        }))
        .build()
        .map_err(|error| StoreError(error.to_string()))?;
    Ok(Session::new(pool, patience))
}

/// What every connection is set to, whatever the role's or the database's defaults are.
fn settings(timeout: Duration) -> String {
    let ms = timeout.as_millis();
    format!(
        "SET statement_timeout = {ms}; SET lock_timeout = {ms}; SET idle_in_transaction_session_timeout = {ms}; \
         SET default_transaction_isolation = 'read committed'; \
         SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
}

/// How connections are encrypted: rustls over ring, with the system's certificates or those of `sslrootcert`.
///
/// # Errors
/// Where the certificates cannot be read.
pub(super) fn tls(config: &PostgresConfig) -> Result<MakeRustlsConnect, StoreError> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = &config.roots {
        let wrong = |why: String| StoreError(format!("sslrootcert: {}: {why}", path.display()));
        for certificate in
            CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))?
        {
            let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
            let added = roots.add(certificate);
            added.map_err(|error| wrong(error.to_string()))?;
        }
        if roots.is_empty() {
            return Err(wrong("holds no certificate".to_owned()));
        }
    } else if config.tls {
        let system = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(system.certs);
        if roots.is_empty() {
            return Err(StoreError(
                "the system has no CA certificates to check PostgreSQL's with; install them (Debian: ca-certificates), or name a file with sslrootcert".to_owned(),
            ));
        }
    }
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(tls))
}

/// Looks at the server, makes or updates the tables, and says from where news is to be read.
///
/// # Errors
/// A sentence: it is not reached, too old, of another encoding, or written by a newer version.
pub(super) async fn prepare(
    session: &Session,
    config: &PostgresConfig,
) -> Result<Cursor, StoreError> {
    let mut client = session
        .pool
        .get()
        .await
        .map_err(|error| unreached(config, error.into()))?;
    let migrated = tokio::time::timeout(MIGRATING, migrate(&mut client)).await;
    let cursor = migrated.unwrap_or_else(|_| {
        let seconds = MIGRATING.as_secs();
        Err(StoreError(format!(
            "the tables could not be made or updated within {seconds} s"
        )))
    });
    // It has its timeouts off.
    drop(deadpool_postgres::Object::take(client));
    cursor.map_err(|error| StoreError(format!("{config}: {}", error.0)))
}

fn unreached(config: &PostgresConfig, failure: Failure) -> StoreError {
    let text = failure.to_string();
    let hint = if text.contains("server does not support TLS") {
        " (where nobody can listen on the way to it, add sslmode=disable to store.postgres)"
    } else if text.contains("UnknownIssuer") {
        " (name the file with the CA's certificate: sslrootcert=/path in store.postgres)"
    } else {
        ""
    };
    StoreError(format!("{config}: {text}{hint}"))
}

async fn migrate(client: &mut Client) -> Result<Cursor, StoreError> {
    let failed = |error: tokio_postgres::Error| StoreError(session::text(&error));
    // A large table takes its time.
    let settings = "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0";
    client.batch_execute(settings).await.map_err(failed)?;
    let row = client
        .query_one("SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), current_setting('server_version')", &[])
        .await
        .map_err(failed)?;
    let number: i32 = row.try_get(0).map_err(failed)?;
    let encoding: String = row.try_get(1).map_err(failed)?;
    if number < LEAST_VERSION {
        let version: String = row.try_get(2).map_err(failed)?;
        return Err(StoreError(format!(
            "is PostgreSQL {version}; accepted: 13 or later"
        )));
    }
    if encoding != "UTF8" {
        return Err(StoreError(format!(
            "the database's encoding is {encoding}; accepted: UTF8 (CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0)"
        )));
    }
    // Servers that start together do this one after the other; the second finds nothing left to do. Where it fails the
    // connection is closed, and the lock with it.
    client
        .execute("SELECT pg_advisory_lock($1, 0)", &[&super::LOCKS])
        .await
        .map_err(failed)?;
    client
        .batch_execute("CREATE TABLE IF NOT EXISTS malipo_schema (version int PRIMARY KEY, made_at timestamptz NOT NULL DEFAULT now())")
        .await
        .map_err(failed)?;
    let row = client
        .query_one("SELECT coalesce(max(version), 0) FROM malipo_schema", &[])
        .await
        .map_err(failed)?;
    let done: i32 = row.try_get(0).map_err(failed)?;
    let known = i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX);
    if known < done {
        return Err(StoreError(format!(
            "the database was written by a newer version (schema {done}; this version knows {known})"
        )));
    }
    for (version, migration) in (1_i32..).zip(MIGRATIONS) {
        if version <= done {
            continue;
        }
        // Each by itself: what one has locked is not held while the next waits for servers that are at work, nor they for it.
        let transaction = client.transaction().await.map_err(failed)?;
        transaction.batch_execute(migration).await.map_err(failed)?;
        let sql = "INSERT INTO malipo_schema (version) VALUES ($1)";
        transaction
            .execute(sql, &[&version])
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
    }
    let row = client
        .query_one(super::news::BEGIN, &[])
        .await
        .map_err(failed)?;
    let cursor = Cursor(row.try_get(0).map_err(failed)?);
    // A pooler may keep the connection that we close.
    client
        .execute("SELECT pg_advisory_unlock($1, 0)", &[&super::LOCKS])
        .await
        .map_err(failed)?;
    Ok(cursor)
}

/// In order, for ever: a migration that has been released is never changed. One that changes a table (all wait for it, for a
/// moment) does nothing else: an index takes as long as the table is large.
const MIGRATIONS: [&str; 12] = [
    include_str!("../../../migrations/postgres/0001_payments.sql"),
    include_str!("../../../migrations/postgres/0002_quotas.sql"),
    include_str!("../../../migrations/postgres/0003_outbox.sql"),
    include_str!("../../../migrations/postgres/0004_recipients.sql"),
    include_str!("../../../migrations/postgres/0005_records.sql"),
    include_str!("../../../migrations/postgres/0006_links.sql"),
    include_str!("../../../migrations/postgres/0007_shares.sql"),
    include_str!("../../../migrations/postgres/0008_transactions.sql"),
    include_str!("../../../migrations/postgres/0009_references.sql"),
    include_str!("../../../migrations/postgres/0010_told_with.sql"),
    include_str!("../../../migrations/postgres/0011_notified.sql"),
    include_str!("../../../migrations/postgres/0012_paid_by_provider.sql"),
];
/// The oldest that has `xid8`, by which news is read; also the oldest that is still kept by anyone.
const LEAST_VERSION: i32 = 130_000;
/// What a statement may take beyond its own bound, which the server keeps, before we stop waiting for the server.
const GRACE: Duration = Duration::from_secs(2);
const MIGRATING: Duration = Duration::from_secs(600);

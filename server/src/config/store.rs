//! `[store]`: where orders and attempts are kept.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use super::reader::Reader;

/// Which store.
#[derive(Clone, Debug)]
pub enum StoreConfig {
    /// One file, for one server.
    Sqlite(PathBuf),
    /// A PostgreSQL database, for any number of servers.
    Postgres(Box<PostgresConfig>),
}

impl StoreConfig {
    /// `sqlite` or `postgres`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    /// Most connections or files that are open at a time.
    pub(crate) fn connections(&self) -> u32 {
        match self {
            // A reader for each thread of the runtime, as a rule, and three files each.
            Self::Sqlite(_) => 3 * READERS,
            Self::Postgres(it) => it.connections.saturating_add(1),
        }
    }

    /// What there is to show of it: a path, or a host and a database.
    pub(super) fn summary(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("store.sqlite: {}", path.display()),
            Self::Postgres(it) => format!(
                "store.postgres: {it} ({}, {} connections, statements within {} ms)",
                if it.tls { "TLS" } else { "no TLS" },
                it.connections,
                it.statement_timeout.as_millis()
            ),
        }
    }
}

/// How to reach a PostgreSQL database. Printing it shows hosts and database, never who logs in or how.
#[derive(Clone)]
pub struct PostgresConfig {
    /// What the client library needs.
    pub(crate) connect: tokio_postgres::Config,
    /// Whether connections are encrypted; the server's certificate and its name are then always checked.
    pub(crate) tls: bool,
    /// Certificates (PEM) that are trusted instead of the system's.
    pub(crate) roots: Option<PathBuf>,
    /// Most connections at a time, beside the one that listens.
    pub connections: u32,
    /// Longest time for one statement.
    pub statement_timeout: Duration,
}

impl PostgresConfig {
    /// Reads a connection URL: `postgres://user:password@host:5432/database?sslmode=verify-full`.
    ///
    /// # Errors
    /// What is wrong with it; never a part of it, since any part may hold the password.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        if !["postgres://", "postgresql://"]
            .iter()
            .any(|it| url.starts_with(it))
        {
            return Err("does not begin with postgres://");
        }
        let (rest, options) = split(url);
        let mut rest = rest.to_owned();
        let (mut mode, mut roots, mut mark) = (None, None, '?');
        for option in options.split('&').filter(|it| !it.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            match (name, value) {
                ("sslmode", "disable") => mode = Some(false),
                ("sslmode", "require" | "verify-ca" | "verify-full") => mode = Some(true),
                ("sslmode", _) => {
                    return Err(
                        "has an sslmode that is not disable, require, verify-ca or verify-full",
                    );
                }
                ("sslrootcert", "system") => {}
                ("sslrootcert", path) => roots = Some(PathBuf::from(decoded(path))),
                ("sslcert" | "sslkey", _) => {
                    return Err("asks for a client certificate, which this server does not send");
                }
                _ => {
                    rest.push(mark);
                    rest.push_str(option);
                    mark = '&';
                }
            }
        }
        let mut connect: tokio_postgres::Config = rest
            .parse()
            .map_err(|_| "is no connection URL, or has an option that is not known")?;
        if connect.get_hosts().is_empty() {
            return Err("names no host");
        }
        if connect.get_dbname().is_none_or(str::is_empty) {
            return Err("names no database");
        }
        let tls = mode.unwrap_or_else(|| !connect.get_hosts().iter().all(is_here));
        connect.ssl_mode(if tls {
            SslMode::Require
        } else {
            SslMode::Disable
        });
        settings(&mut connect);
        Ok(Self {
            connect,
            tls,
            roots,
            connections: CONNECTIONS,
            statement_timeout: Duration::from_millis(u64::from(STATEMENT_TIMEOUT_MS)),
        })
    }
}

impl fmt::Display for PostgresConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ports = self.connect.get_ports();
        for (index, host) in self.connect.get_hosts().iter().enumerate() {
            if 0 < index {
                f.write_str(",")?;
            }
            match host {
                Host::Tcp(name) => {
                    // One port is for all of them.
                    let port = ports.get(index).or(ports.first()).unwrap_or(&5432);
                    write!(f, "{name}:{port}")?;
                }
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{}", path.display())?,
            }
        }
        write!(f, "/{}", self.connect.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for PostgresConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresConfig({self})")
    }
}

/// The URL without its options, and the options. A password may hold a `?`, but no `@`.
fn split(url: &str) -> (&str, &str) {
    let host = url.find('@').unwrap_or(0);
    let options = url.get(host..).and_then(|it| it.find('?'));
    let Some(at) = options.map(|it| host.saturating_add(it)) else {
        return (url, "");
    };
    let (rest, options) = url.split_at(at);
    (rest, options.trim_start_matches('?'))
}

/// Percent-decoded; a `+` stays what it is.
fn decoded(value: &str) -> String {
    let value = format!("={}", value.replace('+', "%2B"));
    url::form_urlencoded::parse(value.as_bytes())
        .map(|(_, it)| it.into_owned())
        .collect()
}

/// On this machine, where nobody listens in between.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|it| it.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// What a connection to a machine that has gone would wait for without end, and what the URL may overrule.
fn settings(connect: &mut tokio_postgres::Config) {
    if connect.get_connect_timeout().is_none() {
        connect.connect_timeout(CONNECT_TIMEOUT);
    }
    if connect.get_tcp_user_timeout().is_none() {
        connect.tcp_user_timeout(SILENCE);
    }
    connect.keepalives_idle(KEEPALIVE);
    if connect.get_target_session_attrs() == TargetSessionAttrs::Any {
        // Of several hosts the one that takes writes; a standby alone is an error at the start, and not at the first payment.
        connect.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
    if connect.get_application_name().is_none() {
        connect.application_name("malipo-server");
    }
}

pub(super) fn store(keys: &mut Reader) -> StoreConfig {
    let set = keys.names("store");
    let sqlite = keys.text("store.sqlite", "the path of a file");
    let url = keys.text("store.postgres", POSTGRES);
    let connections = keys.number("store.connections", CONNECTIONS, 1..=200);
    let statement_timeout_ms = keys.number(
        "store.statement_timeout_ms",
        STATEMENT_TIMEOUT_MS,
        100..=60_000,
    );
    let Some(url) = url else {
        for name in ["connections", "statement_timeout_ms"] {
            if set.contains(name) {
                let path = format!("store.{name}");
                keys.wrong(
                    &path,
                    "is accepted beside store.postgres only, which is missing",
                );
            }
        }
        return StoreConfig::Sqlite(sqlite.unwrap_or_else(|| "malipo.sqlite".to_owned()).into());
    };
    if sqlite.is_some() {
        keys.wrong(
            "store",
            "has both sqlite and postgres; accepted: one of them",
        );
    }
    match PostgresConfig::parse(&url) {
        Ok(config) => StoreConfig::Postgres(Box::new(PostgresConfig {
            connections,
            statement_timeout: Duration::from_millis(u64::from(statement_timeout_ms)),
            ..config
        })),
        Err(wrong) => {
            keys.wrong("store.postgres", format!("{wrong}; accepted: {POSTGRES}"));
            // Never opened: a configuration with problems is not used.
            StoreConfig::Sqlite(PathBuf::new())
        }
    }
}

const POSTGRES: &str = "a URL such as postgres://user:password@host:5432/database?sslmode=verify-full, with special \
    characters of the password percent-encoded; options: sslmode (disable, require, verify-ca, verify-full), sslrootcert \
    and those of the tokio-postgres library";
/// A statement takes a millisecond or so: ten at a time are thousands a second, and leave room for other servers in
/// PostgreSQL's default of 100 connections.
const CONNECTIONS: u32 = 10;
/// Readers of a SQLite file at a time, on a large machine.
const READERS: u32 = 32;
const STATEMENT_TIMEOUT_MS: u32 = 5_000;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long what was sent may stay unacknowledged before a connection counts as lost.
const SILENCE: Duration = Duration::from_secs(10);
const KEEPALIVE: Duration = Duration::from_secs(30);

//! Log lines on stderr: readable alone, fields queryable, logged once where handled.
//!
//! Never logged, at no level: keys, tokens, quotes, request bodies, URLs with their query (a return URL's query opens
//! the return page), names, phone numbers, e-mail addresses. Other crates' messages are capped at `info`, since the HTTP
//! library prints headers at `trace`.

use tracing::Level;
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Starts logging for the whole process; a second call does nothing.
pub fn init(config: Log) {
    let others = config.level.min(Level::INFO);
    let filter = EnvFilter::new(format!("{others},malipo_server={}", config.level));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false);
    // Fails where a subscriber is set already: that one goes on.
    let _ = match config.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}

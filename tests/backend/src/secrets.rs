//! Values that must never be seen in a log, each easily known again.

use std::path::Path;

use serde_json::Value;

/// Who pays.
pub const NAME: &str = "Canaryname Canarysurname";
/// With which every mailbox begins: nobody is sent many links, so each order has its own payer.
const EMAIL: &str = "canary.mailbox";
/// With which every telephone's number begins.
const PHONE: &str = "2547009";
/// `[quote]`.
pub const QUOTE_KEY: &str = "quote-canary-0123456789-0123456789";
/// `[shop_api]`.
pub const SHOP_KEY: &str = "shop-api-canary-0123456789-012345";

/// The mailbox of an order's payer.
#[must_use]
pub fn email(number: u64) -> String {
    format!("{EMAIL}{number}@example.com")
}

/// The telephone of an order's payer.
#[must_use]
pub fn phone(number: u64) -> String {
    format!("{PHONE}{number:05}")
}

/// Everything that was configured or handed out and must not stand in a log, with a name for the message.
#[must_use]
pub fn configured() -> Vec<(String, String)> {
    let mut all = vec![
        ("the payer's name", NAME),
        ("the payer's surname", "Canarysurname"),
        ("the payer's e-mail", EMAIL),
        ("the payer's telephone", PHONE),
        ("quote.key", QUOTE_KEY),
        ("shop_api.key", SHOP_KEY),
        ("webhook.secret", crate::receiver::SECRET),
        // Quotes, and Jenga's access tokens.
        ("a JSON Web Token", "eyJ"),
        ("a private key", "PRIVATE KEY"),
    ];
    for provider in crate::provider::ALL {
        all.extend(provider.secrets.iter().map(|it| (provider.id, *it)));
    }
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    all.into_iter().map(owned).collect()
}

/// The secret parts of the addresses that the providers were told: whoever has them can notify, or open a return page.
#[must_use]
pub fn in_ledger(ledger: &[Value]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in ledger {
        for field in ["ipn_url", "callback_url", "redirect_url"] {
            let url = entry[field].as_str().unwrap_or_default();
            let secret = url.rsplit(['/', '=']).next().unwrap_or_default();
            if LEAST_CHARACTERS <= secret.len() {
                all.push((format!("a secret of {field}"), secret.to_owned()));
            }
        }
    }
    all
}

/// What of it stands in a log: a sentence each.
///
/// # Panics
/// If nothing was logged: then nothing would be proven.
#[must_use]
pub fn found(log: &Path, secrets: &[(String, String)]) -> Vec<String> {
    let text = std::fs::read_to_string(log).unwrap();
    assert!(text.contains("INFO"), "{} is empty", log.display());
    let lines: Vec<_> = text.lines().collect();
    let mut all = Vec::new();
    for (name, secret) in secrets {
        if let Some(line) = lines.iter().find(|it| it.contains(secret.as_str())) {
            all.push(format!("{name} stands in {}: {line}", log.display()));
        }
    }
    all
}

const LEAST_CHARACTERS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_a_log_is_found_with_its_line() {
        let log = tempfile::NamedTempFile::new().unwrap();
        let line = format!(" INFO a call, apikey={SHOP_KEY}");
        std::fs::write(log.path(), format!(" INFO begins\n{line}\n")).unwrap();
        let found = found(log.path(), &configured());
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(&line), "{found:?}");
    }
}

//! Who gets the link: names, addresses and numbers as Jenga wants them, and how they are shown to the page.

use hmac::{Hmac, KeyInit, Mac};
use malipo_wire::{Customer, SentTo};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::config::Jenga;
use crate::store::Hash;

/// A customer to whom a link can be sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Payer {
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) email: String,
    /// `2547XXXXXXXX`; without one there is no SMS.
    pub(super) phone: Option<String>,
}

impl Payer {
    /// Reads the customer; a number without its country's code is one of `country`.
    ///
    /// # Errors
    /// One sentence that names the field and says what is accepted. It never repeats the value.
    pub(super) fn read(customer: &Customer, country: &str) -> Result<Self, String> {
        let text =
            |it: &Option<String>| it.as_deref().map(str::trim).unwrap_or_default().to_owned();
        let name = text(&customer.name);
        if name.is_empty() {
            return Err("customer.name: missing; accepted: the payer's name, first name first, which Jenga requires".to_owned());
        }
        let email = text(&customer.email);
        if !is_address(&email) {
            return Err("customer.email: missing or no address; accepted: the payer's e-mail address, where Jenga sends the payment link".to_owned());
        }
        let phone = match text(&customer.phone).as_str() {
            "" => None,
            text => Some(number(text, country).ok_or_else(|| {
                "customer.phone: no telephone number; accepted: one with its country's code, such as 254712345678, where Jenga sends the payment link".to_owned()
            })?),
        };
        // One name alone is both: Jenga requires two.
        let (first, last) = name
            .split_once(char::is_whitespace)
            .unwrap_or((&name, &name));
        Ok(Self {
            first_name: first.to_owned(),
            last_name: last.trim().to_owned(),
            email,
            phone,
        })
    }

    /// The telephone, hashed with a key: by this an IPN is told to be about this payer.
    fn telephone(&self, key: &SecretString) -> Option<Hash> {
        let phone = self.phone.as_deref();
        phone.and_then(|it| hashed(key, "phone", it))
    }

    /// By which a payer is known among a link's payers: the telephone, or the mailbox of one without.
    pub(super) fn identity(&self, key: &SecretString) -> Option<Hash> {
        self.telephone(key).or_else(|| self.mailbox(key))
    }

    fn mailbox(&self, key: &SecretString) -> Option<Hash> {
        hashed(key, "email", &self.email.to_lowercase())
    }

    /// The telephone and the mailbox, hashed with a key. An address counts as the same however its letters are cased.
    pub(super) fn recipients(&self, key: &SecretString) -> Vec<Hash> {
        let phone = self.telephone(key);
        phone.into_iter().chain(self.mailbox(key)).collect()
    }

    /// What an error of Jenga's may repeat of the payer, as it was sent: not always as the page wrote it.
    pub(super) fn secrets(&self) -> Vec<&str> {
        // The address first: a name may stand in it.
        let texts = [&self.email, &self.first_name, &self.last_name];
        let texts = texts.into_iter().chain(&self.phone);
        texts.map(String::as_str).collect()
    }

    /// To whom the link goes, masked: enough to know one's own telephone and mailbox again.
    pub(super) fn sent_to(&self) -> Vec<SentTo> {
        let sms = self.phone.as_ref().map(|phone| SentTo {
            channel: "sms".to_owned(),
            to: Some(last_three(phone)),
        });
        let email = SentTo {
            channel: "email".to_owned(),
            to: Some(masked_address(&self.email)),
        };
        sms.into_iter().chain([email]).collect()
    }
}

/// The hash of a payer's telephone as an IPN writes it; `None` where it is no number.
pub(super) fn payer(phone: &str, config: &Jenga) -> Option<Hash> {
    hashed(
        &config.consumer_secret,
        "phone",
        &number(phone, &config.country_code)?,
    )
}

/// One telephone or mailbox. Numbers and addresses are few enough to be tried one by one, so the hash has a key.
fn hashed(key: &SecretString, what: &str, to: &str) -> Option<Hash> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes()).ok()?;
    mac.update(what.as_bytes());
    mac.update(b":");
    mac.update(to.as_bytes());
    Some(mac.finalize().into_bytes().into())
}

fn is_address(text: &str) -> bool {
    let plain = text.bytes().all(|it| it.is_ascii_graphic());
    let parts = text.split_once('@');
    plain
        && parts.is_some_and(|(name, host)| {
            !name.is_empty() && host.contains('.') && !host.contains('@')
        })
}

/// Digits alone, with the country's code.
fn number(text: &str, country: &str) -> Option<String> {
    let spaced = |it: &char| !matches!(it, ' ' | '-' | '(' | ')' | '.');
    let text: String = text.chars().filter(spaced).collect();
    let digits = text.strip_prefix('+').or_else(|| text.strip_prefix("00"));
    let international = match digits {
        Some(digits) => digits.to_owned(),
        None => match text.strip_prefix('0') {
            Some(rest) => format!("{}{rest}", dialling_code(country)?),
            None => text,
        },
    };
    let good = international.bytes().all(|it| it.is_ascii_digit())
        && (10..=15).contains(&international.len());
    good.then_some(international)
}

/// Codes of the countries in which Jenga's merchants sell (ITU-T E.164).
fn dialling_code(country: &str) -> Option<&'static str> {
    match country {
        "KE" => Some("254"),
        "UG" => Some("256"),
        "TZ" => Some("255"),
        "RW" => Some("250"),
        "SS" => Some("211"),
        "CD" => Some("243"),
        _ => None,
    }
}

fn last_three(phone: &str) -> String {
    let kept = phone.len().saturating_sub(3);
    format!("...{}", phone.get(kept..).unwrap_or_default())
}

fn masked_address(email: &str) -> String {
    let (name, host) = email.split_once('@').unwrap_or((email, ""));
    let first: String = name.chars().take(1).collect();
    format!("{first}...@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::ProviderError;

    fn customer(name: &str, email: &str, phone: &str) -> Customer {
        let some = |it: &str| (!it.is_empty()).then(|| it.to_owned());
        Customer {
            name: some(name),
            email: some(email),
            phone: some(phone),
        }
    }

    #[track_caller]
    fn check(phone: &str, country: &str, expected: Option<&str>) {
        let seen = Payer::read(&customer("Amina W", "a@b.test", phone), country);
        assert_eq!(
            seen.ok().and_then(|it| it.phone).as_deref(),
            expected,
            "{phone}"
        );
    }

    #[test]
    fn numbers_are_written_with_their_countrys_code() {
        check("254712345678", "KE", Some("254712345678"));
        check("+254 712-345 678", "KE", Some("254712345678"));
        check("0712 345 678", "KE", Some("254712345678"));
        check("0712345678", "UG", Some("256712345678"));
        check("00254712345678", "KE", Some("254712345678"));
        check("0712345678", "FR", None);
        check("12345", "KE", None);
        check("not a number", "KE", None);
    }

    #[test]
    fn who_cannot_be_reached_is_named_by_field_and_never_by_value() {
        for (customer, field) in [
            (customer("", "a@b.test", ""), "customer.name"),
            (customer("A", "", "254712345678"), "customer.email"),
            (customer("A", "secret-at-home", ""), "customer.email"),
            (customer("A", "a@b.test", "secret"), "customer.phone"),
        ] {
            let error = Payer::read(&customer, "KE").unwrap_err();
            assert!(error.starts_with(field), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn what_jenga_was_told_of_a_payer_is_cleared_from_its_words() {
        let page = customer("Amina Wanjiru", " amina@example.test ", "0712 345-678");
        let payer = Payer::read(&page, "KE").unwrap();
        let detail = "254712345678, amina@example.test, AMINA, wanjiru".to_owned();
        let seen = ProviderError::Rejected { detail }.without(&payer.secrets());
        let hidden = ["[redacted]"; 4].join(", ");
        assert_eq!(seen, ProviderError::Rejected { detail: hidden });
    }

    #[test]
    fn one_name_is_both_names_and_recipients_are_masked() {
        let payer =
            Payer::read(&customer("Amina", "amina@example.test", "0712345678"), "KE").unwrap();
        assert_eq!(
            (payer.first_name.as_str(), payer.last_name.as_str()),
            ("Amina", "Amina")
        );
        let shown: Vec<_> = payer.sent_to().into_iter().filter_map(|it| it.to).collect();
        assert_eq!(shown, ["...678", "a...@example.test"]);
    }
}

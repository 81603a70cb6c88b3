//! Links that the operator makes by hand: for many payers, for any amount, until a day of choice, and changed afterwards.
//!
//! Everything is checked before anything is sent. Jenga documents neither a limit of payers nor one of days: both are ours.

use malipo_wire::{Customer, Money};

use super::customer::Payer;
use super::{JengaAdapter, day, link};
use crate::clock::UnixMs;
use crate::payment::link::{AmountOption, Link, LinkKind, LinkPayment};
use crate::provider::{Calls, Provider as _, ProviderError};
use crate::store::Hash;

/// What the operator wants.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Our name of the link, `[A-Za-z0-9]{8,20}`.
    pub external_ref: String,
    /// For one payer or for several.
    pub kind: LinkKind,
    /// Whether the payer may change the amount.
    pub option: AmountOption,
    /// What each payer is asked for.
    pub price: Money,
    /// The last day on which it can be paid, `yyyy-MM-dd` in Nairobi; `None`: as it was, or as `jenga.link_days` says.
    pub expires: Option<String>,
    /// What the payers read first.
    pub name: String,
    /// And then.
    pub description: String,
    /// Where a browser goes after a payment.
    pub redirect_url: Option<String>,
    /// Who pays.
    pub customers: Vec<Customer>,
}

/// A wish that may be sent.
#[derive(Debug)]
pub struct Checked {
    wish: Wish,
    payers: Vec<Payer>,
    today: time::Date,
    last_day: time::Date,
}

impl JengaAdapter {
    /// Checks a link, as it is to be made or, of `before`, changed.
    ///
    /// # Errors
    /// Everything that is wrong with it, a sentence each. Customers are named by their place, never by who they are.
    pub fn check_link(
        &self,
        wish: Wish,
        before: Option<&Link>,
        now: UnixMs,
    ) -> Result<Checked, Vec<String>> {
        let mut problems = terms_problems(&wish);
        if let Some(before) = before
            && (before.kind != wish.kind || before.price.currency() != wish.price.currency())
        {
            problems
                .push("a link's type and currency stay what they are: make another one".to_owned());
        }
        let payers = self.payers(&wish, &mut problems);
        let today = day::day(now, 0);
        let last_day = match (&wish.expires, before) {
            (Some(text), _) => day::read(text),
            (None, Some(before)) => day::day(before.expires_at, 0),
            (None, None) => day::day(now, self.config.link_days),
        };
        let (Some(today), Some(last_day)) = (today, last_day) else {
            problems.push("--expires: accepted: a day as yyyy-MM-dd".to_owned());
            return Err(problems);
        };
        let days = (last_day - today).whole_days();
        if !(0..=MOST_DAYS).contains(&days) {
            problems.push(format!(
                "--expires: accepted: today in Nairobi ({}), or up to {MOST_DAYS} days later; it is {}",
                day::written(today),
                day::written(last_day)
            ));
        }
        if problems.is_empty() {
            Ok(Checked {
                wish,
                payers,
                today,
                last_day,
            })
        } else {
            Err(problems)
        }
    }

    fn payers(&self, wish: &Wish, problems: &mut Vec<String>) -> Vec<Payer> {
        let count = wish.customers.len();
        let most = match wish.kind {
            LinkKind::Single => 1,
            LinkKind::Bulk => MOST_PAYERS,
        };
        if !(1..=most).contains(&count) {
            problems.push(format!(
                "--payers: there are {count}; accepted for a {} link: {}",
                wish.kind.as_str(),
                if most == 1 {
                    "one".to_owned()
                } else {
                    format!("1 to {most}")
                }
            ));
            return Vec::new();
        }
        let mut payers: Vec<Payer> = Vec::new();
        let mut known: Vec<Hash> = Vec::new();
        for (nth, customer) in (1..).zip(&wish.customers) {
            match Payer::read(customer, &self.config.country_code) {
                Err(problem) => problems.push(format!("--payers: payer {nth}: {problem}")),
                Ok(payer) => {
                    let identity = payer.identity(&self.config.consumer_secret);
                    if identity.is_some_and(|it| known.contains(&it)) {
                        problems.push(format!(
                            "--payers: payer {nth}: customer.phone: it is an earlier payer's; accepted: one payer a telephone (or, without one, a mailbox), since a payment is told apart by it"
                        ));
                    }
                    known.extend(identity);
                    payers.push(payer);
                }
            }
        }
        payers
    }

    /// The link as it is to be kept, with a row a payer; `before` is the link that it changes. Whoever had a row keeps it.
    #[must_use]
    pub fn link_of(&self, checked: &Checked, before: Option<&Link>, now: UnixMs) -> Link {
        let wish = &checked.wish;
        let mut payments = before.map_or_else(Vec::new, |it| it.payments.clone());
        for payment in &mut payments {
            payment.asked = false;
        }
        let mut last = payments.iter().map(|it| it.number).max().unwrap_or(0);
        for payer in &checked.payers {
            let identity = payer.identity(&self.config.consumer_secret);
            let shown = payer.sent_to().into_iter().filter_map(|it| it.to);
            let shown = shown.collect::<Vec<_>>().join(", ");
            if let Some(payment) = payments
                .iter_mut()
                .find(|it| it.payer.is_some() && it.payer == identity)
            {
                payment.asked = true;
                payment.shown = shown;
            } else {
                last = last.saturating_add(1);
                payments.push(LinkPayment::new(last, identity, shown, now));
            }
        }
        Link {
            provider: self.id().to_owned(),
            external_ref: wish.external_ref.clone(),
            link_ref: before.and_then(|it| it.link_ref.clone()),
            kind: wish.kind,
            option: wish.option,
            price: wish.price,
            name: wish.name.clone(),
            description: wish.description.clone(),
            redirect_url: wish.redirect_url.clone(),
            expires_at: day::end(checked.last_day),
            created_at: before.map_or(now, |it| it.created_at),
            payments,
        }
    }

    /// The link's address, where the merchant knows the form from Finserve.
    #[must_use]
    pub fn link_address(&self, link: &Link) -> Option<String> {
        let link_ref = link.link_ref.as_deref()?;
        self.address(link_ref).ok().flatten()
    }

    /// The name of a payer's row; it has one wherever the link is as [`Self::link_of`] makes it.
    fn row_of(&self, payer: &Payer, link: &Link) -> String {
        let identity = payer.identity(&self.config.consumer_secret);
        let row = link
            .payments
            .iter()
            .find(|it| it.payer.is_some() && it.payer == identity);
        row.map_or_else(|| link.external_ref.clone(), |it| link.order_id(it.number))
    }

    /// Has the link made, or changed where it has a name at the provider already; gives that name.
    ///
    /// # Errors
    /// [`ProviderError`]; after [`ProviderError::OutcomeUnknown`] it may be there, and its messages be sent.
    pub async fn save_link(
        &self,
        calls: &Calls<'_>,
        checked: &Checked,
        link: &Link,
        now: UnixMs,
    ) -> Result<String, ProviderError> {
        let wish = &checked.wish;
        let named = |payer| (payer, self.row_of(payer, link));
        let terms = link::Terms {
            kind: wish.kind,
            option: wish.option,
            payers: checked.payers.iter().map(named).collect(),
            price: wish.price,
            today: checked.today,
            last_day: checked.last_day,
            name: &wish.name,
            description: &wish.description,
            external_ref: &wish.external_ref,
            link_ref: link.link_ref.as_deref(),
            redirect_url: wish.redirect_url.as_deref(),
        };
        let make = |bearer| link::save(&self.config, &terms, bearer);
        let saved = async {
            let response = self.send(calls, now, make).await?;
            let made = link::created(&wish.external_ref, &response)?;
            match &link.link_ref {
                Some(known) if *known != made => Err(ProviderError::Unsafe {
                    detail: "the answer is about another link than the one to change",
                }),
                _ => Ok(made),
            }
        };
        saved.await.map_err(|error| {
            let people = wish
                .customers
                .iter()
                .flat_map(|it| [&it.name, &it.email, &it.phone]);
            let secrets: Vec<&str> = people.filter_map(|it| it.as_deref()).collect();
            self.redacted(error, &secrets)
        })
    }
}

/// What is wrong with everything but the payers and the day.
fn terms_problems(wish: &Wish) -> Vec<String> {
    let mut problems = Vec::new();
    let reference = wish.external_ref.as_str();
    if !(8..=20).contains(&reference.len())
        || !reference.bytes().all(|it| it.is_ascii_alphanumeric())
    {
        problems.push("REF: accepted: 8 to 20 letters and digits".to_owned());
    }
    for (name, text) in [("name", &wish.name), ("description", &wish.description)] {
        let length = text.chars().count();
        if !(1..=link::MOST_CHARACTERS).contains(&length) || text.chars().any(char::is_control) {
            problems.push(format!(
                "--{name}: accepted: 1 to {} characters in one line; it has {length}",
                link::MOST_CHARACTERS
            ));
        }
    }
    if wish.price.minor() == 0 || super::too_fine(wish.price) {
        problems.push("--amount: accepted: more than zero, with two decimals at most".to_owned());
    }
    let secure =
        |it: &str| url::Url::parse(it).is_ok_and(|it| matches!(it.scheme(), "https" | "http"));
    if wish.redirect_url.as_deref().is_some_and(|it| !secure(it)) {
        problems.push("--redirect-url: accepted: a whole https or http URL".to_owned());
    }
    problems
}

/// Payers of one BULK link. The request has about 200 bytes each.
const MOST_PAYERS: usize = 500;
const MOST_DAYS: i64 = 365;

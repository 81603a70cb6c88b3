//! `malipo-server jenga link create` and `update`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Args;
use malipo_server::app::desks;
use malipo_server::clock::{Clock, SystemClock};
use malipo_server::config::Config;
use malipo_server::payment::link::{AmountOption, Link, LinkKind};
use malipo_server::provider::jenga::links::Wish;
use malipo_server::provider::{Desk, JengaAdapter, ProviderError, Urgency};
use malipo_server::store::links::Noted;
use malipo_server::store::{self, Store};
use malipo_wire::{Currency, Customer, Money};

use super::{Form, PROVIDER, link, payers, show};
use crate::cli::output::clean;

#[derive(Args)]
pub(in crate::cli) struct Create {
    /// Your name of the link: 8 to 20 letters and digits.
    #[arg(value_name = "REF")]
    external_ref: String,
    /// SINGLE: one payer, who pays once. BULK: up to 500, each of whom pays the amount once.
    #[arg(long = "type", value_name = "TYPE", default_value = "SINGLE", value_parser = kind)]
    kind: LinkKind,
    /// What each payer is asked for, in major units: 1350.50.
    #[arg(long)]
    amount: String,
    /// Three capital letters: KES.
    #[arg(long, value_parser = currency)]
    currency: Currency,
    #[command(flatten)]
    terms: Terms,
    /// What the payers read first: 1 to 200 characters.
    #[arg(long)]
    name: String,
}

#[derive(Args)]
pub(in crate::cli) struct Update {
    /// Its name: yours, or Jenga's paymentLinkRef.
    #[arg(value_name = "REF")]
    external_ref: String,
    /// Jenga's paymentLinkRef, where it is not known because the answer was lost; JengaHQ has it.
    #[arg(long, value_name = "NUMBER", value_parser = link_ref)]
    link_ref: Option<String>,
    /// What each payer is asked for, in major units of the link's currency, which stays what it is.
    #[arg(long)]
    amount: Option<String>,
    #[command(flatten)]
    terms: Terms,
    /// What the payers read first: 1 to 200 characters.
    #[arg(long)]
    name: Option<String>,
}

/// What both have.
#[derive(Args)]
struct Terms {
    /// OPEN: the payer may change the amount. RESTRICTED: less than the amount is left to a person. A new link is RESTRICTED.
    #[arg(long, value_name = "OPTION", value_parser = option)]
    amount_option: Option<AmountOption>,
    /// The last day on which it can be paid, in Nairobi: 2026-12-05. At most 365 days from today. A new link: as
    /// jenga.link_days says.
    #[arg(long, value_name = "DAY")]
    expires: Option<String>,
    /// What they read below it: 1 to 200 characters. A new link: the name.
    #[arg(long)]
    description: Option<String>,
    /// Where a browser goes after a payment; "" for nowhere.
    #[arg(long, value_name = "URL")]
    redirect_url: Option<String>,
    /// All payers: a CSV file with name,email,phone as its first line ("-": standard input). SMS are sent where each has a
    /// phone. They are kept masked, so an update names them again.
    #[arg(long, value_name = "FILE")]
    payers: PathBuf,
    #[command(flatten)]
    form: Form,
}

pub(super) async fn create(create: Create, config: &Config) -> anyhow::Result<()> {
    let desk = Counter::open(config).await?;
    let terms = create.terms;
    let wish = Wish {
        price: money(&create.amount, create.currency)?,
        kind: create.kind,
        option: terms.amount_option.unwrap_or(AmountOption::Restricted),
        expires: terms.expires,
        description: terms.description.unwrap_or_else(|| create.name.clone()),
        redirect_url: terms.redirect_url.filter(|it| !it.is_empty()),
        customers: payers::read(&terms.payers)?,
        external_ref: create.external_ref,
        name: create.name,
    };
    let made = desk.save(wish, None, None).await?;
    show::one(&made, config, SystemClock.now(), &terms.form)
}

pub(super) async fn update(update: Update, config: &Config) -> anyhow::Result<()> {
    let desk = Counter::open(config).await?;
    let before = link(&*desk.store, &update.external_ref).await?;
    let link_ref = match (&before.link_ref, update.link_ref) {
        (Some(known), Some(given)) if *known != given => {
            bail!("--link-ref: Jenga's name of this link is known: {known}")
        }
        (None, None) => bail!(
            "{}: it is not known whether Jenga made it; accepted: --link-ref with its paymentLinkRef, which JengaHQ has",
            before.external_ref
        ),
        (known, given) => given.or_else(|| known.clone()),
    };
    let terms = update.terms;
    let price = match &update.amount {
        Some(amount) => money(amount, before.price.currency())?,
        None => before.price,
    };
    let wish = Wish {
        external_ref: before.external_ref.clone(),
        kind: before.kind,
        option: terms.amount_option.unwrap_or(before.option),
        price,
        expires: terms.expires,
        name: update.name.unwrap_or_else(|| before.name.clone()),
        description: terms
            .description
            .unwrap_or_else(|| before.description.clone()),
        redirect_url: match terms.redirect_url {
            Some(url) => Some(url).filter(|it| !it.is_empty()),
            None => before.redirect_url.clone(),
        },
        customers: payers::read(&terms.payers)?,
    };
    let changed = desk.save(wish, Some(&before), link_ref).await?;
    show::one(&changed, config, SystemClock.now(), &terms.form)
}

/// Jenga and the store, as the server beside has them.
struct Counter {
    adapter: JengaAdapter,
    store: Arc<dyn Store>,
    desk: Desk,
}

impl Counter {
    async fn open(config: &Config) -> anyhow::Result<Self> {
        let jenga = config.providers.jenga.clone();
        let jenga = jenga.context("the configuration has no table [jenga]")?;
        // Its calls count like those of the server beside it: the keys have one limit.
        let store = store::open_beside(config).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let mut desks = desks(config, &clock, &store)?;
        Ok(Self {
            adapter: JengaAdapter::new(jenga, config.mode),
            desk: desks.remove(PROVIDER).context("Jenga is not configured")?,
            store,
        })
    }

    /// Notes the link, then has Jenga make or change it. Where that was refused, everything is as it was before.
    async fn save(
        &self,
        wish: Wish,
        before: Option<&Link>,
        link_ref: Option<String>,
    ) -> anyhow::Result<Link> {
        let now = SystemClock.now();
        without_phone(&wish.customers);
        let checked = self
            .adapter
            .check_link(wish, before, now)
            .map_err(|problems| anyhow::anyhow!("nothing was sent\n{}", problems.join("\n")))?;
        let link = Link {
            link_ref,
            ..self.adapter.link_of(&checked, before, now)
        };
        let name = &link.external_ref;
        match self.store.note_link(&link, before).await? {
            Noted::Done => {}
            Noted::Taken => bail!(
                "REF: {name}: an order or a link has this name, or one of its payments has; accepted: another one"
            ),
            Noted::Changed => bail!(
                "{name}: a payment came in meanwhile; nothing was sent: look at it and try again"
            ),
        }
        let calls = self.desk.calls(Urgency::Press);
        let saved = self.adapter.save_link(&calls, &checked, &link, now).await;
        match saved {
            Ok(made) => self.named(&link, &made).await,
            Err(error @ (ProviderError::OutcomeUnknown { .. } | ProviderError::Unsafe { .. })) => {
                match before {
                    None => bail!(
                        "{error}; it may be there all the same, and its messages be sent: look in JengaHQ before you make another one, and see jenga link show {name}"
                    ),
                    Some(_) => bail!(
                        "{error}; it may be changed all the same, and its messages be sent: look in JengaHQ, or update it again"
                    ),
                }
            }
            Err(
                error @ (ProviderError::Rejected { .. }
                | ProviderError::Unreachable
                | ProviderError::Throttled(_)),
            ) => {
                self.undo(name, before).await?;
                bail!("{error}; nothing was sent")
            }
        }
    }

    async fn named(&self, link: &Link, made: &str) -> anyhow::Result<Link> {
        let name = &link.external_ref;
        self.store
            .name_link(PROVIDER, name, made)
            .await
            .with_context(|| format!("{name}: Jenga has it as {made}, which could not be noted"))?;
        super::link(&*self.store, name).await
    }

    /// Forgets a link that was not made, or puts back what was not changed; a payment that came meanwhile stays.
    async fn undo(&self, name: &str, before: Option<&Link>) -> anyhow::Result<()> {
        let Some(before) = before else {
            return Ok(self.store.drop_link(PROVIDER, name).await?);
        };
        for _ in 0..UNDO_TRIES {
            let now = link(&*self.store, name).await?;
            let noted = self
                .store
                .note_link(&now.back_to(before), Some(&now))
                .await?;
            if noted == Noted::Done {
                return Ok(());
            }
        }
        bail!(
            "{name}: it was not changed, but its record says so: payments come in too quickly; update it again"
        )
    }
}

/// What the payers' telephones are good for is said where one is missing.
fn without_phone(customers: &[Customer]) {
    let empty = |it: &&Customer| it.phone.as_deref().is_none_or(|it| it.trim().is_empty());
    let count = customers.iter().filter(empty).count();
    if 0 < count {
        eprintln!(
            "malipo-server: {count} of {} have no phone: the link goes out by e-mail alone, and what they pay of a BULK link is listed as somebody else's",
            customers.len()
        );
    }
}

fn money(text: &str, currency: Currency) -> anyhow::Result<Money> {
    Money::parse(text, currency).map_err(|error| anyhow::anyhow!("--amount: {error}"))
}

fn kind(text: &str) -> Result<LinkKind, &'static str> {
    text.parse().map_err(|()| "accepted: SINGLE or BULK")
}

fn option(text: &str) -> Result<AmountOption, &'static str> {
    text.parse().map_err(|()| "accepted: OPEN or RESTRICTED")
}

fn currency(text: &str) -> Result<Currency, String> {
    text.parse()
        .map_err(|_| "accepted: a currency's three capital letters, such as KES".to_owned())
}

fn link_ref(text: &str) -> Result<String, &'static str> {
    let good = (1..=64).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_alphanumeric());
    good.then(|| clean(text))
        .ok_or("accepted: Jenga's paymentLinkRef, of letters and digits")
}

/// Each is overtaken only by a payment.
const UNDO_TRIES: u32 = 10;

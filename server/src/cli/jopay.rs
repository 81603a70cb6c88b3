//! `malipo-server jopay merchants ...`: who can be paid through the partner's key.

use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use malipo_server::app::desks;
use malipo_server::clock::{Clock, SystemClock};
use malipo_server::config::Config;
use malipo_server::provider::jopay::merchants::{Merchant, NewMerchant, currencies};
use malipo_server::provider::{Calls, JoPayAdapter, ProviderError, Urgency};
use malipo_server::store;
use serde_json::{Value, json};

use super::output::{clean, print};

#[derive(Subcommand)]
pub(super) enum Command {
    /// The partner's merchants. The API key needs the scope merchants:read, and merchants:write to create one.
    Merchants {
        #[command(subcommand)]
        command: Merchants,
    },
}

#[derive(Subcommand)]
pub(super) enum Merchants {
    /// Create a merchant. It can be paid once a person has set the wallet and accepted the terms at its onboarding_url.
    Create(Box<Create>),
    /// List all merchants.
    List(Output),
    /// Show one merchant.
    Show {
        /// Its id.
        #[arg(value_parser = id)]
        merchant_id: String,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Args)]
pub(super) struct Output {
    /// Print JSON, as JoPay describes it.
    #[arg(long)]
    json: bool,
}

/// Every field is optional; limits are JoPay's.
#[derive(Args)]
pub(super) struct Create {
    /// At most 254 characters, with an @.
    #[arg(long, value_parser = email)]
    email: Option<String>,
    /// What the pay page shows; at most 120 characters.
    #[arg(long, value_parser = text::<120>)]
    display_name: Option<String>,
    /// At most 120 characters.
    #[arg(long, value_parser = text::<120>)]
    business_name: Option<String>,
    /// Two capital letters (ISO 3166): DE.
    #[arg(long, value_parser = country)]
    country: Option<String>,
    /// At most 32 characters.
    #[arg(long, value_parser = text::<32>)]
    phone: Option<String>,
    /// At most 200 characters.
    #[arg(long, value_parser = text::<200>)]
    website: Option<String>,
    /// At most 200 characters.
    #[arg(long, value_parser = text::<200>)]
    instagram: Option<String>,
    /// At most 80 characters.
    #[arg(long, value_parser = text::<80>)]
    industry: Option<String>,
    /// One of the currencies in which JoPay settles: EUR.
    #[arg(long, value_parser = currency)]
    display_currency: Option<String>,
    /// Such as business.
    #[arg(long, value_parser = text::<40>)]
    account_type: Option<String>,
    /// The wallet that is paid: 0x and 40 hexadecimal digits. Left out, the person sets it at the onboarding_url.
    #[arg(long, value_parser = wallet)]
    wallet_address: Option<String>,
    #[command(flatten)]
    output: Output,
}

/// Keys that no merchant command needs, and that are known only after one: until they are there, these stand for them.
pub(super) const NOT_NEEDED: [(&str, &str); 2] = [
    (
        "MALIPO_JOPAY__MERCHANT_ID",
        "00000000-0000-0000-0000-000000000000",
    ),
    (
        "MALIPO_JOPAY__WEBHOOK_SECRET",
        "0000000000000000000000000000000000000000000000000000000000000000",
    ),
];

pub(super) async fn run(command: Command, config: Config) -> anyhow::Result<()> {
    let Command::Merchants { command } = command;
    let jopay = config.providers.jopay.clone();
    let jopay = jopay.context("the configuration has no table [jopay]")?;
    let adapter = JoPayAdapter::new(jopay, &config);
    // Its calls count like those of the server beside it: the key has one limit.
    let store = store::open_beside(&config).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut desks = desks(&config, &clock, &store)?;
    let desk = desks.remove("jopay").context("JoPay is not configured")?;
    let calls = desk.calls(Urgency::Press);
    match command {
        Merchants::Create(create) => {
            let (merchant, output) = create.read();
            let made = adapter.create_merchant(&calls, &merchant).await;
            if let Err(error @ ProviderError::OutcomeUnknown { .. }) = made {
                anyhow::bail!(
                    "{error}; it may be there all the same: list the merchants before you try again"
                );
            }
            show(&made?, &output)
        }
        Merchants::List(output) => list(&adapter, &calls, &output).await,
        Merchants::Show {
            merchant_id,
            output,
        } => show(&adapter.merchant(&calls, &merchant_id).await?, &output),
    }
}

impl Create {
    fn read(self) -> (NewMerchant, Output) {
        let merchant = NewMerchant {
            email: self.email,
            display_name: self.display_name,
            business_name: self.business_name,
            country: self.country,
            phone: self.phone,
            website: self.website,
            instagram: self.instagram,
            industry: self.industry,
            display_currency: self.display_currency,
            account_type: self.account_type,
            wallet_address: self.wallet_address,
        };
        (merchant, self.output)
    }
}

async fn list(adapter: &JoPayAdapter, calls: &Calls<'_>, output: &Output) -> anyhow::Result<()> {
    let mut all = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let (page, next) = adapter.merchants(calls, cursor.as_deref()).await?;
        all.extend(page);
        // The same page again: the cursor is not understood.
        if next.is_none() || next == cursor {
            cursor = None;
            break;
        }
        cursor = next;
    }
    if cursor.is_some() {
        eprintln!("malipo-server: there are more than {} merchants", all.len());
    }
    if output.json {
        return print(&format!("{:#}", json!(all)));
    }
    let mut lines = Vec::new();
    for merchant in &all {
        let columns = COLUMNS.map(|names| {
            let value = names.iter().find_map(|it| plain(merchant.get(*it)));
            value.unwrap_or_else(|| "-".to_owned())
        });
        lines.push(columns.join("  "));
    }
    if lines.is_empty() {
        lines.push("no merchants".to_owned());
    }
    print(&lines.join("\n"))
}

/// A merchant, a field a line; the id and what is still to be done come first.
fn show(merchant: &Merchant, output: &Output) -> anyhow::Result<()> {
    if output.json {
        return print(&format!("{:#}", json!(merchant)));
    }
    let first = FIRST.iter().filter_map(|it| merchant.get_key_value(*it));
    let others = merchant
        .iter()
        .filter(|(name, _)| !FIRST.contains(&name.as_str()));
    let lines: Vec<String> = first
        .chain(others)
        .filter_map(|(name, value)| Some(format!("{}: {}", clean(name), plain(Some(value))?)))
        .collect();
    print(&lines.join("\n"))
}

/// A value in one line; `None` where there is none.
fn plain(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null => None,
        Value::String(text) => Some(clean(text)),
        other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            Some(clean(&other.to_string()))
        }
    }
}

fn text<const MOST: usize>(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    if (1..=MOST).contains(&length) && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "accepted: 1 to {MOST} characters in one line; it has {length}"
        ))
    }
}

fn email(value: &str) -> Result<String, String> {
    let value = text::<254>(value)?;
    let parts = value.split_once('@');
    let good = parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
        && !value.contains(char::is_whitespace);
    good.then_some(value)
        .ok_or_else(|| "accepted: an e-mail address, such as shop@shop.example".to_owned())
}

fn country(value: &str) -> Result<String, String> {
    let good = value.len() == 2 && value.bytes().all(|it| it.is_ascii_uppercase());
    good.then(|| value.to_owned())
        .ok_or_else(|| "accepted: two capital letters, such as DE".to_owned())
}

fn currency(value: &str) -> Result<String, String> {
    let good = currencies().contains(&value);
    good.then(|| value.to_owned())
        .ok_or_else(|| format!("accepted: one of {}", currencies().join(", ")))
}

fn wallet(value: &str) -> Result<String, String> {
    let digits = value.strip_prefix("0x").unwrap_or_default();
    let good = digits.len() == 40 && digits.bytes().all(|it| it.is_ascii_hexdigit());
    good.then(|| value.to_owned())
        .ok_or_else(|| "accepted: 0x and 40 hexadecimal digits".to_owned())
}

fn id(value: &str) -> Result<String, String> {
    let good = |it: u8| it.is_ascii_alphanumeric() || it == b'-' || it == b'_';
    let good = (1..=64).contains(&value.len()) && value.bytes().all(good);
    good.then(|| value.to_owned())
        .ok_or_else(|| "accepted: a merchant's id, of letters, digits, '-' and '_'".to_owned())
}

/// What a line of the list has, under the names by which it may be called.
const COLUMNS: [&[&str]; 4] = [
    &["merchant_id", "id"],
    &["onboarding_status"],
    &["display_currency"],
    &["display_name", "business_name"],
];
const FIRST: [&str; 4] = ["merchant_id", "id", "onboarding_status", "onboarding_url"];
/// How many pages of the list are read: each is one of 60 calls a minute.
const MOST_PAGES: usize = 30;

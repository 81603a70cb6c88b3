//! `malipo-server check URL`: asks a merchant's own backend what the widget would ask it, and what an attacker would, and
//! says in sentences what is wrong with its answers.
//!
//! ```text
//! subject (what is asked for) -> visit (every request, once, in order) -> checks (pure) -> report
//! ```
//!
//! It needs no configuration. Answers are read by the widget's own code (`malipo::checkout`), so that what passes here works
//! in the page. It opens payments, pays none and cancels none: they stay open at the provider.

mod again;
mod ask;
mod asks;
mod checks;
mod opened;
mod reading;
mod report;
mod sender;
mod subject;
mod visit;

use std::time::Duration;

use clap::Args;

use subject::Subject;
use visit::Visit;

/// What is checked, and what the button on the page would say.
#[derive(Args)]
pub(super) struct Check {
    /// The backend's initiate: https, or http on this machine.
    #[arg(value_name = "URL")]
    initiate: String,
    /// The backend's verify. Default: URL, with `verify` in place of the last `initiate` in it.
    #[arg(long, value_name = "URL")]
    verify: Option<String>,
    /// The origin of the shop's page, such as https://shop.example: checks CORS where it is another one than the backend's.
    #[arg(long)]
    origin: Option<String>,
    /// The page to come back to. Default: the root of --origin, or of the backend.
    #[arg(long, value_name = "URL")]
    return_url: Option<String>,
    /// The page's `credentials="include"`: cookies are sent along.
    #[arg(long)]
    credentials: bool,
    /// A header that the page adds, such as 'X-CSRF-TOKEN: ...'. May be given several times.
    #[arg(long, value_name = "HEADER")]
    header: Vec<String>,
    /// The article.
    #[arg(long)]
    sku: Option<String>,
    /// How many of it, 1 to 999.
    #[arg(long)]
    quantity: Option<String>,
    /// A quote that the shop's server signed.
    #[arg(long)]
    quote: Option<String>,
    /// The shop's name of the order; one that was not paid yet.
    #[arg(long)]
    order_id: Option<String>,
    /// The amount that the button shows: a decimal in major units, such as 10000 or 1250.50.
    #[arg(long)]
    amount: Option<String>,
    /// Its currency, such as UGX.
    #[arg(long)]
    currency: Option<String>,
    /// The payer, where the backend must know who pays (Jenga, which sends him the link).
    #[arg(long)]
    customer_name: Option<String>,
    /// The payer's mailbox.
    #[arg(long)]
    customer_email: Option<String>,
    /// The payer's phone.
    #[arg(long)]
    customer_phone: Option<String>,
    /// Origins of checkout pages, separated by spaces, as the page's `checkout-origins`. Default: any but the backend's own
    /// and the shop's.
    #[arg(long, value_name = "ORIGINS")]
    checkout_origins: Option<String>,
    /// The backend is on a provider's test keys. It is needed for a backend that is not on this machine; one that is there
    /// is asked without, so be sure of its keys.
    #[arg(long, conflicts_with = "live")]
    test_keys: bool,
    /// The backend is on live keys, and payments shall be opened there. None is paid and none is cancelled: they stay open
    /// at the provider, and Jenga sends its messages.
    #[arg(long)]
    live: bool,
    /// With --live: also ask with a price a tenth lower. A backend that takes it leaves a payable link at that price.
    #[arg(long, requires = "live")]
    lower_price: bool,
    /// A variable of the environment that holds a secret of yours: its value must be in no answer. It is never printed. May
    /// be given several times.
    #[arg(long, value_name = "NAME")]
    secret_env: Vec<String>,
    /// Seconds after which an answer comes too late. Default: as the widget waits, 25 for initiate and 10 for the rest.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=60))]
    patience: Option<u64>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Checks a backend.
///
/// # Errors
/// Where it cannot be checked as asked for, or where something is wrong.
pub(super) async fn run(check: Check) -> anyhow::Result<()> {
    let patience = check.patience.map(Duration::from_secs);
    let json = check.json;
    let subject = Subject::read(check)?;
    let asker = ask::Asker::new(&subject, patience)?;
    let visit = Visit::make(&subject, &asker).await?;
    let findings = checks::all(&subject, &visit);
    report::print(&subject, &findings, json)?;
    let wrong = findings.iter().filter(|it| it.is_wrong()).count();
    match wrong {
        0 => Ok(()),
        1 => anyhow::bail!("1 thing is wrong with this backend"),
        _ => anyhow::bail!("{wrong} things are wrong with this backend"),
    }
}

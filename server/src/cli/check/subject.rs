//! What is checked: the arguments, judged as the widget judges its attributes.

use anyhow::{Context as _, bail};
use malipo::checkout::policy::is_loopback;
use malipo::checkout::{Options, Page, RawOptions};
use secrecy::SecretString;
use url::{Position, Url};

use super::Check;
use super::reading::parse_url;

/// A backend, and the button before it.
pub(super) struct Subject {
    /// The button's options, as the widget reads them.
    pub(super) options: Options,
    /// The origin of the page, where it was named.
    pub(super) origin: Option<String>,
    /// What the page adds to every request.
    pub(super) headers: Vec<(String, String)>,
    /// The page sends cookies along.
    pub(super) credentials: bool,
    /// Payments may be opened with live keys.
    pub(super) live: bool,
    /// Though they are real ones, also at a lower price.
    lower_price: bool,
    /// Values that must be in no answer.
    pub(super) secrets: Vec<SecretString>,
}

impl Subject {
    pub(super) fn read(check: Check) -> anyhow::Result<Self> {
        let initiate = url("URL", &check.initiate)?;
        let verify = match &check.verify {
            Some(text) => url("--verify", text)?.to_string(),
            None => beside(&check.initiate).with_context(|| {
                "URL: accepted: initiate's URL; where its path does not say `initiate`, name verify's with --verify"
            })?,
        };
        let verify = url("--verify", &verify)?;
        let origin = check.origin.as_deref().map(origin).transpose()?;
        let on_this_machine = [&initiate, &verify]
            .iter()
            .all(|it| it.host_str().is_some_and(is_loopback));
        if !on_this_machine && !check.test_keys && !check.live {
            bail!(
                "nothing was sent: payments would be opened at {}, and may be real ones. Say --test-keys where it is on a provider's test keys, or --live where you mean it",
                initiate.host_str().unwrap_or_default()
            );
        }
        let page = origin
            .clone()
            .unwrap_or_else(|| initiate.origin().ascii_serialization());
        let page = Page {
            base_url: format!("{page}/"),
            return_url: check
                .return_url
                .clone()
                .unwrap_or_else(|| format!("{page}/")),
            is_loopback: url("--origin", &page)?.host_str().is_some_and(is_loopback),
        };
        let secrets = check
            .secret_env
            .iter()
            .map(|it| secret(it))
            .collect::<anyhow::Result<_>>()?;
        let headers = check
            .header
            .iter()
            .map(|it| header(it))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let raw = RawOptions {
            values: values(&check, &initiate, &verify),
            headers: headers.clone(),
            ..RawOptions::default()
        };
        Ok(Self {
            options: options(&raw, &page)?,
            origin,
            headers,
            credentials: check.credentials,
            live: check.live,
            lower_price: check.lower_price,
            secrets,
        })
    }

    /// A lower price is asked for: with live keys only where that was said.
    pub(super) fn asks_for_less(&self) -> bool {
        !self.live || self.lower_price
    }

    /// The page's origin, where it is another one than the backend's.
    pub(super) fn foreign_origin(&self) -> Option<&str> {
        self.origin
            .as_deref()
            .filter(|it| *it != self.options.backend_origin)
    }
}

/// The widget's own judgement, its names turned into those of the command line.
fn options(raw: &RawOptions, page: &Page) -> anyhow::Result<Options> {
    Options::parse(raw, page, parse_url).map_err(|error| {
        let told: Vec<String> = error
            .errors
            .iter()
            .map(|it| {
                let name = match it.name.as_str() {
                    "initiate-url" => "URL".to_owned(),
                    "verify-url" => "--verify".to_owned(),
                    other if other.starts_with("headers.") => "--header".to_owned(),
                    other => format!("--{other}"),
                };
                format!("{name}: accepted: {}", it.expected)
            })
            .collect();
        anyhow::anyhow!("{}", told.join("; "))
    })
}

fn values(check: &Check, initiate: &Url, verify: &Url) -> Vec<(String, String)> {
    let given = [
        ("initiate-url", Some(initiate.as_str())),
        ("verify-url", Some(verify.as_str())),
        ("sku", check.sku.as_deref()),
        ("quantity", check.quantity.as_deref()),
        ("quote", check.quote.as_deref()),
        ("order-id", check.order_id.as_deref()),
        ("amount", check.amount.as_deref()),
        ("currency", check.currency.as_deref()),
        ("customer-name", check.customer_name.as_deref()),
        ("customer-email", check.customer_email.as_deref()),
        ("customer-phone", check.customer_phone.as_deref()),
        ("checkout-origins", check.checkout_origins.as_deref()),
    ];
    given
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect()
}

fn url(name: &str, text: &str) -> anyhow::Result<Url> {
    Url::parse(text)
        .ok()
        .filter(|it| it.has_host() && matches!(it.scheme(), "http" | "https"))
        .with_context(|| {
            format!("{name}: accepted: an absolute https URL, or http on this machine")
        })
}

/// Verify's URL, from initiate's.
fn beside(initiate: &str) -> Option<String> {
    let initiate = Url::parse(initiate).ok()?;
    let (before, after) = initiate.path().rsplit_once("initiate")?;
    let path = format!("{before}verify{after}");
    let mut verify = initiate;
    verify.set_path(&path);
    Some(verify.into())
}

fn origin(text: &str) -> anyhow::Result<String> {
    let url = url("--origin", text)?;
    let bare = matches!(&url[Position::BeforePath..], "" | "/");
    let anonymous = url.username().is_empty() && url.password().is_none();
    (bare && anonymous)
        .then(|| url.origin().ascii_serialization())
        .context("--origin: accepted: scheme, host and port, such as https://shop.example")
}

fn header(text: &str) -> anyhow::Result<(String, String)> {
    let (name, value) = text
        .split_once(':')
        .context("--header: accepted: a name, a colon and a value")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn secret(name: &str) -> anyhow::Result<SecretString> {
    // A short value would be found by chance in any answer.
    let value = std::env::var(name).ok();
    value
        .filter(|it| SECRET_LEAST <= it.len())
        .map(SecretString::from)
        .with_context(|| format!("--secret-env: the environment's {name} is not set, or shorter than {SECRET_LEAST} characters"))
}

const SECRET_LEAST: usize = 8;

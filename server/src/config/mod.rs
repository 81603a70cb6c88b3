//! The configuration: a TOML file, over it the environment, all of it checked before anything starts.
//!
//! Every problem is reported at once with the key's path. Secrets are [`SecretString`]s and are never printed.

mod origin;
mod providers;
mod read;
mod reader;
mod sections;
mod store;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use malipo_wire::Money;
use secrecy::SecretString;
use url::Url;

use crate::outbox::sign::SigningKey;
use crate::provider::JengaKey;

pub use origin::Origin;
pub(crate) use origin::is_loopback;
pub use providers::jopay::KeyEncoding;
pub use reader::Problem;
pub use store::{PostgresConfig, StoreConfig};

/// Everything that an operator decides. Made by [`Config::read`] only, so what it holds has been checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The shop's name, `[A-Za-z0-9._-]{1,64}`; a quote's `aud` is `<shop>:<mode>`.
    pub shop: String,
    /// Whether money moves.
    pub mode: Mode,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where browsers and providers reach this server; without a slash at the end.
    pub public_url: PublicUrl,
    /// The shops' pages: who may call the `/pay` routes from a browser, and where a return may lead.
    pub shop_origins: Vec<Origin>,
    /// Whether the page's own amount is charged. Sandbox mode only.
    pub allow_client_amounts: bool,
    /// The folder that `GET /malipo/*` serves.
    pub widget_dir: Option<PathBuf>,
    /// What other origins may send.
    pub cors: Cors,
    /// Where orders and attempts are kept.
    pub store: StoreConfig,
    /// The key of signed quotes, 32 bytes or more; without it quotes are refused.
    pub quote_key: Option<SecretString>,
    /// The Bearer key of `GET /api/orders/{order_id}`; without it the route is closed.
    pub shop_api_key: Option<SecretString>,
    /// What opens the page at `/admin`; without it there is no such page.
    pub admin_token: Option<SecretString>,
    /// Where the shop's own system listens.
    pub webhook: Option<WebhookTarget>,
    /// The providers.
    pub providers: Providers,
    /// Ceilings.
    pub limits: Limits,
    /// How to log.
    pub log: Log,
    /// Articles by `sku`.
    pub catalogue: BTreeMap<String, Article>,
}

impl Config {
    /// Reads and checks a configuration; `env` holds every variable of the environment, of which those that begin with
    /// `MALIPO_` count.
    ///
    /// # Errors
    /// Everything that is wrong with it, in no particular order of weight.
    pub fn read(
        text: &str,
        env: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Vec<Problem>> {
        read::read(text, env)
    }

    /// What a quote must name as its audience: `demo-shop:sandbox`.
    #[must_use]
    pub fn audience(&self) -> String {
        format!("{}:{}", self.shop, self.mode.as_str())
    }

    /// A summary for people, without secrets.
    #[must_use]
    pub fn summary(&self) -> String {
        let set = |it: bool| if it { "set" } else { "not set" };
        let origins: Vec<_> = self.shop_origins.iter().map(Origin::as_str).collect();
        let widget = self.widget_dir.as_ref();
        [
            format!("shop: {}", self.shop),
            format!("mode: {}", self.mode.as_str()),
            format!("listen: {}", self.listen),
            format!("public_url: {}", self.public_url.as_str()),
            format!("shop_origins: {}", origins.join(", ")),
            format!("allow_client_amounts: {}", self.allow_client_amounts),
            format!(
                "widget_dir: {}",
                widget.map_or("none".to_owned(), |it| it.display().to_string())
            ),
            self.store.summary(),
            format!("quote.key: {}", set(self.quote_key.is_some())),
            format!("shop_api.key: {}", set(self.shop_api_key.is_some())),
            format!("admin.token: {}", set(self.admin_token.is_some())),
            format!(
                "webhook.url: {}",
                self.webhook.as_ref().map_or("not set".to_owned(), |it| it
                    .url
                    .origin()
                    .ascii_serialization())
            ),
            self.providers.summary(),
            format!("catalogue: {} articles", self.catalogue.len()),
            format!("log: {} {}", self.log.level, self.log.format.as_str()),
        ]
        .join("\n")
    }
}

/// Whether money moves. There is no default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The provider's test keys: no money moves.
    Sandbox,
    /// The provider's live keys.
    Live,
}

impl Mode {
    /// `sandbox` or `live`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Live => "live",
        }
    }

    /// Whether no money moves.
    #[must_use]
    pub fn is_test(self) -> bool {
        self == Self::Sandbox
    }
}

/// An absolute URL without query, fragment, user or slash at the end, to which paths are appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    origin: Origin,
}

impl PublicUrl {
    pub(crate) fn new(url: &Url) -> Option<Self> {
        Some(Self {
            text: url.as_str().trim_end_matches('/').to_owned(),
            origin: Origin::of(url)?,
        })
    }

    /// The URL without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its origin.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// What a shop's page on another origin may send beyond the usual.
#[derive(Clone, Debug, Default)]
pub struct Cors {
    /// Header names beside content-type, idempotency-key and authorization; lower case.
    pub allow_headers: Vec<String>,
    /// Whether cookies may be sent.
    pub credentials: bool,
}

/// Where the shop's own system is told of payments.
#[derive(Clone, Debug)]
pub struct WebhookTarget {
    /// https, or http on a loopback host in sandbox mode.
    pub url: Url,
    /// Its signing keys: one, or two while it is being changed.
    pub keys: Vec<SigningKey>,
}

/// The providers whose keys are there; one at least.
#[derive(Clone, Debug)]
pub struct Providers {
    /// The one that a request means that names none.
    pub default: &'static str,
    /// `[joyndpay]`.
    pub joyndpay: Option<JoyndPay>,
    /// `[jopay]`.
    pub jopay: Option<JoPay>,
    /// `[jenga]`.
    pub jenga: Option<Jenga>,
}

impl Providers {
    fn summary(&self) -> String {
        let mut lines = vec![format!("provider: {}", self.default)];
        if let Some(it) = &self.joyndpay {
            lines.push(format!("joyndpay.base_url: {}", it.base_url));
            let origin = it.checkout_origin.as_str();
            lines.push(format!("joyndpay.checkout_origin: {origin}"));
            lines.push("joyndpay.public_key: set".to_owned());
            lines.push("joyndpay.secret_key: set".to_owned());
        }
        if let Some(it) = &self.jopay {
            lines.push(format!("jopay.base_url: {}", it.base_url));
            let origin = it.checkout_origin.as_str();
            lines.push(format!("jopay.checkout_origin: {origin}"));
            lines.push(format!("jopay.merchant_id: {}", it.merchant_id));
            lines.push("jopay.api_key: set".to_owned());
            let secrets = it.webhook_secrets.len();
            lines.push(format!("jopay.webhook_secret: {secrets} set"));
        }
        if let Some(it) = &self.jenga {
            lines.push(format!("jenga.base_url: {}", it.base_url));
            lines.push(format!("jenga.merchant_code: {}", it.merchant_code));
            for name in [
                "api_key",
                "consumer_secret",
                "private_key_file",
                "ipn_password",
            ] {
                lines.push(format!("jenga.{name}: set"));
            }
        }
        lines.join("\n")
    }
}

/// How a provider's API is called.
#[derive(Clone, Copy, Debug)]
pub struct Calling {
    /// Least time between two questions about an order that a shopper is watching, in milliseconds.
    pub watch_interval_ms: u32,
    /// Most calls a minute with one key, all orders and all servers together.
    pub calls_per_minute: u32,
    /// Longest wait for one call, connecting included, in milliseconds.
    pub timeout_ms: u32,
}

/// JoyndPay's keys and addresses.
#[derive(Clone, Debug)]
pub struct JoyndPay {
    /// Sent as `ApiKey`.
    pub public_key: SecretString,
    /// Sent as `SecretKey`.
    pub secret_key: SecretString,
    /// The API's base, `https://joyndpay.com/api`; without a slash at the end.
    pub base_url: String,
    /// Where its checkout pages live: the only origin to which a shopper is sent.
    pub checkout_origin: Origin,
    /// How its API is called.
    pub calling: Calling,
}

/// JoPay's keys and addresses.
#[derive(Clone, Debug)]
pub struct JoPay {
    /// Sent as a Bearer token; `jo_test_...` or `jo_live_...`, as the mode is.
    pub api_key: SecretString,
    /// Who is paid: a UUID in lower case with hyphens.
    pub merchant_id: String,
    /// What webhooks are signed with, 64 hexadecimal digits each: the current secret and, during a rotation, the next.
    pub webhook_secrets: Vec<SecretString>,
    /// How such a secret is used as a key.
    pub webhook_key_encoding: KeyEncoding,
    /// How old, or how far ahead, a webhook's signature may be, in seconds.
    pub webhook_tolerance_s: u32,
    /// Sent as `payment_mode`.
    pub payment_mode: String,
    /// How long after its expiry a request with an unverified proof is still waited for, in seconds.
    pub attached_grace_s: u32,
    /// The API's base, `https://admin.jopay.app/api/v1`; without a slash at the end.
    pub base_url: String,
    /// Where its pay pages live: the only origin to which a shopper is sent.
    pub checkout_origin: Origin,
    /// How its API is called.
    pub calling: Calling,
}

/// Jenga's keys and addresses.
#[derive(Clone, Debug)]
pub struct Jenga {
    /// Sent as `Api-Key`, for a token alone.
    pub api_key: SecretString,
    /// The merchant.
    pub merchant_code: String,
    /// The merchant's secret, for a token alone.
    pub consumer_secret: SecretString,
    /// Signs what is sent.
    pub private_key: JengaKey,
    /// With the password, what proves an IPN.
    pub ipn_username: String,
    /// See `ipn_username`.
    pub ipn_password: SecretString,
    /// The API's host, `https://api.finserve.africa`; without a slash at the end.
    pub base_url: String,
    /// The payers' country: two capital letters. Numbers without a country's code are numbers there.
    pub country_code: String,
    /// `PRODUCT` or `SERVICE`.
    pub sale_type: &'static str,
    /// How many days after today a link can be paid.
    pub link_days: u32,
    /// The form of a link's address, where the merchant knows it.
    pub link_url_template: Option<LinkTemplate>,
    /// Whether transaction details are asked for too.
    pub confirm_by_transaction_details: bool,
    /// How its API is called.
    pub calling: Calling,
}

/// The form of a link's address.
#[derive(Clone, Debug)]
pub struct LinkTemplate {
    /// With `{paymentLinkRef}` in it, once.
    pub text: String,
    /// Where it leads.
    pub origin: Origin,
}

/// Ceilings; high by default, since a shop's shoppers may share one address (carrier NAT).
#[derive(Clone, Debug)]
pub struct Limits {
    /// Initiates a minute for one order.
    pub initiates_per_order_per_minute: u32,
    /// Verifies and cancels a minute with one token.
    pub verifies_per_token_per_minute: u32,
    /// Connections that are served at a time; `None`: as many as the file descriptors allow, 20,000 at most.
    pub connections: Option<u32>,
    /// Open event streams with one token.
    pub streams_per_token: u32,
    /// Open event streams in all.
    pub streams: u32,
    /// Requests a minute from one address.
    pub requests_per_ip_per_minute: u32,
    /// Notifications a minute for one attempt.
    pub notifications_per_attempt_per_minute: u32,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

/// How to log.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    /// The least level of our own messages.
    pub level: tracing::Level,
    /// One line of text or one JSON object a message.
    pub format: LogFormat,
}

/// The shape of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl LogFormat {
    /// `text` or `json`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

/// Something that is sold at a fixed price.
#[derive(Clone, Debug)]
pub struct Article {
    /// What the provider's page shows.
    pub name: String,
    /// The price of one.
    pub price: Money,
}

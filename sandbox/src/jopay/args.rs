//! The part of the command line that is about JoPay. Each option can also be given by an environment variable.

use std::str::FromStr;

use clap::ValueEnum;
use url::Url;
use uuid::Uuid;

use super::{
    currency::{self, Currency},
    key::{Key, Restricted},
    signature::Secret,
};
use crate::payment::Mode;

/// What a partner gets from, and enters into, JoPay's portal.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Options of JoPay")]
pub(crate) struct JoPayArgs {
    /// API key of test data, with every scope; jo_test_...
    #[arg(
        // Jenga has an `api_key`, too.
        id = "jopay_api_key",
        long = "jopay-api-key",
        env = "MALIPO_SANDBOX_JOPAY_API_KEY",
        hide_env_values = true,
        value_name = "KEY",
        value_parser = parse_test_key,
        default_value = "jo_test_malipo_sandbox"
    )]
    pub(super) api_key: Key,

    /// API key of live data, with every scope; jo_live_... No money moves either
    #[arg(
        long = "jopay-live-api-key",
        env = "MALIPO_SANDBOX_JOPAY_LIVE_API_KEY",
        hide_env_values = true,
        value_name = "KEY",
        value_parser = parse_live_key,
        default_value = "jo_live_malipo_sandbox"
    )]
    pub(super) live_api_key: Key,

    /// A key with these scopes only, may be given several times: jo_test_reader=requests:read,merchants:read. Scopes are
    /// requests:read, requests:write, merchants:read and merchants:write
    #[arg(
        long = "jopay-restricted-key",
        env = "MALIPO_SANDBOX_JOPAY_RESTRICTED_KEY",
        hide_env_values = true,
        value_name = "KEY=SCOPES"
    )]
    pub(super) restricted_keys: Vec<Restricted>,

    /// Merchants of test data and their currencies
    #[arg(
        long = "jopay-merchants",
        env = "MALIPO_SANDBOX_JOPAY_MERCHANTS",
        value_name = "ID=CURRENCY,...",
        value_delimiter = ',',
        default_value = "10000000-0000-4000-8000-000000000840=USD,10000000-0000-4000-8000-000000000978=EUR,\
            10000000-0000-4000-8000-000000000392=JPY"
    )]
    pub(super) merchants: Vec<MerchantArg>,

    /// Merchants of live data and their currencies
    #[arg(
        long = "jopay-live-merchants",
        env = "MALIPO_SANDBOX_JOPAY_LIVE_MERCHANTS",
        value_name = "ID=CURRENCY,...",
        value_delimiter = ',',
        default_value = "20000000-0000-4000-8000-000000000840=USD"
    )]
    pub(super) live_merchants: Vec<MerchantArg>,

    /// The one address that webhooks of test and live payments go to; none are sent without it. Also POST /sandbox/jopay/webhook
    #[arg(
        long = "jopay-webhook-url",
        env = "MALIPO_SANDBOX_JOPAY_WEBHOOK_URL",
        hide_env_values = true,
        value_name = "URL",
        value_parser = parse_webhook_url
    )]
    pub(super) webhook_url: Option<String>,

    /// The webhook secret: 64 hex characters
    #[arg(
        long = "jopay-webhook-secret",
        env = "MALIPO_SANDBOX_JOPAY_WEBHOOK_SECRET",
        hide_env_values = true,
        value_name = "HEX",
        default_value = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
    )]
    pub(super) webhook_secret: Secret,

    /// How the secret is the key of the HMAC, which the documents leave open: the 64 characters themselves, or the 32 bytes that
    /// they stand for
    #[arg(
        long = "jopay-webhook-key-form",
        env = "MALIPO_SANDBOX_JOPAY_WEBHOOK_KEY_FORM",
        value_enum,
        default_value = "utf8"
    )]
    pub(super) webhook_key_form: KeyForm,
}

/// How a webhook secret is the key of the HMAC.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum KeyForm {
    Utf8,
    Hex,
}

/// A merchant that is there from the start.
#[derive(Clone, Debug)]
pub(super) struct MerchantArg {
    pub(super) id: Uuid,
    pub(super) currency: &'static Currency,
}

impl KeyForm {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        <Self as ValueEnum>::from_str(text, false).map_err(|_| "it must be utf8 or hex".to_owned())
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf8",
            Self::Hex => "hex",
        }
    }
}

impl FromStr for MerchantArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (id, code) = text.split_once('=').ok_or("it must be UUID=CURRENCY")?;
        let id = Uuid::parse_str(id).map_err(|error| format!("{id:?} is no UUID: {error}"))?;
        let currency =
            currency::find(code).ok_or(format!("{code:?} is none of JoPay's 28 currencies"))?;
        Ok(Self { id, currency })
    }
}

/// An address for webhooks, unchanged.
pub(super) fn parse_webhook_url(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if matches!(url.scheme(), "http" | "https") && url.username().is_empty() {
        Ok(text.to_owned())
    } else {
        Err("it must be an http or https address without a username".to_owned())
    }
}

fn parse_test_key(text: &str) -> Result<Key, String> {
    parse_key(text, Mode::Test)
}

fn parse_live_key(text: &str) -> Result<Key, String> {
    parse_key(text, Mode::Live)
}

fn parse_key(text: &str, mode: Mode) -> Result<Key, String> {
    let key: Key = text.parse()?;
    if key.mode() == mode {
        Ok(key)
    } else {
        Err(format!("it must begin with jo_{}_", mode.as_str()))
    }
}

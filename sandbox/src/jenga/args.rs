//! The part of the command line that is about Jenga. Each option can also be given by an environment variable.

use clap::ValueEnum;
use url::Url;

use super::key::PublicKey;

/// What a merchant gets from, and enters into, Jenga's portal.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Options of Jenga")]
pub(crate) struct JengaArgs {
    /// API key, the Api-Key header of the authentication
    #[arg(
        long = "jenga-api-key",
        env = "MALIPO_SANDBOX_JENGA_API_KEY",
        hide_env_values = true,
        value_name = "KEY",
        default_value = "sandbox-jenga-api-key"
    )]
    pub(super) api_key: String,

    /// Merchant code
    #[arg(
        long = "jenga-merchant-code",
        env = "MALIPO_SANDBOX_JENGA_MERCHANT_CODE",
        value_name = "CODE",
        default_value = "9000000001"
    )]
    pub(super) merchant_code: String,

    /// Consumer secret
    #[arg(
        long = "jenga-consumer-secret",
        env = "MALIPO_SANDBOX_JENGA_CONSUMER_SECRET",
        hide_env_values = true,
        value_name = "SECRET",
        default_value = "sandbox-jenga-consumer-secret"
    )]
    pub(super) consumer_secret: String,

    /// The merchant's RSA public key (2048 bits or more) that signatures are checked with: PEM, or what stands between its first
    /// and last line. Without it every signed call is answered 900100
    #[arg(
        long = "jenga-public-key",
        env = "MALIPO_SANDBOX_JENGA_PUBLIC_KEY",
        hide_env_values = true,
        value_name = "PEM",
        allow_hyphen_values = true
    )]
    pub(super) public_key: Option<PublicKey>,

    /// Whether calls must be signed. `optional` takes calls without a Signature header; one that is sent must be good where a
    /// public key is known
    #[arg(
        long = "jenga-signature",
        env = "MALIPO_SANDBOX_JENGA_SIGNATURE",
        value_enum,
        default_value = "required"
    )]
    pub(super) signature: SignatureRule,

    /// Currencies of payment links; the provider publishes no list
    #[arg(
        long = "jenga-currencies",
        env = "MALIPO_SANDBOX_JENGA_CURRENCIES",
        value_name = "CODES",
        value_delimiter = ',',
        default_value = "KES,USD,EUR,GBP,UGX,TZS,RWF"
    )]
    pub(super) currencies: Vec<String>,

    /// The address to notify of every payment (IPN); none is notified without it. Also POST /sandbox/jenga/ipn
    #[arg(
        long = "jenga-ipn-url",
        env = "MALIPO_SANDBOX_JENGA_IPN_URL",
        hide_env_values = true,
        value_name = "URL",
        value_parser = parse_ipn_url
    )]
    pub(super) ipn_url: Option<String>,

    /// Username of the IPN's Basic authentication
    #[arg(
        long = "jenga-ipn-username",
        env = "MALIPO_SANDBOX_JENGA_IPN_USERNAME",
        value_name = "NAME",
        value_parser = parse_username,
        default_value = "ipnuser"
    )]
    pub(super) ipn_username: String,

    /// Password of the IPN's Basic authentication
    #[arg(
        long = "jenga-ipn-password",
        env = "MALIPO_SANDBOX_JENGA_IPN_PASSWORD",
        hide_env_values = true,
        value_name = "PASSWORD",
        default_value = "ipnpass"
    )]
    pub(super) ipn_password: String,

    /// NOT as the provider does: add the link's address to `data` of the answer to create, under this name
    #[arg(
        long = "jenga-url-field",
        env = "MALIPO_SANDBOX_JENGA_URL_FIELD",
        value_name = "NAME",
        value_parser = parse_url_field
    )]
    pub(super) url_field: Option<String>,
}

/// Whether a call must be signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum SignatureRule {
    Required,
    Optional,
}

/// An address to notify, unchanged.
pub(super) fn parse_ipn_url(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if matches!(url.scheme(), "http" | "https") && url.username().is_empty() {
        Ok(text.to_owned())
    } else {
        Err("it must be an http or https address without a username".to_owned())
    }
}

/// A username for Basic authentication, which ends at the first colon.
pub(super) fn parse_username(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains(':') {
        Err("it must not be empty and must not contain a colon".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

fn parse_url_field(text: &str) -> Result<String, String> {
    let taken = ["dateCreated", "paymentLinkRef", "externalRef", "status"];
    if text.is_empty() || taken.contains(&text) {
        Err(format!(
            "it must not be empty or one of {}",
            taken.join(", ")
        ))
    } else {
        Ok(text.to_owned())
    }
}

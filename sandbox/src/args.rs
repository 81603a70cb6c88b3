//! The command line.

use std::net::SocketAddr;

use clap::Parser;
use url::Url;

use crate::{jenga::args::JengaArgs, jopay::args::JoPayArgs, script::manual};

/// A local stand-in for payment providers. No money moves.
///
/// Provides the API and the checkout pages of JoyndPay under /joyndpay, those of JoPay under /jopay, payment links of Jenga under
/// /jenga with an outbox of fake SMS and e-mail at /outbox, and a control API for tests under /sandbox.
#[derive(Debug, Parser)]
#[command(name = "malipo-sandbox", version, after_long_help = manual::help_text())]
pub(crate) struct Args {
    /// Address and port to listen on; port 0 takes a free one, which is printed
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8788")]
    pub(crate) listen: SocketAddr,

    /// Where browsers and merchants' backends reach this program [default: http://localhost:PORT on a loopback address, else
    /// http://IP:PORT]
    #[arg(long, value_name = "URL", value_parser = parse_public_url)]
    public_url: Option<String>,

    /// JoyndPay: public key of the pair that selects test mode
    #[arg(long, value_name = "KEY", default_value = "sandbox-test-public-key")]
    joyndpay_public_key: String,

    /// JoyndPay: secret key of the pair that selects test mode
    #[arg(long, value_name = "KEY", default_value = "sandbox-test-secret-key")]
    joyndpay_secret_key: String,

    /// JoyndPay: public key of the pair that is answered as in live mode (https needed for ipn_url); no money moves either
    #[arg(long, value_name = "KEY", default_value = "sandbox-live-public-key")]
    joyndpay_live_public_key: String,

    /// JoyndPay: secret key of the pair that is answered as in live mode
    #[arg(long, value_name = "KEY", default_value = "sandbox-live-secret-key")]
    joyndpay_live_secret_key: String,

    /// JoyndPay: currencies that its checkout takes; the provider publishes no list
    #[arg(
        long,
        value_name = "CODES",
        value_delimiter = ',',
        default_value = "UGX,USD,KES,TZS,RWF,EUR,GBP"
    )]
    joyndpay_currencies: Vec<String>,

    #[command(flatten)]
    jenga: JengaArgs,

    #[command(flatten)]
    jopay: JoPayArgs,

    /// Stop when standard input ends: for a program that starts this one through a pipe and must not leave it behind, not even
    /// when it is killed
    #[arg(long)]
    pub(crate) exit_with_stdin: bool,
}

/// What the program runs with, after the port is known.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Without a slash at the end.
    pub(crate) public_url: String,
    /// The pair that selects test mode.
    pub(crate) joyndpay_test: KeyPair,
    /// The pair that is answered as in live mode.
    pub(crate) joyndpay_live: KeyPair,
    /// ISO codes.
    pub(crate) joyndpay_currencies: Vec<String>,
}

/// Two made-up keys. They open nothing but this program.
#[derive(Debug)]
pub(crate) struct KeyPair {
    pub(crate) public: String,
    pub(crate) secret: String,
}

impl Args {
    /// The settings, for a program that listens on `address`; Jenga's and JoPay's apart, for those rooms alone read them.
    pub(crate) fn settings(self, address: SocketAddr) -> (Settings, JengaArgs, JoPayArgs) {
        // `localhost` and `127.0.0.1` are different sites to a browser: with a shop on 127.0.0.1 the checkout page is as
        // foreign to it as the real one.
        let own = if address.ip().is_loopback() {
            format!("http://localhost:{}", address.port())
        } else {
            format!("http://{address}")
        };
        let settings = Settings {
            public_url: self.public_url.unwrap_or(own),
            joyndpay_test: KeyPair {
                public: self.joyndpay_public_key,
                secret: self.joyndpay_secret_key,
            },
            joyndpay_live: KeyPair {
                public: self.joyndpay_live_public_key,
                secret: self.joyndpay_live_secret_key,
            },
            joyndpay_currencies: self.joyndpay_currencies,
        };
        (settings, self.jenga, self.jopay)
    }
}

fn parse_public_url(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https")
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err("it must be an http or https address without query and fragment".to_owned());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

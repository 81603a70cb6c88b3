//! Jenga (Finserve Africa, Equity): payment links, sent to the payer by SMS and e-mail, and an IPN with HTTP Basic.
//!
//! Source: the provider's documentation (developer.jengahq.io, in part) and Finserve's own plugin, read 2026-11-21. What it
//! leaves open and what was chosen:
//! - no page shows a link's address: the shopper gets it by SMS and e-mail alone, unless `link_url_template` is set;
//! - no endpoint reads a link: an IPN with the right user and password is the outcome, with amount and currency checked, and
//!   not a mere reason to ask. `confirm_by_transaction_details` asks about transactions as well;
//! - no idempotency: a create whose answer was lost is never repeated, or the shopper would hold two links. Its IPN settles it;
//! - a FAILED is one try: the link stays payable until its last day, in Nairobi;
//! - expiry: an hour after the last day without an IPN it counts as failed; a late SUCCESS still makes it paid.

mod answer;
mod customer;
mod day;
mod details;
mod ipn;
mod link;
pub mod links;
mod sign;
mod token;

use async_trait::async_trait;
use axum::http::HeaderValue;
use malipo_wire::{Customer, Money, OrderId, Reason};
use secrecy::ExposeSecret;

use self::customer::Payer;
use self::token::Tokens;
use super::{
    Calls, HttpRequest, HttpResponse, Notice, NoticeError, NoticeRequest, Opening, Provider,
    ProviderError, Snapshot, judge,
};
use crate::clock::{HOUR_MS, UnixMs};
use crate::config::{Jenga, Mode};
use crate::payment::settle::Observation;
use crate::payment::{Attempt, Opened};
use crate::store::Hash;

pub use sign::PrivateKey;

/// The adapter.
#[derive(Debug)]
pub struct JengaAdapter {
    config: Jenga,
    mode: Mode,
    tokens: Tokens,
}

impl JengaAdapter {
    /// The adapter with these keys, in this mode.
    #[must_use]
    pub fn new(config: Jenga, mode: Mode) -> Self {
        Self {
            config,
            mode,
            tokens: Tokens::default(),
        }
    }

    /// What the answer to `create/payment-link` means.
    ///
    /// # Errors
    /// [`ProviderError`], sorted by what to do next.
    pub fn read_opening(
        &self,
        opening: &Opening<'_>,
        response: &HttpResponse,
    ) -> Result<Opened, ProviderError> {
        let link = link::created(&opening.reference.0, response).map_err(sent_anyhow)?;
        let payer = self.payer(opening.customer)?;
        let redirect_url = self.address(&link).map_err(sent_anyhow)?;
        Ok(Opened {
            provider_ref: Some(link),
            // Where there is a page to open, nobody need look for the message.
            sent_to: match redirect_url {
                Some(_) => Vec::new(),
                None => payer.sent_to(),
            },
            redirect_url,
            expires_at: link::last_day(&self.config, opening).map(day::end),
        })
    }

    fn payer(&self, customer: &Customer) -> Result<Payer, ProviderError> {
        Payer::read(customer, &self.config.country_code)
            .map_err(|detail| ProviderError::Rejected { detail })
    }

    /// The link's address, where the merchant knows the form from Finserve.
    fn address(&self, link: &str) -> Result<Option<String>, ProviderError> {
        let Some(template) = &self.config.link_url_template else {
            return Ok(None);
        };
        let text = template.text.replace(TEMPLATE_FIELD, link);
        judge::checkout_page(&text, &template.origin, self.mode)
            .map(|url| Some(url.into()))
            .map_err(|detail| ProviderError::Unsafe { detail })
    }

    /// Sends what `make` makes with the token; once more with a fresh one where the token was refused.
    async fn send(
        &self,
        calls: &Calls<'_>,
        now: UnixMs,
        make: impl Fn(HeaderValue) -> Result<HttpRequest, ProviderError> + Send + Sync,
    ) -> Result<HttpResponse, ProviderError> {
        let bearer = self.tokens.bearer(calls, &self.config, now).await?;
        let response = calls.send(make(bearer.clone())?).await?;
        if !answer::is_unauthorised(&response) {
            return Ok(response);
        }
        // Refused at the door: nothing was done.
        self.tokens.refused(&bearer).await;
        let bearer = self.tokens.bearer(calls, &self.config, now).await?;
        calls.send(make(bearer)?).await
    }

    /// Without what Jenga was told: keys, secret addresses, who pays.
    fn redacted(&self, error: ProviderError, more: &[&str]) -> ProviderError {
        let keys = [
            self.config.api_key.expose_secret(),
            self.config.consumer_secret.expose_secret(),
        ];
        error.without(&[&keys, more].concat())
    }

    async fn create(
        &self,
        calls: &Calls<'_>,
        opening: &Opening<'_>,
        payer: &Payer,
    ) -> Result<Opened, ProviderError> {
        let make = |bearer| link::create(&self.config, opening, payer, bearer);
        let response = self.send(calls, opening.now, make).await?;
        self.read_opening(opening, &response)
    }
}

#[async_trait]
impl Provider for JengaAdapter {
    fn id(&self) -> &'static str {
        "jenga"
    }

    fn fits_as_reference(&self, order_id: &OrderId) -> bool {
        let text = order_id.as_str();
        (8..=20).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_alphanumeric())
    }

    fn accepts(&self, price: Money, customer: &Customer) -> Result<(), String> {
        if price.minor() == 0 || too_fine(price) {
            return Err(
                "amount: the provider accepts an amount above zero with two decimals at most"
                    .to_owned(),
            );
        }
        Payer::read(customer, &self.config.country_code).map(|_| ())
    }

    fn tells_state(&self) -> bool {
        self.config.confirm_by_transaction_details
    }

    fn signs_notices(&self) -> bool {
        true
    }

    fn recipients(&self, customer: &Customer) -> Vec<Hash> {
        let key = &self.config.consumer_secret;
        let payer = Payer::read(customer, &self.config.country_code);
        payer.map_or_else(|_| Vec::new(), |it| it.recipients(key))
    }

    async fn open(
        &self,
        calls: &Calls<'_>,
        opening: &Opening<'_>,
    ) -> Result<Opened, ProviderError> {
        let payer = self.payer(opening.customer)?;
        let secrets = [opening.secrets(), payer.secrets()].concat();
        self.create(calls, opening, &payer)
            .await
            .map_err(|error| self.redacted(error, &secrets))
    }

    async fn look_up(
        &self,
        calls: &Calls<'_>,
        attempt: &Attempt,
        now: UnixMs,
    ) -> Result<Snapshot, ProviderError> {
        let over = attempt
            .expires_at
            .is_some_and(|end| end.plus_ms(GRACE_MS) <= now);
        if self.config.confirm_by_transaction_details {
            let make = |bearer| details::request(&self.config, &attempt.reference, bearer);
            let response = self
                .send(calls, now, make)
                .await
                .map_err(|error| self.redacted(error, &[]))?;
            match details::read(attempt, &response) {
                // A link that is not payable any more has had its last try.
                Some(Observation::Declined) if over => {}
                None => {}
                Some(observation) => return Ok(observation.into()),
            }
        }
        Ok(match over {
            true => Observation::Failed(Reason::Expired).into(),
            false if planted!(LostLinkSentAgain) => Observation::NotFound.into(),
            false => Observation::Unasked.into(),
        })
    }

    fn read_notice(&self, request: &NoticeRequest<'_>) -> Result<Option<Notice>, NoticeError> {
        if !ipn::is_authentic(request.headers, &self.config) {
            return Err(NoticeError::Forged);
        }
        ipn::read(request.body, &self.config)
    }
}

/// Jenga has sent the link by itself: what is wrong with its answer calls nothing back, and a second link beside it could be
/// paid too.
fn sent_anyhow(error: ProviderError) -> ProviderError {
    match error {
        ProviderError::Unsafe { detail } => answer::unknown(detail),
        ProviderError::Rejected { .. }
        | ProviderError::Unreachable
        | ProviderError::Throttled(_)
        | ProviderError::OutcomeUnknown { .. } => error,
    }
}

/// Whether an amount has more decimals than Jenga takes.
fn too_fine(price: Money) -> bool {
    let decimals = price.to_decimal();
    let fraction = decimals.split_once('.').map_or("", |(_, it)| it);
    MOST_DECIMALS < fraction.trim_end_matches('0').len()
}

/// What stands for the link's name in `link_url_template`.
pub(crate) const TEMPLATE_FIELD: &str = "{paymentLinkRef}";
/// How long an IPN may be late.
const GRACE_MS: i64 = HOUR_MS;
const MOST_DECIMALS: usize = 2;

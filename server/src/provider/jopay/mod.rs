//! JoPay: `POST /requests/create`, `GET /requests/:id`, `POST /requests/:id/cancel`, and signed webhooks.
//!
//! The customer sends USDC to the merchant's wallet; JoPay verifies the transfer on chain. Its page sends nobody back.
//!
//! Source: the provider's documentation (docs.jopay.app, in part), read 2026-11-21. What it leaves open and what was chosen:
//! - the body of a GET is not shown: it is read like the answer to a create, also within `request` or `data`;
//! - the list's filters and pages are not shown: a few pages are searched for our own metadata, as the last resort;
//! - what a cancel answers is not shown: the request is looked at before and after it;
//! - the HTTP status of errors may change: the code in `error` counts;
//! - no event tells of an expiry, a cancel or a mismatch: the schedule asks soon after the expiry;
//! - a create that is repeated with the same `idempotency_key` gives the first one's request: what was lost is found so.

mod answer;
pub mod merchants;
mod money;
mod request;
mod state;
mod webhook;

use async_trait::async_trait;
use malipo_wire::{Customer, Money, OrderId};
use secrecy::ExposeSecret;

use self::answer::Request;
use self::request::Wanted;
use super::{
    Calls, HttpResponse, Notice, NoticeError, NoticeRequest, Opening, Provider, ProviderError,
    Snapshot, judge,
};
use crate::clock::{SECOND_MS, UnixMs};
use crate::config::{Config, JoPay, Mode};
use crate::payment::settle::Observation;
use crate::payment::{Attempt, AttemptStatus, Opened};

/// The adapter.
#[derive(Debug)]
pub struct JoPayAdapter {
    config: JoPay,
    mode: Mode,
    shop: String,
}

/// What came of looking for an attempt at JoPay.
#[derive(Debug)]
struct Found {
    request: Request,
    /// The way to it, where that was not known before and a shopper may be sent there.
    opened: Option<Opened>,
}

impl JoPayAdapter {
    /// The adapter with these keys, for the shop and the mode of this configuration.
    #[must_use]
    pub fn new(jopay: JoPay, config: &Config) -> Self {
        Self {
            config: jopay,
            mode: config.mode,
            shop: config.shop.clone(),
        }
    }

    /// What the response to `POST /requests/create` means.
    ///
    /// # Errors
    /// [`ProviderError`], sorted by what to do next.
    pub fn read_opening(
        &self,
        ask: &Opening<'_>,
        response: &HttpResponse,
    ) -> Result<Opened, ProviderError> {
        let request = answer::request(response)?;
        let wanted = Wanted::from(ask);
        self.is_ours(&wanted, &request)
            .and_then(|()| self.opened(&wanted, &request))
            .map_err(|detail| ProviderError::Unsafe { detail })
    }

    /// What the response to `GET /requests/:id` means.
    ///
    /// # Errors
    /// [`ProviderError`], sorted by what to do next.
    pub fn read_look_up(
        &self,
        attempt: &Attempt,
        response: &HttpResponse,
        now: UnixMs,
    ) -> Result<Observation, ProviderError> {
        match self.read_one(attempt, response)? {
            None => Ok(Observation::NotFound),
            Some(request) => self.observe(attempt, &request, now),
        }
    }

    /// The request that an answer to `GET /requests/:id` describes; `None` where JoPay has none.
    fn read_one(
        &self,
        attempt: &Attempt,
        response: &HttpResponse,
    ) -> Result<Option<Request>, ProviderError> {
        if response.status == 404 {
            return Ok(None);
        }
        let request = answer::request(response)?;
        let other = attempt.provider_ref.as_deref() != Some(request.id.as_str());
        if other || self.is_ours(&Wanted::from(attempt), &request).is_err() {
            return Err(answer::unknown("the answer is about another request"));
        }
        Ok(Some(request))
    }

    fn observe(
        &self,
        attempt: &Attempt,
        request: &Request,
        now: UnixMs,
    ) -> Result<Observation, ProviderError> {
        let grace_ms = i64::from(self.config.attached_grace_s).saturating_mul(SECOND_MS);
        state::observe(request, attempt.expires_at, now, grace_ms)
    }

    /// Whether a request is the one that we asked for; names that it does not repeat count as right.
    fn is_ours(&self, wanted: &Wanted<'_>, request: &Request) -> Result<(), &'static str> {
        let differs =
            |echo: &Option<String>, ours: &str| echo.as_ref().is_some_and(|it| it != ours);
        if differs(&request.order_id, wanted.order_id.as_str())
            || differs(&request.reference, &wanted.reference.0)
        {
            return Err("the answer is about another order");
        }
        let merchant = request.merchant_id.as_ref();
        if merchant.is_some_and(|it| !it.eq_ignore_ascii_case(&self.config.merchant_id)) {
            return Err("the answer is about another merchant");
        }
        Ok(())
    }

    /// The way to a request's page, where a shopper may be sent there.
    fn opened(&self, wanted: &Wanted<'_>, request: &Request) -> Result<Opened, &'static str> {
        // An amount that differs means that the shopper would pay something else than was asked.
        if request.amount != Some(wanted.price) {
            return Err("the answer's amount or currency is not what was asked for");
        }
        let text = request.page.as_deref().unwrap_or_default();
        let url = judge::checkout_page(text, &self.config.checkout_origin, self.mode)?;
        Ok(Opened {
            provider_ref: Some(request.id.clone()),
            redirect_url: Some(url.into()),
            expires_at: request.expires_at,
            ..Opened::default()
        })
    }

    /// Without the only secret that JoPay is ever told. (Nobody's name, address or number is sent to it.)
    fn redacted(&self, error: ProviderError) -> ProviderError {
        error.without(&[self.config.api_key.expose_secret()])
    }

    /// Finds an attempt's request; `None` where JoPay has none.
    async fn find(
        &self,
        calls: &Calls<'_>,
        attempt: &Attempt,
    ) -> Result<Option<Found>, ProviderError> {
        let wanted = Wanted::from(attempt);
        let request = match (&attempt.provider_ref, attempt.status) {
            (Some(id), _) => {
                let response = calls.send(self.get_one(id)).await?;
                let request = self.read_one(attempt, &response)?;
                return Ok(request.map(|request| Found {
                    request,
                    opened: None,
                }));
            }
            // No second payment may have begun since, so what this may begin is the order's only one.
            (None, AttemptStatus::Unknown) => self.repeat(calls, &wanted).await?,
            // Its call is under way: a second one beside it might begin a second request.
            (None, AttemptStatus::Created) => self.search(calls, &wanted).await?,
            // JoPay did not have it, or its page was not fit to be shown: a repetition might begin it beside another.
            (None, _) => self.search_given_up(calls, &wanted).await?,
        };
        let Some(request) = request else {
            return Ok(None);
        };
        let opened = match self.opened(&wanted, &request) {
            Ok(opened) => Some(opened),
            Err(detail) => {
                tracing::error!(
                    attempt = attempt.id.0,
                    request = request.id,
                    detail,
                    "a request was found again to which no shopper may be sent"
                );
                None
            }
        };
        Ok(Some(Found { request, opened }))
    }

    /// Repeats a create whose answer was lost. Where JoPay refuses that, the list may still know the first one.
    async fn repeat(
        &self,
        calls: &Calls<'_>,
        wanted: &Wanted<'_>,
    ) -> Result<Option<Request>, ProviderError> {
        let response = calls.send(self.create(wanted)).await?;
        match answer::request(&response) {
            Ok(request) => match self.is_ours(wanted, &request) {
                Ok(()) => Ok(Some(request)),
                Err(detail) => {
                    let reference = wanted.reference.0.as_str();
                    tracing::error!(
                        reference,
                        detail,
                        "JoPay has something else under our idempotency key"
                    );
                    Ok(None)
                }
            },
            Err(ProviderError::Rejected { .. }) => Ok(self.search(calls, wanted).await?),
            Err(error) => Err(error),
        }
    }

    /// Looks for a request whose page nobody has. A list that cannot be read (what it looks like is not documented) has no word
    /// of it: a shopper who waits to pay by another one is kept no longer.
    async fn search_given_up(
        &self,
        calls: &Calls<'_>,
        wanted: &Wanted<'_>,
    ) -> Result<Option<Request>, ProviderError> {
        match self.search(calls, wanted).await {
            Err(ListError::Unreadable(error)) => {
                let reference = wanted.reference.0.as_str();
                tracing::warn!(reference, %error, "JoPay's list of requests cannot be read");
                Ok(None)
            }
            found => Ok(found?),
        }
    }

    /// Looks for a request with our names among the newest.
    async fn search(
        &self,
        calls: &Calls<'_>,
        wanted: &Wanted<'_>,
    ) -> Result<Option<Request>, ListError> {
        let is_it = |it: &Request| {
            it.reference.as_deref() == Some(wanted.reference.0.as_str())
                && it.order_id.as_deref() == Some(wanted.order_id.as_str())
                && self.is_ours(wanted, it).is_ok()
        };
        let mut cursor: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let response = calls
                .send(self.get_page("/requests", cursor.as_deref()))
                .await?;
            let is_success = (200..=299).contains(&response.status);
            let (requests, next) = answer::list(&response).map_err(|it| {
                // JoPay says no by the code and not by the status: what it refuses with a 200 is refused all the same.
                if is_success && matches!(it, ProviderError::OutcomeUnknown { .. }) {
                    ListError::Unreadable(it)
                } else {
                    ListError::Other(it)
                }
            })?;
            if let Some(request) = requests.into_iter().find(is_it) {
                return Ok(Some(request));
            }
            // The same page again: the cursor is not understood.
            if next.is_none() || next == cursor {
                break;
            }
            cursor = next;
        }
        Ok(None)
    }
}

/// Why JoPay's list of requests says nothing.
enum ListError {
    /// It came, and is in no form that we know.
    Unreadable(ProviderError),
    /// It did not come, or was refused.
    Other(ProviderError),
}

impl From<ProviderError> for ListError {
    fn from(error: ProviderError) -> Self {
        Self::Other(error)
    }
}

impl From<ListError> for ProviderError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Unreadable(error) | ListError::Other(error) => error,
        }
    }
}

#[async_trait]
impl Provider for JoPayAdapter {
    fn id(&self) -> &'static str {
        "jopay"
    }

    fn fits_as_reference(&self, _: &OrderId) -> bool {
        // It stands in `metadata`, whose values may have 500 characters of any kind, and in a hash.
        true
    }

    fn accepts(&self, price: Money, _: &Customer) -> Result<(), String> {
        money::accepts(price)
    }

    fn returns(&self) -> bool {
        false
    }

    fn signs_notices(&self) -> bool {
        true
    }

    async fn open(
        &self,
        calls: &Calls<'_>,
        opening: &Opening<'_>,
    ) -> Result<Opened, ProviderError> {
        let response = calls.send(self.create(&Wanted::from(opening))).await?;
        self.read_opening(opening, &response)
            .map_err(|it| self.redacted(it))
    }

    async fn look_up(
        &self,
        calls: &Calls<'_>,
        attempt: &Attempt,
        now: UnixMs,
    ) -> Result<Snapshot, ProviderError> {
        let found = self.find(calls, attempt).await;
        let Some(found) = found.map_err(|it| self.redacted(it))? else {
            return Ok(Observation::NotFound.into());
        };
        Ok(Snapshot {
            observation: self.observe(attempt, &found.request, now)?,
            opened: found.opened,
        })
    }

    async fn cancel(
        &self,
        calls: &Calls<'_>,
        attempt: &Attempt,
        now: UnixMs,
    ) -> Result<Snapshot, ProviderError> {
        let found = self.find(calls, attempt).await;
        let Some(Found {
            mut request,
            opened,
        }) = found.map_err(|it| self.redacted(it))?
        else {
            return Ok(Observation::NotFound.into());
        };
        // Once a transfer was named, money may be on its way: that payment is waited for.
        if state::may_be_called_off(&request) {
            let answer = calls.send(self.call_off(&request.id)).await;
            if let Err(error) = answer.and_then(|it| answer::read(&it)) {
                let error = self.redacted(error);
                tracing::info!(attempt = attempt.id.0, %error, "a request was not called off");
            }
            // Whatever it answered: how it stands now is what counts.
            let response = calls.send(self.get_one(&request.id)).await?;
            let after = answer::request(&response).map_err(|it| self.redacted(it))?;
            if after.id != request.id || self.is_ours(&Wanted::from(attempt), &after).is_err() {
                return Err(answer::unknown("the answer is about another request"));
            }
            request = after;
        }
        Ok(Snapshot {
            observation: self.observe(attempt, &request, now)?,
            opened,
        })
    }

    fn read_notice(&self, request: &NoticeRequest<'_>) -> Result<Option<Notice>, NoticeError> {
        self.read_webhook(request)
    }
}

/// The newest pages of the list that are searched: one call each out of 60 a minute.
const MOST_PAGES: usize = 3;

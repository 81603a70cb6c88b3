//! From a basket to a checkout page: decide, note the intent, ask the provider, note the answer.
//!
//! A crash after the intent is found at the next start or, where several servers share a store, by one that has lived for a minute
//! since; it is looked up by its reference, never begun anew.

mod answer;
mod call;
mod recipients;
mod secrets;

use std::sync::Arc;

use malipo_wire::{InitiateAnswer, OrderId};

use self::secrets::Secrets;
use crate::app::App;
use crate::payment::begin::{Decision, Wish};
use crate::payment::price::Basket;
use crate::payment::settle::{GIVE_UP_MS, Observation};
use crate::payment::{AttemptId, AttemptStatus, Reference, schedule};
use crate::provider::Desk;
use crate::random;
use crate::reconcile;
use crate::routes::ApiError;
use crate::store::{Begin, NewAttempt};

/// What an initiate asks for, checked.
#[derive(Debug)]
pub(crate) struct Intent {
    pub(crate) basket: Basket,
    /// Whose checkout page, should a new attempt begin.
    pub(crate) provider: &'static str,
    /// The Idempotency-Key; the form without script has none.
    pub(crate) key: Option<String>,
    /// The payload's fingerprint, without `return_url`.
    pub(crate) payload_hash: [u8; 32],
    /// On the shop's origin.
    pub(crate) return_url: String,
}

/// Opens a checkout page, or finds the one that is open already.
///
/// It runs to its end even where the shopper has gone: a call to the provider is never left without its answer noted.
pub(crate) async fn open(app: &Arc<App>, intent: Intent) -> Result<InitiateAnswer, ApiError> {
    let task = Arc::clone(app);
    let running = app.tasks.spawn(async move { run(&task, intent).await });
    running.await.unwrap_or_else(|error| {
        Err(ApiError::new(
            axum::http::StatusCode::SERVICE_UNAVAILABLE,
            malipo_wire::ErrorCode::Backend,
            "the server stopped in between; try again",
        )
        .because(error.to_string()))
    })
}

async fn run(app: &Arc<App>, intent: Intent) -> Result<InitiateAnswer, ApiError> {
    let desk = desk(app, intent.provider)?;
    let basket = &intent.basket;
    desk.provider
        .accepts(basket.price, &basket.customer)
        .map_err(ApiError::bad)?;
    let order_id = match &intent.basket.order_id {
        Some(order_id) => order_id.clone(),
        None => secrets::order_id()?,
    };
    let mut asked = Vec::new();
    // Each round asks about attempts that were not asked about before, and an order gets no new ones meanwhile.
    for _ in 0..MOST_ROUNDS {
        let secrets = Secrets::new()?;
        let begun = app
            .store
            .begin(begin(app, desk, &intent, &order_id, &asked, &secrets)?)
            .await?;
        match &begun.decision {
            Decision::New { .. } => return call::call(app, desk, &intent, &begun, &secrets).await,
            Decision::AskFirst(old) => {
                for id in old {
                    if ask_about(app, id).await? {
                        return Err(answer::under_way());
                    }
                }
                asked.extend(old.iter().cloned());
            }
            Decision::Unknown(id) => {
                if let Some(attempt) = app.store.attempt(id).await? {
                    reconcile::poke(app, &attempt, HINT_MS);
                }
                return Err(answer::busy_unknown());
            }
            Decision::KeyReused
            | Decision::OrderChanged
            | Decision::Paid { .. }
            | Decision::Same(_)
            | Decision::NoProof
            | Decision::Running
            | Decision::QuoteExpired => return answer::settled(app, &intent, begun, secrets),
        }
    }
    Err(ApiError::busy("the order is changing; try again", 2))
}

/// The provider of this name, which the store or the configuration named.
///
/// # Errors
/// Where its keys have been taken out of the configuration since.
pub(crate) fn desk<'a>(app: &'a App, provider: &str) -> Result<&'a Desk, ApiError> {
    app.desk(provider).ok_or_else(|| {
        ApiError::new(
            axum::http::StatusCode::SERVICE_UNAVAILABLE,
            malipo_wire::ErrorCode::Backend,
            "this server has no keys for the order's provider any more",
        )
        .because(format!("no keys for {provider}"))
    })
}

/// Asks how an old attempt stands; whether it had failed and is being paid all the same. Its page is in the shopper's hands:
/// a second one beside it could take a second payment.
async fn ask_about(app: &Arc<App>, id: &AttemptId) -> Result<bool, ApiError> {
    let Some(attempt) = app.store.attempt(id).await? else {
        return Ok(false);
    };
    let said = reconcile::ask(app, &attempt).await.map_err(|error| {
        let answer = ApiError::from_provider(&error, app.test());
        ApiError {
            sentence: format!(
                "the provider has to be asked about an earlier attempt before a new one, and did not answer ({})",
                error.as_str()
            ),
            ..answer
        }
    })?;
    // After three days a person has been told, and the shopper is kept waiting no longer.
    let waits = app.now().since_ms(attempt.created_at) < GIVE_UP_MS;
    let under_way = matches!(said, Observation::Pending | Observation::Declined);
    Ok(waits && under_way && attempt.status == AttemptStatus::Failed)
}

fn begin(
    app: &App,
    desk: &Desk,
    intent: &Intent,
    order_id: &OrderId,
    asked: &[AttemptId],
    secrets: &Secrets,
) -> Result<Begin, ApiError> {
    let now = app.now();
    let provider = &desk.provider;
    let notified = desk.notices.are_proven();
    let other = random::reference()?;
    let first = if provider.fits_as_reference(order_id) {
        Reference(order_id.to_string())
    } else {
        other.clone()
    };
    Ok(Begin {
        wish: Wish {
            order_id: order_id.clone(),
            price: planted!(HalfThePriceCharged => half_of(intent.basket.price) else intent.basket.price),
            payload_hash: intent.payload_hash,
            quoted: intent.basket.quoted,
            expired: intent.basket.expired,
            asked: asked.to_vec(),
            now,
        },
        key: intent.key.clone(),
        attempt: NewAttempt {
            id: secrets.attempt.clone(),
            provider: provider.id(),
            first_reference: first,
            other_reference: other,
            description: intent.basket.description.clone(),
            return_url: intent.return_url.clone(),
            return_hash: random::hash(&secrets.back),
            notify_hash: random::hash(&secrets.notify),
            next_check_at: schedule::first_check(now, notified, random::jitter()),
        },
        token_hash: random::hash(&secrets.token),
        now,
    })
}

const MOST_ROUNDS: u32 = 3;
/// Least time between two questions on a hint.
const HINT_MS: i64 = 300;

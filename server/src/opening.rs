//! From a basket to a checkout page: decide, note the intent, ask the provider, note the answer.
//!
//! A crash after the intent is found at the next start and looked up by its reference, never begun anew.

use std::sync::Arc;

use malipo_wire::{InitiateAnswer, OrderId, Status};

use crate::app::App;
use crate::payment::begin::{Decision, Wish};
use crate::payment::price::Basket;
use crate::payment::{AttemptId, Reference, schedule};
use crate::provider::{Ask, Opening, ProviderError, Snapshot};
use crate::random;
use crate::reconcile;
use crate::routes::ApiError;
use crate::store::{Answered, Begin, Begun, NewAttempt};
use crate::telemetry::WordLabels;

/// What an initiate asks for, checked.
#[derive(Debug)]
pub(crate) struct Intent {
    pub(crate) basket: Basket,
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
    app.desk
        .provider
        .accepts(intent.basket.price)
        .map_err(|accepted| ApiError::bad(format!("amount: the provider accepts {accepted}")))?;
    let order_id = match &intent.basket.order_id {
        Some(order_id) => order_id.clone(),
        None => server_made_order_id()?,
    };
    let mut asked = Vec::new();
    // Each round asks about attempts that were not asked about before, and an order gets no new ones meanwhile.
    for _ in 0..MOST_ROUNDS {
        let secrets = Secrets::new()?;
        let begun = app
            .store
            .begin(begin(app, &intent, &order_id, &asked, &secrets)?)
            .await?;
        match &begun.decision {
            Decision::New { .. } => return call(app, &intent, &begun, &secrets).await,
            Decision::AskFirst(old) => {
                for id in old {
                    ask_about(app, id).await?;
                }
                asked.extend(old.iter().cloned());
            }
            Decision::Unknown(id) => {
                if let Some(attempt) = app.store.attempt(id).await? {
                    reconcile::poke(app, &attempt, HINT_MS);
                }
                return Err(busy_unknown());
            }
            Decision::KeyReused
            | Decision::OrderChanged
            | Decision::Paid { .. }
            | Decision::Same(_)
            | Decision::NoProof
            | Decision::Running
            | Decision::QuoteExpired => return settled(app, &intent, begun, secrets),
        }
    }
    Err(ApiError::busy("the order is changing; try again", 2))
}

/// What is decided without the provider.
fn settled(
    app: &App,
    intent: &Intent,
    begun: Begun,
    secrets: Secrets,
) -> Result<InitiateAnswer, ApiError> {
    use axum::http::StatusCode;
    use malipo_wire::ErrorCode;
    let answer = |token| InitiateAnswer {
        token,
        ..blank(app, intent, &begun.order_id)
    };
    match begun.decision {
        Decision::Same(attempt) => {
            let Some(redirect_url) = attempt.redirect_url else {
                return Err(busy_unknown());
            };
            Ok(InitiateAnswer {
                redirect_url: Some(redirect_url),
                ..answer(Some(secrets.token))
            })
        }
        Decision::Paid { proven } => Ok(InitiateAnswer {
            status: Some(Status::Success),
            ..answer(proven.then_some(secrets.token))
        }),
        Decision::KeyReused => Err(ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            ErrorCode::OrderChanged,
            "Idempotency-Key: was used with another payload; a changed request needs a new key",
        )),
        Decision::OrderChanged => Err(ApiError::new(
            StatusCode::CONFLICT,
            ErrorCode::OrderChanged,
            "the order exists with another amount or currency",
        )),
        Decision::QuoteExpired => Err(ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            ErrorCode::QuoteExpired,
            "quote: expired; the shop has to sign a new one",
        )),
        Decision::NoProof => Err(ApiError::busy(
            "another attempt to pay this order is under way; only the page that began it can go on with it",
            30,
        )),
        Decision::Running => Err(ApiError::busy(
            "the first request is still running; wait and send it again with the same key",
            2,
        )),
        Decision::New { .. } | Decision::AskFirst(_) | Decision::Unknown(_) => Err(busy_unknown()),
    }
}

async fn call(
    app: &Arc<App>,
    intent: &Intent,
    begun: &Begun,
    secrets: &Secrets,
) -> Result<InitiateAnswer, ApiError> {
    let fallback = Reference(String::new());
    let reference = begun.reference.as_ref().unwrap_or(&fallback);
    let base = app.config.public_url.as_str();
    let provider = app.desk.provider.as_ref();
    let opening = Opening {
        reference,
        price: intent.basket.price,
        description: intent.basket.description.as_deref(),
        customer: &intent.basket.customer,
        notify_url: &format!("{base}/pay/notify/{}/{}", provider.id(), secrets.notify),
        callback_url: &format!("{base}/pay/return?of={}", secrets.back),
    };
    let question = Ask::Open(&opening);
    let result = app.desk.http.ask(provider, &question, app.now()).await;
    reconcile::count(app, &question, &result);
    let order = begun.order_id.as_str();
    match &result {
        Ok(_) => {
            tracing::info!(order, attempt = secrets.attempt.0, reference = reference.0, price = ?intent.basket.price, "a checkout page is open")
        }
        Err(error) => {
            tracing::warn!(order, attempt = secrets.attempt.0, reference = reference.0, %error, "no checkout page")
        }
    }
    let noted = note(app, &secrets.attempt, result.as_ref()).await;
    match result {
        Ok(Snapshot {
            redirect_url: Some(redirect_url),
            ..
        }) => {
            // Without the page in the store a second press could not find it.
            noted?;
            Ok(InitiateAnswer {
                token: Some(secrets.token.clone()),
                redirect_url: Some(redirect_url),
                ..blank(app, intent, &begun.order_id)
            })
        }
        Ok(_) => Err(busy_unknown()),
        Err(error) => Err(ApiError::from_provider(&error, app.test())),
    }
}

async fn note(
    app: &App,
    attempt: &AttemptId,
    result: Result<&Snapshot, &ProviderError>,
) -> Result<(), ApiError> {
    let now = app.now();
    let answered = match result {
        Ok(Snapshot {
            provider_ref,
            redirect_url: Some(redirect_url),
            ..
        }) => Answered::Opened {
            provider_ref: provider_ref.clone(),
            redirect_url: redirect_url.clone(),
        },
        Err(ProviderError::Unsafe { .. }) => Answered::Orphaned,
        Err(
            ProviderError::Rejected { .. }
            | ProviderError::Unreachable
            | ProviderError::Throttled(_),
        ) => Answered::Refused,
        Ok(_) | Err(ProviderError::OutcomeUnknown { .. }) => Answered::Unknown {
            check_at: now.plus_ms(LOOK_UP_AFTER_MS),
        },
    };
    let kind = match answered {
        Answered::Opened { .. } => "pending",
        Answered::Refused => "refused",
        Answered::Unknown { .. } => "unknown",
        Answered::Orphaned => "orphaned",
    };
    app.metrics.steps.get_or_create(&WordLabels { kind }).inc();
    app.store
        .answered(attempt, answered, now)
        .await
        .map_err(|error| {
            app.metrics.store_errors.inc();
            // The row still says "created": the reconciler takes it up after a minute.
            tracing::error!(%error, attempt = attempt.0, "the provider's answer could not be noted");
            ApiError::from(error)
        })
}

async fn ask_about(app: &Arc<App>, id: &AttemptId) -> Result<(), ApiError> {
    let Some(attempt) = app.store.attempt(id).await? else {
        return Ok(());
    };
    reconcile::ask(app, &attempt).await.map_err(|error| {
        let answer = ApiError::from_provider(&error, app.test());
        ApiError {
            sentence: format!(
                "the provider has to be asked about an earlier attempt before a new one, and did not answer ({})",
                error.as_str()
            ),
            ..answer
        }
    })
}

fn begin(
    app: &App,
    intent: &Intent,
    order_id: &OrderId,
    asked: &[AttemptId],
    secrets: &Secrets,
) -> Result<Begin, ApiError> {
    let now = app.now();
    let provider = &app.desk.provider;
    let other = random::reference()?;
    let first = if provider.fits_as_reference(order_id) {
        Reference(order_id.to_string())
    } else {
        other.clone()
    };
    Ok(Begin {
        wish: Wish {
            order_id: order_id.clone(),
            price: intent.basket.price,
            payload_hash: intent.payload_hash,
            quoted: intent.basket.quoted,
            expired: intent.basket.expired,
            asked: asked.to_vec(),
        },
        key: intent.key.clone(),
        attempt: NewAttempt {
            id: secrets.attempt.clone(),
            provider: provider.id(),
            first_reference: first,
            other_reference: other,
            return_url: intent.return_url.clone(),
            return_hash: random::hash(&secrets.back),
            notify_hash: random::hash(&secrets.notify),
            next_check_at: schedule::next_check(now, now, random::jitter()),
        },
        token_hash: random::hash(&secrets.token),
        now,
    })
}

/// The parts that every answer has.
fn blank(app: &App, intent: &Intent, order_id: &OrderId) -> InitiateAnswer {
    let price = intent.basket.price;
    InitiateAnswer {
        order_id: order_id.to_string(),
        redirect_url: None,
        token: None,
        amount: Some(price.to_decimal()),
        currency: Some(price.currency().code().to_owned()),
        fees_added: app.desk.provider.adds_fees().then_some(true),
        // Relative to initiate's own URL, so that it also holds behind a proxy with another path.
        events_url: Some("events".to_owned()),
        // JoyndPay's pages have no documented end.
        expires_in: None,
        sent_to: Vec::new(),
        returns: None,
        test: app.test().then_some(true),
        status: None,
    }
}

/// What a new attempt needs of randomness.
struct Secrets {
    attempt: AttemptId,
    token: String,
    back: String,
    notify: String,
}

impl Secrets {
    fn new() -> Result<Self, ApiError> {
        Ok(Self {
            attempt: random::attempt_id()?,
            token: random::secret()?,
            back: random::secret()?,
            notify: random::secret()?,
        })
    }
}

fn server_made_order_id() -> Result<OrderId, ApiError> {
    let text = format!("M-{}", random::reference()?.0);
    text.parse()
        .map_err(|_| ApiError::busy("the order could not be named; try again", 1))
}

fn busy_unknown() -> ApiError {
    ApiError::busy(
        "the outcome of the last attempt is not known yet; it is being looked up at the provider",
        3,
    )
}

const MOST_ROUNDS: u32 = 3;
/// Least time between two questions on a hint.
const HINT_MS: i64 = 300;
/// When an attempt of unknown outcome is looked up: soon, but after the provider had time to finish what it began.
const LOOK_UP_AFTER_MS: i64 = 2_000;

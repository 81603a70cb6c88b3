//! Asking while a shopper waits: quickly where nobody else tells, rarely where the provider does.
//!
//! Where a provider's notifications are proven to come ([`crate::payment::notified`]), whoever waits is told by them. A payment
//! is then asked about [`STEPPED_BACK_MS`] after its beginning, which makes up for a notification that was lost; and at once
//! when the shopper does something ([`super::rhythm`]), as always. Once it was asked about, for whatever reason, and had not
//! ended, its end may come without another notification: it is asked about every [`WATCH_LOOSELY_MS`].

use std::sync::Arc;

use super::{Known, poke};
use crate::app::App;
use crate::clock::{MINUTE_MS, SECOND_MS};
use crate::payment::notified::Judgement;
use crate::payment::{Attempt, AttemptStatus, Order};
use crate::provider::Desk;

/// Asks in the background because a shopper waits for this order.
pub fn watched(app: &Arc<App>, order: &Order) {
    let Some((attempt, desk)) = asked_about(app, order) else {
        return;
    };
    let every_ms = interval(app, attempt, desk);
    if !leaves_it_to_notifications(attempt, desk) {
        poke(app, attempt, every_ms);
        return;
    }
    // A clock that was set back must not silence us.
    let age = app.now().since_ms(attempt.created_at);
    match app.asker.knows(attempt) {
        Known::Nothing if (0..STEPPED_BACK_MS).contains(&age) => {}
        // Somebody wanted to know, and does not know yet.
        Known::NoAnswer => poke(app, attempt, every_ms),
        Known::Nothing | Known::Answer => poke(app, attempt, every_ms.max(WATCH_LOOSELY_MS)),
    }
}

/// A page begins to listen to this order.
///
/// The widget does so again when its page is looked at again, since its stream may have been frozen meanwhile; and where the
/// network has cut it off, which costs a question too.
pub fn tuned_in(app: &Arc<App>, order: &Order) {
    let again = asked_about(app, order)
        .is_some_and(|(attempt, _)| app.asker.rhythm.listens(attempt, app.now()));
    if again && !planted!(ActsIgnored) {
        hinted(app, order);
    } else {
        watched(app, order);
    }
}

/// A page goes on listening to this order.
pub fn listened(app: &Arc<App>, order: &Order) {
    if let Some((attempt, _)) = asked_about(app, order) {
        app.asker.rhythm.listens(attempt, app.now());
    }
    watched(app, order);
}

/// Asks in the background because the shopper has done something: whatever waits for a notification, waits no longer.
pub fn hinted(app: &Arc<App>, order: &Order) {
    if let Some((attempt, desk)) = asked_about(app, order) {
        poke(app, attempt, interval(app, attempt, desk));
    }
}

/// A page has verified this order: its timer, or the shopper.
pub fn verified(app: &Arc<App>, order: &Order) {
    let is_hint = asked_about(app, order).is_some_and(|(attempt, _)| {
        let has_stream = app.hub.has_listeners(&order.id);
        app.asker.rhythm.is_broken(attempt, has_stream, app.now())
    });
    if is_hint && !planted!(ActsIgnored) {
        hinted(app, order);
    } else {
        watched(app, order);
    }
}

/// Reads whether the providers' notifications come.
pub(super) async fn read_notices(app: &App) {
    // Where a provider is never asked, nobody needs to know.
    for desk in app.desks().filter(|it| it.provider.tells_state()) {
        let provider = desk.provider.id();
        match app.store.paid_notices(provider, app.now()).await {
            Ok(last) => {
                if let Some(judgement) = desk.notices.note(&last) {
                    say(provider, judgement);
                }
            }
            Err(error) => {
                // As it was: the store's failure is none of the provider's.
                tracing::error!(%error, provider, "it could not be read whether notifications come");
            }
        }
    }
}

/// Logs that it is judged otherwise than before.
fn say(provider: &'static str, judgement: Judgement) {
    match judgement {
        Judgement::Proven => tracing::info!(
            provider,
            "notifications are relied on from now on: all of the last payments were told of in time"
        ),
        Judgement::Untold => tracing::warn!(
            provider,
            "notifications are not relied on any more: one of the last payments was not told of in time"
        ),
        Judgement::NothingPaid => tracing::warn!(
            provider,
            "notifications are not relied on any more: nothing was paid for a day"
        ),
    }
}

/// The attempt about which a shopper who waits makes the server ask.
fn asked_about<'a>(app: &'a App, order: &'a Order) -> Option<(&'a Attempt, &'a Desk)> {
    let attempt = order.current()?;
    let is_asked_about = match attempt.status {
        AttemptStatus::Pending
        | AttemptStatus::Unknown
        | AttemptStatus::NeedsReview
        // Its page may still be open, and then a late success is real.
        | AttemptStatus::Failed => true,
        AttemptStatus::Created
        | AttemptStatus::Orphaned
        | AttemptStatus::Refused
        | AttemptStatus::Paid
        | AttemptStatus::DuplicatePaid
        | AttemptStatus::Refunded => false,
    };
    let desk = app.desk(&attempt.provider)?;
    is_asked_about.then_some((attempt, desk))
}

/// How often it is asked about where notifications are not relied on.
fn interval(app: &App, attempt: &Attempt, desk: &Desk) -> i64 {
    let is_young = app.now().since_ms(attempt.created_at) < WATCH_CLOSELY_MS;
    if is_young && attempt.status != AttemptStatus::Failed {
        i64::from(desk.watch_interval_ms)
    } else {
        WATCH_LOOSELY_MS
    }
}

/// Nobody can tell of what the provider may not even know.
fn leaves_it_to_notifications(attempt: &Attempt, desk: &Desk) -> bool {
    attempt.status != AttemptStatus::Unknown && desk.notices.are_proven()
}

/// How long a watched order is asked about at the watch interval; afterwards every [`WATCH_LOOSELY_MS`].
const WATCH_CLOSELY_MS: i64 = 15 * MINUTE_MS;
const WATCH_LOOSELY_MS: i64 = 20 * SECOND_MS;
/// How soon a lost notification is made up for while somebody waits: a payment of a minute and a half is asked about
/// once, by its notification.
pub(super) const STEPPED_BACK_MS: i64 = 95 * SECOND_MS;

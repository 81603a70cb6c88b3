//! `malipo-server orders recheck`: asks now what the schedule would ask later.

use std::sync::Arc;

use clap::Args;
use malipo_server::App;
use malipo_server::clock::SystemClock;
use malipo_server::config::Config;
use malipo_server::payment::{Attempt, AttemptStatus};
use malipo_server::reconcile;
use malipo_server::store::Store;
use malipo_wire::OrderId;

use super::{order, order_id};
use crate::cli::output::print;

#[derive(Args)]
pub(in crate::cli) struct Recheck {
    /// The orders' ids.
    #[arg(required = true, value_parser = order_id)]
    order_id: Vec<OrderId>,
}

/// Every attempt that may have brought money is asked about; its answer is noted as a server would note it, and the shop
/// is told through the servers' outbox.
pub(super) async fn run(
    recheck: Recheck,
    config: Config,
    store: Arc<dyn Store>,
) -> anyhow::Result<()> {
    let app = App::beside(config, Arc::new(SystemClock), store).await?;
    let mut unanswered = 0_usize;
    for id in &recheck.order_id {
        let order = order(app.store.as_ref(), id).await?;
        if order.attempts.is_empty() {
            print(&format!("{id}: nothing was begun"))?;
        }
        for attempt in &order.attempts {
            let (answered, what) = ask(&app, attempt).await?;
            unanswered = unanswered.saturating_add(usize::from(!answered));
            let (name, provider) = (&attempt.id.0, &attempt.provider);
            print(&format!("{id}: {provider} {name}: {what}"))?;
        }
    }
    if unanswered == 0 {
        return Ok(());
    }
    anyhow::bail!(
        "{unanswered} not answered; what was not answered stays as it is, and is asked again by itself"
    )
}

/// Whether there was an answer, or none was needed; and what it says.
async fn ask(app: &Arc<App>, attempt: &Attempt) -> anyhow::Result<(bool, String)> {
    let before = attempt.status;
    match before {
        AttemptStatus::Refused => {
            return Ok((true, format!("{before}: the provider never began it")));
        }
        AttemptStatus::Created => {
            return Ok((true, format!("{before}: a server is calling the provider")));
        }
        AttemptStatus::Pending
        | AttemptStatus::Unknown
        | AttemptStatus::Orphaned
        | AttemptStatus::Failed
        | AttemptStatus::NeedsReview
        | AttemptStatus::Paid
        | AttemptStatus::DuplicatePaid
        | AttemptStatus::Refunded => {}
    }
    let Some(desk) = app.desk(&attempt.provider) else {
        return Ok((
            false,
            format!(
                "{before}: cannot be asked: the configuration has no table [{}]",
                attempt.provider
            ),
        ));
    };
    let tells = desk.provider.tells_state();
    if let Err(error) = reconcile::ask(app, attempt).await {
        return Ok((false, format!("{before}: no answer: {error}")));
    }
    let after = app.store.attempt(&attempt.id).await?;
    let after = after.map_or(before, |it| it.status);
    Ok((
        true,
        if before != after {
            format!("was {before}, is {after}")
        } else if tells {
            format!("{after}, as before")
        } else {
            format!("{after}, as before: this provider cannot be asked; its notification decides")
        },
    ))
}

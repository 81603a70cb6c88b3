//! `GET /v3-apis/transaction-api/v3.0/transactions/details/{ref}`: how a transaction went.
//!
//! Documented for bill payments and transfers; which reference finds the payment of a link is not. Here it is the transaction's,
//! the link's or the merchant's, and a link with several attempts answers with the newest.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde_json::{Map, Value, json};

use super::{
    caller::{check_signature, check_token},
    day,
    link::{Attempt, Outcome},
    payload::service_charge,
    refusal,
};
use crate::{
    app::App,
    calls::CallNumber,
    script::CallScript,
    trouble::{self, Reply, Spoilt},
};

/// Answers how a transaction went.
pub(super) async fn details(
    State(app): State<Arc<App>>,
    Extension(call): Extension<CallNumber>,
    Path(reference): Path<String>,
    headers: HeaderMap,
) -> Response {
    let script = app.script().jenga.details.take();
    app.calls().note(call, Some(&reference), script.fault);
    let reply = (!script.fault.comes_before_the_work())
        .then(|| look_up(&app, &headers, &reference, &script).unwrap_or_else(|refused| refused));
    trouble::answer(&script, reply, Spoilt::common(wrong_types())).await
}

fn look_up(
    app: &App,
    headers: &HeaderMap,
    reference: &str,
    script: &CallScript,
) -> Result<Reply, Reply> {
    check_token(app, headers)?;
    check_signature(app, headers, reference)?;
    let found = {
        let links = app.jenga.links();
        let of_link = || {
            let attempts = links.find(reference)?.attempts.iter();
            attempts.rev().find(|it| it.result.is_told()).cloned()
        };
        let of_itself = links
            .transaction(reference)
            .map(|(_, attempt)| attempt.clone());
        of_itself.or_else(of_link)
    };
    match found {
        Some(attempt) => Ok(answer(app, &attempt, script)),
        None => {
            let message = "There is no transaction with this reference.";
            Err(refusal(app, StatusCode::NOT_FOUND, 404, message))
        }
    }
}

/// Exactly the documented fields. `status` and `code` on top are about the call, also where the payment failed.
fn answer(app: &App, attempt: &Attempt, script: &CallScript) -> Reply {
    let paid = attempt.result == Outcome::Paid;
    let (state, state_code, code, message) = if paid {
        ("Success", 2, 0, "Success")
    } else {
        ("Failed", 1, 400, "Declined")
    };
    let mut data = Map::new();
    data.insert("state".to_owned(), json!(state));
    data.insert("stateCode".to_owned(), json!(state_code));
    data.insert(
        "dateCreated".to_owned(),
        json!(day::local_time_ms(attempt.at_ms)),
    );
    data.insert("code".to_owned(), json!(code));
    data.insert("message".to_owned(), json!(message));
    data.insert("amount".to_owned(), json!(attempt.payer.amount.number()));
    data.insert(
        "charge".to_owned(),
        json!(service_charge(&attempt.payer.amount)),
    );
    data.insert("transactionReference".to_owned(), json!(attempt.reference));
    data.insert("serviceName".to_owned(), json!("Payment Link"));
    data.insert("biller".to_owned(), json!(app.jenga.settings.merchant_code));
    data.extend(script.answer.clone());
    Reply::new(
        StatusCode::OK,
        json!({"status": true, "code": 0, "message": "success", "data": data}),
    )
}

fn wrong_types() -> Value {
    json!({"status": 1, "code": "0", "message": null, "data": {"state": 2, "stateCode": "Success", "amount": {"of": 107},
        "transactionReference": 6_225_966_760_537_u64}})
}

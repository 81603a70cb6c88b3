//! `POST /verify/payment`.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde_json::{Map, Value, json};

use super::{mode, refusal};
use crate::{
    app::App,
    calls::CallNumber,
    fields::{Asked, Fields},
    payment::{Payment, Provider},
    script::CallScript,
    trouble::{self, Reply, Spoilt},
};

/// Tells how a payment stands.
pub(super) async fn verify(
    State(app): State<Arc<App>>,
    Extension(call): Extension<CallNumber>,
    request: Request,
) -> Response {
    let script = app.script().joyndpay.verify.take();
    let asked = Asked::read(request).await;
    app.calls().note(call, asked.order_id(), script.fault);
    let reply = if script.fault.comes_before_the_work() {
        None
    } else {
        Some(look_up(&app, &asked, &script))
    };
    trouble::answer(&script, reply, Spoilt::common(wrong_types())).await
}

fn look_up(app: &App, asked: &Asked, script: &CallScript) -> Reply {
    let mode = match mode(&app.settings, &asked.headers) {
        Ok(mode) => mode,
        Err(problems) => return refusal(app, StatusCode::UNAUTHORIZED, &problems),
    };
    let order_id = match read_order_id(asked) {
        Ok(order_id) => order_id,
        Err(problems) => return refusal(app, StatusCode::UNPROCESSABLE_ENTITY, &problems),
    };
    // A payment of the other mode is unknown to this key pair.
    if let Some(payment) = app.ledger().by_order(Provider::JoyndPay, mode, order_id) {
        return found(payment, script);
    }
    let shown: String = order_id.chars().take(64).collect();
    let problem = format!("There is no payment with the order_id {shown}.");
    refusal(app, StatusCode::NOT_FOUND, &[problem])
}

fn read_order_id(asked: &Asked) -> Result<&str, Vec<String>> {
    let object = asked.body.as_ref().map_err(|it| vec![it.clone()])?;
    let mut fields = Fields::new(object, "");
    fields.required_text("order_id").ok_or(fields.problems)
}

/// Exactly the documented fields.
fn found(payment: &Payment, script: &CallScript) -> Reply {
    let mut data = Map::new();
    data.insert("order_id".to_owned(), json!(payment.order_id));
    data.insert("status".to_owned(), json!(payment.status));
    data.insert("amount".to_owned(), json!(payment.amount.number()));
    data.insert("currency".to_owned(), json!(payment.currency));
    data.extend(script.answer.clone());
    Reply::new(StatusCode::OK, json!({"status": "success", "data": data}))
}

fn wrong_types() -> Value {
    json!({"status": "success", "data": {"order_id": 42, "status": true, "amount": "ten thousand", "currency": null}})
}

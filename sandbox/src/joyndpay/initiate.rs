//! `POST /initiate/payment`.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{ipn, mode, refusal, settle};
use crate::{
    app::App,
    calls::CallNumber,
    clock,
    fields::{Asked, Fields},
    ledger::{Settle, Taken},
    money::Amount,
    payment::{Meta, Mode, Payment, Provider, Status, Via},
    script::{CallScript, joyndpay::IpnMode},
    trouble::{self, Reply, Spoilt},
};

/// Creates a payment.
pub(super) async fn initiate(
    State(app): State<Arc<App>>,
    Extension(call): Extension<CallNumber>,
    request: Request,
) -> Response {
    let script = app.script().joyndpay.initiate.take();
    let asked = Asked::read(request).await;
    app.calls().note(call, asked.order_id(), script.fault);
    let reply = if script.fault.comes_before_the_work() {
        None
    } else {
        Some(create(&app, &asked, &script).await)
    };
    trouble::answer(&script, reply, Spoilt::common(wrong_types())).await
}

async fn create(app: &Arc<App>, asked: &Asked, script: &CallScript) -> Reply {
    let mode = match mode(&app.settings, &asked.headers) {
        Ok(mode) => mode,
        Err(problems) => return refusal(app, StatusCode::UNAUTHORIZED, &problems),
    };
    let ask = match Ask::read(asked, mode, &app.settings.joyndpay_currencies) {
        Ok(ask) => ask,
        Err(problems) => return refusal(app, StatusCode::UNPROCESSABLE_ENTITY, &problems),
    };
    let payment = ask.into_payment(&app.settings.public_url, mode, clock::now_ms());
    let reply = created(&payment, script);
    let id = payment.id;
    let order_id = payment.order_id.clone();
    if let Err(Taken) = app.ledger().add(payment) {
        let problem = format!("The order_id {order_id} has already been used.");
        return refusal(app, StatusCode::CONFLICT, &[problem]);
    }
    tracing::info!(order_id, %id, "payment created");
    notify_early(app, id).await;
    reply
}

/// What scripts send before there is anything to tell.
async fn notify_early(app: &Arc<App>, id: Uuid) {
    let mode = app.script().joyndpay.ipn.mode;
    match mode {
        IpnMode::Normal | IpnMode::Never => {}
        IpnMode::Forged => ipn::forge(app, id),
        IpnMode::BeforeAnswer => {
            let settle = Settle {
                now_ms: clock::now_ms(),
                via: Via::Script,
                method: None,
                wanted: Status::Success,
                reverse: false,
            };
            settle::settle(app, id, settle).await;
        }
    }
}

/// A request that was found good.
#[derive(Debug)]
struct Ask {
    currency: String,
    amount: Amount,
    order_id: Option<String>,
    ipn_url: String,
    callback_url: String,
    meta: Meta,
}

impl Ask {
    fn read(asked: &Asked, mode: Mode, currencies: &[String]) -> Result<Self, Vec<String>> {
        let object = asked.body.as_ref().map_err(|it| vec![it.clone()])?;
        let mut fields = Fields::new(object, "");
        let currency = read_currency(&mut fields, currencies);
        let amount = read_amount(&mut fields);
        let order_id = read_order_id(&mut fields);
        let ipn_url = fields.required_url("ipn_url", mode == Mode::Live);
        let callback_url = fields.required_url("callback_url", false);
        let meta = read_meta(&mut fields);
        match (currency, amount, ipn_url, callback_url) {
            (Some(currency), Some(amount), Some(ipn_url), Some(callback_url))
                if fields.problems.is_empty() =>
            {
                Ok(Self {
                    currency: currency.to_owned(),
                    amount,
                    order_id: order_id.map(str::to_owned),
                    ipn_url: ipn_url.to_owned(),
                    callback_url: callback_url.to_owned(),
                    meta,
                })
            }
            _ => Err(fields.problems),
        }
    }

    fn into_payment(self, public_url: &str, mode: Mode, now_ms: u64) -> Payment {
        let id = Uuid::new_v4();
        let order_id = self.order_id.unwrap_or_else(new_order_id);
        Payment {
            provider: Provider::JoyndPay,
            mode,
            id,
            order_id,
            amount: self.amount,
            currency: self.currency,
            status: Status::Pending,
            created_at_ms: now_ms,
            opened: 0,
            first_opened_at_ms: None,
            walked_away: 0,
            processing_until_ms: None,
            settled_at_ms: None,
            paid_at_ms: None,
            times_paid: 0,
            attempts: Vec::new(),
            checkout_url: format!("{public_url}/joyndpay/make/payment/{}/{id}", mode.as_str()),
            callback_url: self.callback_url,
            ipn_url: self.ipn_url,
            meta: self.meta,
            ipn: Vec::new(),
        }
    }
}

/// "Must be a currency we support for the checkout": the list is a setting, for the provider publishes none.
fn read_currency<'a>(fields: &mut Fields<'a>, currencies: &[String]) -> Option<&'a str> {
    let currency = fields.required_text("currency")?;
    if currencies.iter().any(|it| it == currency) {
        return Some(currency);
    }
    let supported = currencies.join(", ");
    fields.problem(
        "currency",
        &format!("must be an ISO code that the checkout supports ({supported})"),
    );
    None
}

fn read_amount(fields: &mut Fields<'_>) -> Option<Amount> {
    let Value::Number(number) = fields.required("amount")? else {
        fields.problem("amount", "must be a number");
        return None;
    };
    Amount::read(number)
        .map_err(|problem| fields.problems.push(problem.to_owned()))
        .ok()
}

fn read_order_id<'a>(fields: &mut Fields<'a>) -> Option<&'a str> {
    let order_id = fields.optional_text("order_id")?;
    if !(10..=20).contains(&order_id.chars().count()) {
        fields.problem("order_id", "must be 10 to 20 characters long");
    } else if order_id.contains(char::is_control) {
        fields.problem("order_id", "must not contain control characters");
    }
    Some(order_id)
}

fn read_meta(fields: &mut Fields<'_>) -> Meta {
    let Some(value) = fields.optional("meta") else {
        return Meta::default();
    };
    let Some(object) = value.as_object() else {
        fields.problem("meta", "must be an object");
        return Meta::default();
    };
    let mut inner = Fields::new(object, "meta.");
    let meta = Meta {
        customer_name: inner.optional_text("customer_name").map(str::to_owned),
        customer_email: inner.optional_text("customer_email").map(str::to_owned),
        description: inner.optional_text("description").map(str::to_owned),
    };
    let length = meta
        .description
        .as_deref()
        .unwrap_or_default()
        .chars()
        .count();
    if length > 500 {
        inner.problem("description", "must not be longer than 500 characters");
    }
    fields.problems.append(&mut inner.problems);
    meta
}

/// `ORD-` and 12 characters, as documented.
fn new_order_id() -> String {
    let random = Uuid::new_v4().simple().to_string().to_uppercase();
    format!("ORD-{}", random.chars().take(12).collect::<String>())
}

/// Exactly the documented fields.
fn created(payment: &Payment, script: &CallScript) -> Reply {
    let mut data = Map::new();
    data.insert("id".to_owned(), json!(payment.id));
    data.insert("order_id".to_owned(), json!(payment.order_id));
    data.insert("currency".to_owned(), json!(payment.currency));
    data.insert("amount".to_owned(), json!(payment.amount.number()));
    data.insert("redirect_url".to_owned(), json!(payment.checkout_url));
    data.insert("callback_url".to_owned(), json!(payment.callback_url));
    data.insert("ipn_url".to_owned(), json!(payment.ipn_url));
    data.extend(script.answer.clone());
    Reply::new(StatusCode::OK, json!({"status": "success", "data": data}))
}

fn wrong_types() -> Value {
    json!({"status": "success", "data": {"id": 17, "order_id": 42, "currency": ["UGX"], "amount": "ten thousand",
        "redirect_url": {"href": "/"}, "callback_url": null, "ipn_url": false}})
}

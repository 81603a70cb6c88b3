//! What the checkout page looks like in each of its states.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use super::checkout::Pressed;
use crate::{page::render, payment::Payment};

/// How a settled payment ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Outcome {
    Paid,
    Failed,
}

/// The form. `problems` are what is wrong with what was `entered` before.
pub(super) fn checkout(
    status: StatusCode,
    payment: &Payment,
    slow_ms: u64,
    entered: &Pressed,
    problems: &[String],
) -> Response {
    let first_time = problems.is_empty();
    let value = |entered: &str, test_value: &str| {
        if first_time {
            test_value.to_owned()
        } else {
            entered.to_owned()
        }
    };
    let page = CheckoutPage {
        order: Order::new(payment),
        momo: entered.method == "momo",
        card_number: value(&entered.card_number, "4242 4242 4242 4242"),
        card_expiry: value(&entered.card_expiry, "12 / 39"),
        card_cvc: value(&entered.card_cvc, "123"),
        phone: value(&entered.phone, "+256 700 000 000"),
        slow_s: slow_ms.div_ceil(1000),
        problems,
    };
    render(status, &page)
}

/// A slow payment is under way; the page refreshes itself.
pub(super) fn processing(payment: &Payment) -> Response {
    let order = Order::new(payment);
    render(StatusCode::OK, &ProcessingPage { order })
}

/// The shopper walked away; nothing was paid.
pub(super) fn left(payment: &Payment) -> Response {
    let order = Order::new(payment);
    render(StatusCode::OK, &LeftPage { order })
}

/// It is settled. `again`: somebody just tried to settle it a second time.
pub(super) fn outcome(payment: &Payment, outcome: Outcome, again: bool) -> Response {
    let page = OutcomePage {
        order: Order::new(payment),
        paid: outcome == Outcome::Paid,
        again,
    };
    render(StatusCode::OK, &page)
}

/// No such payment.
pub(super) fn unknown() -> Response {
    render(StatusCode::NOT_FOUND, &UnknownPage)
}

/// What every page says about the payment.
struct Order {
    id: String,
    amount: String,
    description: String,
    customer: String,
    checkout_url: String,
    callback_url: String,
    /// Whom the shopper goes back to: the host of `callback_url`.
    shop: String,
}

impl Order {
    fn new(payment: &Payment) -> Self {
        let shop = url::Url::parse(&payment.callback_url)
            .ok()
            .and_then(|it| it.host_str().map(str::to_owned));
        Self {
            id: payment.order_id.clone(),
            amount: format!("{} {}", payment.currency, payment.amount.grouped()),
            description: payment.meta.description.clone().unwrap_or_default(),
            customer: payment.meta.customer_name.clone().unwrap_or_default(),
            checkout_url: payment.checkout_url.clone(),
            callback_url: payment.callback_url.clone(),
            shop: shop.unwrap_or_default(),
        }
    }
}

#[derive(Template)]
#[template(path = "joyndpay/checkout.html")]
struct CheckoutPage<'a> {
    order: Order,
    momo: bool,
    card_number: String,
    card_expiry: String,
    card_cvc: String,
    phone: String,
    slow_s: u64,
    problems: &'a [String],
}

#[derive(Template)]
#[template(path = "joyndpay/processing.html")]
struct ProcessingPage {
    order: Order,
}

#[derive(Template)]
#[template(path = "joyndpay/left.html")]
struct LeftPage {
    order: Order,
}

#[derive(Template)]
#[template(path = "joyndpay/outcome.html")]
struct OutcomePage {
    order: Order,
    paid: bool,
    again: bool,
}

#[derive(Template)]
#[template(path = "joyndpay/unknown.html")]
struct UnknownPage;

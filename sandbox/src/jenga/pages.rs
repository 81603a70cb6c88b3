//! What the payment page looks like in each of its states, and the words of the messages that lead to it.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use super::{
    checkout::Pressed,
    day,
    link::{AmountOption, Customer, Link, LinkKind},
};
use crate::{app::App, outbox::Note, page::render, payment::Provider};

/// The page's address. Each customer of a BULK link gets one that knows whose it is.
pub(super) fn page_url(app: &App, link: &Link, customer: Option<usize>) -> String {
    let url = format!("{}/jenga/link/{}", app.settings.public_url, link.link_ref);
    match (link.terms.kind, customer) {
        (LinkKind::Bulk, Some(index)) => format!("{url}?to={}", index + 1),
        (LinkKind::Bulk, None) | (LinkKind::Single, _) => url,
    }
}

impl Note {
    /// What a customer is told about a link.
    pub(super) fn new(link: &Link, customer: &Customer, url: &str) -> Self {
        let terms = &link.terms;
        let amount = format!("{} {}", terms.currency, terms.amount.grouped());
        Self {
            provider: Provider::Jenga,
            name: customer.name.clone(),
            subject: format!("Pay {amount} for {}", terms.name),
            words: format!(
                "Dear {}, please pay {amount} for {} by {}. Ref {}. Pay here:",
                customer.name,
                terms.name,
                day::spell(terms.expiry),
                terms.external_ref
            ),
            link: url.to_owned(),
            order_id: terms.external_ref.clone(),
            payment_id: link.link_ref.clone(),
        }
    }
}

/// The form. `entered` is what was typed before, `problems` what is wrong with it; `failed`: a payment was just declined.
pub(super) fn form(
    status: StatusCode,
    link: &Link,
    customer: Option<usize>,
    failed: bool,
    entered: Option<&Pressed>,
    problems: &[String],
) -> Response {
    let known = customer.and_then(|it| link.terms.customers.get(it));
    let value = |pick: fn(&Pressed) -> &String, first: &str| {
        entered.map_or_else(|| first.to_owned(), |it| pick(it).clone())
    };
    let phone = known.and_then(|it| it.phone.as_deref()).unwrap_or_default();
    let page = FormPage {
        order: Order::new(link),
        open: link.terms.option == AmountOption::Open,
        name: value(|it| &it.name, known.map_or("", |it| &it.name)),
        phone: value(|it| &it.phone, phone),
        amount: value(|it| &it.amount, link.terms.amount.number().as_str()),
        method: value(|it| &it.method, "mpesa"),
        card_number: value(|it| &it.card_number, "4242 4242 4242 4242"),
        card_expiry: value(|it| &it.card_expiry, "12 / 39"),
        card_cvc: value(|it| &it.card_cvc, "123"),
        account: value(|it| &it.account, "1450160649886"),
        failed,
        problems,
    };
    render(status, &page)
}

/// It is paid. `now`: it just was; else nothing is charged again.
pub(super) fn paid(link: &Link, now: bool) -> Response {
    let page = PaidPage {
        order: Order::new(link),
        more: link.terms.kind == LinkKind::Bulk && !link.completed(),
        now,
    };
    render(StatusCode::OK, &page)
}

/// The payer walked away; nothing was paid.
pub(super) fn left(link: &Link, again_url: &str) -> Response {
    let page = LeftPage {
        order: Order::new(link),
        again_url: again_url.to_owned(),
    };
    render(StatusCode::OK, &page)
}

/// Its last day is over.
pub(super) fn expired(link: &Link) -> Response {
    let order = Order::new(link);
    render(StatusCode::GONE, &ExpiredPage { order })
}

/// No such link.
pub(super) fn unknown() -> Response {
    render(StatusCode::NOT_FOUND, &UnknownPage)
}

/// What every page says about the link.
struct Order {
    reference: String,
    amount: String,
    currency: String,
    name: String,
    description: String,
    expiry: String,
    redirect_url: String,
    /// Whom the payer goes back to: the host of `redirectURL`.
    shop: String,
}

impl Order {
    fn new(link: &Link) -> Self {
        let terms = &link.terms;
        let redirect_url = terms.redirect_url.clone().unwrap_or_default();
        let shop = url::Url::parse(&redirect_url)
            .ok()
            .and_then(|it| it.host_str().map(str::to_owned));
        Self {
            reference: terms.external_ref.clone(),
            amount: format!("{} {}", terms.currency, terms.amount.grouped()),
            currency: terms.currency.clone(),
            name: terms.name.clone(),
            description: terms.description.clone(),
            expiry: day::spell(terms.expiry),
            shop: shop.unwrap_or_default(),
            redirect_url,
        }
    }
}

#[derive(Template)]
#[template(path = "jenga/form.html")]
struct FormPage<'a> {
    order: Order,
    open: bool,
    name: String,
    phone: String,
    amount: String,
    method: String,
    card_number: String,
    card_expiry: String,
    card_cvc: String,
    account: String,
    failed: bool,
    problems: &'a [String],
}

#[derive(Template)]
#[template(path = "jenga/paid.html")]
struct PaidPage {
    order: Order,
    more: bool,
    now: bool,
}

#[derive(Template)]
#[template(path = "jenga/left.html")]
struct LeftPage {
    order: Order,
    again_url: String,
}

#[derive(Template)]
#[template(path = "jenga/expired.html")]
struct ExpiredPage {
    order: Order,
}

#[derive(Template)]
#[template(path = "jenga/unknown.html")]
struct UnknownPage;

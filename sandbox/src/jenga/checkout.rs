//! The payment page behind a link. It works without JavaScript: every button is a form's.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, Query, State, rejection::FormRejection},
    http::{HeaderName, HeaderValue, Method as HttpMethod, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    day,
    link::{AmountOption, Link, LinkKind, Method, Outcome, Payer},
    links::Try,
    pages::{self, page_url},
    settle,
};
use crate::{
    app::App,
    clock,
    money::Amount,
    page::see_other,
    payment::{Status, Via},
    script::jenga::CheckoutScript,
};

/// What the address says beside the link.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct View {
    /// Which customer of a BULK link the message went to, from 1.
    to: Option<usize>,
    /// Of our own redirects. "paid" and "failed": what was just tried; "left": the payer walked away.
    seen: String,
}

/// The form of the page. Card and account numbers are checked for presence and then forgotten.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pressed {
    action: String,
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) amount: String,
    pub(super) method: String,
    pub(super) card_number: String,
    pub(super) card_expiry: String,
    pub(super) card_cvc: String,
    pub(super) account: String,
}

/// `GET /jenga/link/{paymentLinkRef}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    method: HttpMethod,
    Path(link_ref): Path<String>,
    Query(view): Query<View>,
) -> Response {
    let script = app.script().jenga.checkout.clone();
    let link = app.jenga.links().link(&link_ref).cloned();
    let response = match link {
        None => pages::unknown(),
        Some(link) => {
            if view.seen.is_empty() && method == HttpMethod::GET {
                app.jenga.links().open(&link_ref, clock::now_ms());
            }
            page_for(&app, &link, &view)
        }
    };
    with_coop(response, &script)
}

fn page_for(app: &App, link: &Link, view: &View) -> Response {
    let customer = view.customer(link);
    if view.seen == "paid" {
        return pages::paid(link, true);
    }
    if link.paid_for(customer) {
        return pages::paid(link, false);
    }
    if link.expired(day::today(clock::now_ms())) {
        return pages::expired(link);
    }
    if view.seen == "left" {
        return pages::left(link, &page_url(app, link, customer));
    }
    let failed = view.seen == "failed";
    pages::form(StatusCode::OK, link, customer, failed, None, &[])
}

/// `POST /jenga/link/{paymentLinkRef}`: a button was pressed.
pub(super) async fn press(
    State(app): State<Arc<App>>,
    Path(link_ref): Path<String>,
    Query(view): Query<View>,
    form: Result<Form<Pressed>, FormRejection>,
) -> Response {
    let script = app.script().jenga.checkout.clone();
    let link = app.jenga.links().link(&link_ref).cloned();
    let response = match (link, form) {
        (None, _) => pages::unknown(),
        (Some(_), Err(rejection)) => rejection.into_response(),
        (Some(link), Ok(Form(pressed))) => act(&app, &link, &view, &pressed, &script).await,
    };
    with_coop(response, &script)
}

async fn act(
    app: &Arc<App>,
    link: &Link,
    view: &View,
    pressed: &Pressed,
    script: &CheckoutScript,
) -> Response {
    let customer = view.customer(link);
    let refuse = |problems: &[String]| {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        pages::form(status, link, customer, false, Some(pressed), problems)
    };
    let wanted = match pressed.action.as_str() {
        "leave" => {
            app.jenga.links().walk_away(&link.link_ref);
            return see(app, link, customer, "left");
        }
        "succeed" => Status::Success,
        "fail" => Status::Failed,
        _ => return refuse(&["Please press one of the buttons.".to_owned()]),
    };
    let payer = match pressed.payer(link, customer) {
        Ok(payer) => payer,
        Err(problems) => return refuse(&problems),
    };
    let it = Try::new(Via::Page, payer, wanted);
    let attempt = settle::settle(app, &link.link_ref, it).await;
    match (attempt.map(|it| it.result), &link.terms.redirect_url) {
        (Some(Outcome::Paid), Some(back)) if script.redirect => see_other(back),
        (Some(Outcome::Paid), _) => see(app, link, customer, "paid"),
        (Some(Outcome::Failed), _) => see(app, link, customer, "failed"),
        // The page says why nothing happened.
        (Some(Outcome::AlreadyPaid | Outcome::Expired) | None, _) => {
            see(app, link, customer, "again")
        }
    }
}

/// 303 to the same page, so that a reload presses nothing.
fn see(app: &App, link: &Link, customer: Option<usize>, seen: &str) -> Response {
    let url = page_url(app, link, customer);
    let mark = if url.contains('?') { '&' } else { '?' };
    see_other(&format!("{url}{mark}seen={seen}"))
}

impl View {
    /// Whose page it is. A SINGLE link is its one customer's, whoever opens it.
    fn customer(&self, link: &Link) -> Option<usize> {
        match link.terms.kind {
            LinkKind::Single => Some(0),
            LinkKind::Bulk => {
                let index = self.to?.checked_sub(1)?;
                (index < link.terms.customers.len()).then_some(index)
            }
        }
    }
}

impl Pressed {
    /// Who pays what, if everything is there.
    fn payer(&self, link: &Link, customer: Option<usize>) -> Result<Payer, Vec<String>> {
        let mut problems = Vec::new();
        if self.name.trim().is_empty() {
            problems.push("Please enter your name.".to_owned());
        }
        let phone: String = self.phone.chars().filter(char::is_ascii_digit).collect();
        if !(9..=15).contains(&phone.len()) {
            problems.push("Please enter your phone number with the country's code.".to_owned());
        }
        let amount = match link.terms.option {
            AmountOption::Restricted => Ok(link.terms.amount.clone()),
            AmountOption::Open => Amount::read_text(&self.amount),
        };
        let method = Method::read(&self.method);
        match method {
            None => problems.push("Please choose how to pay.".to_owned()),
            Some(method) => problems.extend(self.missing_details(method)),
        }
        match (amount, method) {
            (Ok(amount), Some(method)) if problems.is_empty() => Ok(Payer {
                customer,
                name: self.name.trim().to_owned(),
                phone,
                method,
                amount,
            }),
            (Err(problem), _) => {
                problems.push(problem.to_owned());
                Err(problems)
            }
            (Ok(_), _) => Err(problems),
        }
    }

    fn missing_details(&self, method: Method) -> Vec<String> {
        let details: Vec<(&str, &str)> = match method {
            Method::Mpesa => Vec::new(),
            Method::Card => vec![
                ("the card number", &self.card_number),
                ("the expiry date", &self.card_expiry),
                ("the security code", &self.card_cvc),
            ],
            Method::Equity => vec![("the account number", &self.account)],
        };
        let missing = details.iter().filter(|(_, value)| value.trim().is_empty());
        missing
            .map(|(name, _)| format!("Please enter {name}."))
            .collect()
    }
}

/// The page's style.
pub(super) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css")], STYLE)
}

fn with_coop(mut response: Response, script: &CheckoutScript) -> Response {
    if let Some(coop) = script.coop.as_deref()
        && let Ok(value) = HeaderValue::from_str(coop)
    {
        let name = HeaderName::from_static("cross-origin-opener-policy");
        response.headers_mut().insert(name, value);
    }
    response
}

const STYLE: &str = include_str!("../../static/jenga.css");

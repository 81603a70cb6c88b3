//! What the pay page looks like in each of its states, and the addresses of the pages.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use uuid::Uuid;

use super::{answer::iso, currency::usdc_shown, merchants::Merchant, request::PayRequest};
use crate::{app::App, page::render};

/// Where the shopper pays.
pub(super) fn page_url(app: &App, id: Uuid) -> String {
    format!("{}/jopay/pay/{id}", app.settings.public_url)
}

/// Where a person completes a merchant.
pub(super) fn onboarding_url(app: &App, id: Uuid) -> String {
    format!("{}/jopay/onboarding/{id}", app.settings.public_url)
}

/// The buttons. `mismatch`: what was sent before was not the exact amount.
pub(super) fn form(
    app: &App,
    status: StatusCode,
    request: &PayRequest,
    now_ms: u64,
    mismatch: bool,
    problem: Option<&str>,
) -> Response {
    let left_ms = request.expires_at_ms.saturating_sub(now_ms);
    let page = FormPage {
        order: Order::new(app, request),
        // A second more, so that the page it brings is the expired one.
        refresh_s: left_ms / 1000 + 1,
        left: time_left(left_ms),
        sent_before: if mismatch {
            sent(request)
        } else {
            String::new()
        },
        mismatch,
        problem: problem.unwrap_or_default().to_owned(),
    };
    render(status, &page)
}

/// The exact amount is on its way; the page refreshes itself.
pub(super) fn verifying(app: &App, request: &PayRequest, now_ms: u64) -> Response {
    let verify_at_ms = request.exact().and_then(|it| it.verify_at_ms);
    let page = VerifyingPage {
        order: Order::new(app, request),
        tx_hash: tx_hash(request),
        wait: verify_at_ms.map(|it| time_left(it.saturating_sub(now_ms))),
    };
    render(StatusCode::OK, &page)
}

/// It is paid. The journey ends here.
pub(super) fn receipt(app: &App, request: &PayRequest) -> Response {
    let page = ReceiptPage {
        order: Order::new(app, request),
        tx_hash: tx_hash(request),
        verified_at: readable(request.verified_at_ms.unwrap_or_default()),
    };
    render(StatusCode::OK, &page)
}

/// The time to pay is over. `mismatch`: something was sent, and it was not the exact amount.
pub(super) fn expired(app: &App, request: &PayRequest, mismatch: bool) -> Response {
    let page = EndedPage {
        order: Order::new(app, request),
        expired: true,
        sent_before: if mismatch {
            sent(request)
        } else {
            String::new()
        },
    };
    render(StatusCode::GONE, &page)
}

/// The shop has withdrawn the request.
pub(super) fn cancelled(app: &App, request: &PayRequest) -> Response {
    let page = EndedPage {
        order: Order::new(app, request),
        expired: false,
        sent_before: String::new(),
    };
    render(StatusCode::GONE, &page)
}

/// The shopper walked away; nothing was paid.
pub(super) fn left(app: &App, request: &PayRequest) -> Response {
    let order = Order::new(app, request);
    render(StatusCode::OK, &LeftPage { order })
}

/// No such request.
pub(super) fn unknown() -> Response {
    render(StatusCode::NOT_FOUND, &UnknownPage)
}

/// Where a person sets a merchant's wallet and accepts the terms.
pub(super) fn onboarding(
    status: StatusCode,
    merchant: &Merchant,
    wallet: &str,
    problems: &[&str],
) -> Response {
    let page = OnboardingPage {
        name: merchant.name(),
        currency: merchant.currency.code,
        done: merchant.onboarded,
        wallet,
        problems,
    };
    render(status, &page)
}

/// What every page says about the request.
struct Order {
    merchant: String,
    amount: String,
    usdc: String,
    wallet: String,
    memo: String,
    order_id: String,
    live: bool,
    expires_at: String,
    page_url: String,
}

impl Order {
    fn new(app: &App, request: &PayRequest) -> Self {
        let terms = &request.terms;
        let merchants = app.jopay.merchants();
        let merchant = merchants.merchant(terms.merchant);
        Self {
            merchant: merchant.map_or("a merchant", Merchant::name).to_owned(),
            amount: terms.currency.shown(terms.fiat_int.into()),
            usdc: usdc_shown(request.usdc_micro),
            wallet: merchant
                .and_then(|it| it.wallet.clone())
                .unwrap_or_default(),
            memo: terms.memo.clone().unwrap_or_default(),
            order_id: request.order_id().unwrap_or_default().to_owned(),
            live: request.mode == crate::payment::Mode::Live,
            expires_at: readable(request.expires_at_ms),
            page_url: page_url(app, request.id),
        }
    }
}

/// What moved so far, in USDC.
fn sent(request: &PayRequest) -> String {
    usdc_shown(request.sent().map(|it| it.usdc_micro).sum())
}

fn tx_hash(request: &PayRequest) -> String {
    let proof = request.proof();
    proof.map(|it| it.tx_hash.clone()).unwrap_or_default()
}

/// `2026-04-17 18:00 UTC`
fn readable(at_ms: u64) -> String {
    let text = iso(at_ms);
    let (day, time) = text.split_once('T').unwrap_or((&text, ""));
    format!("{day} {} UTC", time.get(..5).unwrap_or(time))
}

/// The largest unit that says something: "7 days", "59 min", "12 s".
fn time_left(ms: u64) -> String {
    let seconds = ms.div_ceil(1000);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} hours", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[derive(Template)]
#[template(path = "jopay/form.html")]
struct FormPage {
    order: Order,
    refresh_s: u64,
    left: String,
    sent_before: String,
    mismatch: bool,
    problem: String,
}

#[derive(Template)]
#[template(path = "jopay/verifying.html")]
struct VerifyingPage {
    order: Order,
    tx_hash: String,
    /// None where a test decides when.
    wait: Option<String>,
}

#[derive(Template)]
#[template(path = "jopay/receipt.html")]
struct ReceiptPage {
    order: Order,
    tx_hash: String,
    verified_at: String,
}

#[derive(Template)]
#[template(path = "jopay/ended.html")]
struct EndedPage {
    order: Order,
    expired: bool,
    sent_before: String,
}

#[derive(Template)]
#[template(path = "jopay/left.html")]
struct LeftPage {
    order: Order,
}

#[derive(Template)]
#[template(path = "jopay/unknown.html")]
struct UnknownPage;

#[derive(Template)]
#[template(path = "jopay/onboarding.html")]
struct OnboardingPage<'a> {
    name: &'a str,
    currency: &'a str,
    done: bool,
    wallet: &'a str,
    problems: &'a [&'a str],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_the_largest_fitting_unit() {
        for (ms, said) in [
            (0, "0 s"),
            (1, "1 s"),
            (119_000, "119 s"),
            (120_000, "2 min"),
            (3_600_000, "60 min"),
            (7_200_000, "2 hours"),
            (604_800_000, "7 days"),
        ] {
            assert_eq!(time_left(ms), said);
        }
        assert_eq!(readable(1_776_448_800_123), "2026-04-17 18:00 UTC");
    }
}

//! Who decides the price: the quote, else the catalogue's `sku`, else, in sandbox mode and only if allowed, the page.

use std::collections::BTreeMap;

use malipo_wire::{Currency, Customer, ErrorCode, InitiateRequest, Money, OrderId};

use super::quote::Quote;
use crate::config::Article;

/// What is to be paid, by whom, and who said so.
#[derive(Clone, Debug)]
pub struct Basket {
    /// The order; `None` where the server is to name it (an article of the catalogue).
    pub order_id: Option<OrderId>,
    /// What it costs.
    pub price: Money,
    /// What is bought, in a few words.
    pub description: Option<String>,
    /// Who pays.
    pub customer: Customer,
    /// The shop's server named who pays, in its quote; else a page did, which may name anybody.
    pub vouched: bool,
    /// A valid quote came with the request: proof that its sender may pay this order.
    pub quoted: bool,
    /// The quote is too old to begin anything.
    pub expired: bool,
}

/// Why there is no price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceError {
    /// 400 or 422.
    pub status: u16,
    /// The public code.
    pub code: ErrorCode,
    /// One sentence that names the field.
    pub sentence: String,
}

/// What the request is charged.
///
/// `quote` is the request's quote, already read; `client_amounts` is the setting `allow_client_amounts`.
///
/// # Errors
/// [`PriceError`], naming the field.
pub fn decide(
    request: &InitiateRequest,
    quote: Option<Quote>,
    catalogue: &BTreeMap<String, Article>,
    client_amounts: bool,
) -> Result<Basket, PriceError> {
    let order_id = request.order_id.as_deref().map(order_id).transpose()?;
    let currency = request.currency.as_deref().map(currency).transpose()?;
    if request.amount.is_some() && currency.is_none() && quote.is_none() && request.sku.is_none() {
        return Err(bad(
            "currency: missing beside an amount; accepted: an ISO 4217 code such as UGX",
        ));
    }
    if let Some(quote) = quote {
        return by_quote(request, quote, order_id, currency);
    }
    if let Some(sku) = &request.sku {
        return by_sku(request, sku, catalogue, currency);
    }
    if request.quantity.is_some() {
        return Err(bad("quantity: accepted only beside a sku"));
    }
    if !client_amounts {
        return Err(bad(
            "quote: missing; this server charges what a signed quote or a sku of its catalogue says, never the page's amount",
        ));
    }
    let (Some(order_id), Some(amount), Some(currency)) = (order_id, &request.amount, currency)
    else {
        return Err(bad(
            "order_id, amount and currency: all three are needed where there is neither a quote nor a sku",
        ));
    };
    Ok(Basket {
        order_id: Some(order_id),
        price: money(amount, currency)?,
        description: request.description.clone(),
        customer: request.customer.clone().unwrap_or_default(),
        vouched: false,
        quoted: false,
        expired: false,
    })
}

fn by_quote(
    request: &InitiateRequest,
    quote: Quote,
    order_id: Option<OrderId>,
    currency: Option<Currency>,
) -> Result<Basket, PriceError> {
    if request.sku.is_some() || request.quantity.is_some() {
        return Err(bad("sku: not accepted beside a quote"));
    }
    if order_id.is_some_and(|it| it != quote.order_id) {
        return Err(changed("order_id: differs from the quote's"));
    }
    if currency.is_some_and(|it| it != quote.price.currency()) {
        return Err(changed("currency: differs from the quote's"));
    }
    if let Some(amount) = &request.amount
        && money(amount, quote.price.currency())? != quote.price
    {
        return Err(changed("amount: differs from the quote's"));
    }
    Ok(Basket {
        order_id: Some(quote.order_id),
        price: quote.price,
        description: quote.description.or_else(|| request.description.clone()),
        vouched: quote.customer.is_some(),
        customer: quote
            .customer
            .or_else(|| request.customer.clone())
            .unwrap_or_default(),
        quoted: true,
        expired: quote.expired,
    })
}

fn by_sku(
    request: &InitiateRequest,
    sku: &str,
    catalogue: &BTreeMap<String, Article>,
    currency: Option<Currency>,
) -> Result<Basket, PriceError> {
    let article = catalogue
        .get(sku)
        .ok_or_else(|| bad("sku: no such article in this server's catalogue"))?;
    if request.order_id.is_some() {
        // A page could otherwise take the names of the shop's own orders, at prices of its choice.
        return Err(bad(
            "order_id: not accepted beside a sku; this server names such orders itself",
        ));
    }
    let quantity = request.quantity.unwrap_or(1);
    if !(1..=999).contains(&quantity) {
        return Err(bad("quantity: accepted: a whole number from 1 to 999"));
    }
    let price = article
        .price
        .minor()
        .checked_mul(u64::from(quantity))
        .and_then(|it| Money::from_minor(it, article.price.currency()).ok())
        .ok_or_else(|| bad("quantity: makes the amount too large"))?;
    if currency.is_some_and(|it| it != price.currency()) {
        return Err(mismatch("currency: differs from the catalogue's"));
    }
    if let Some(amount) = &request.amount
        && money(amount, price.currency())? != price
    {
        return Err(mismatch("amount: differs from the catalogue's"));
    }
    let name = &article.name;
    Ok(Basket {
        order_id: None,
        price,
        description: Some(match quantity {
            1 => name.clone(),
            more => format!("{more} × {name}"),
        }),
        customer: request.customer.clone().unwrap_or_default(),
        vouched: false,
        quoted: false,
        expired: false,
    })
}

fn order_id(text: &str) -> Result<OrderId, PriceError> {
    text.parse()
        .map_err(|error| bad(format!("order_id: accepted: {error}")))
}

fn currency(text: &str) -> Result<Currency, PriceError> {
    text.parse()
        .map_err(|error| bad(format!("currency: accepted: {error}")))
}

fn money(amount: &str, currency: Currency) -> Result<Money, PriceError> {
    match Money::parse(amount, currency) {
        Ok(money) if money.minor() == 0 => Err(bad("amount: accepted: more than zero")),
        Ok(money) => Ok(money),
        Err(error) => Err(bad(format!("amount: accepted: {error}"))),
    }
}

fn bad(sentence: impl Into<String>) -> PriceError {
    PriceError {
        status: 400,
        code: ErrorCode::BadOption,
        sentence: sentence.into(),
    }
}

fn changed(sentence: &str) -> PriceError {
    PriceError {
        status: 422,
        code: ErrorCode::OrderChanged,
        sentence: sentence.to_owned(),
    }
}

fn mismatch(sentence: &str) -> PriceError {
    PriceError {
        status: 422,
        code: ErrorCode::AmountMismatch,
        sentence: sentence.to_owned(),
    }
}

//! Reads a request to create or update a link. Each documented rule is checked; where a rule is our choice it says so.

use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};
use time::Date;
use url::Url;

use super::{
    customers::{Channels, read_customers},
    day,
    link::{AmountOption, Customer, LinkKind, Terms},
};
use crate::{
    fields::{Asked, Fields},
    money::Amount,
};

/// A request that was found good, its signature aside.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) terms: Terms,
    /// The link to update; None to create one.
    pub(super) update: Option<String>,
    /// What the signature is over: expiryDate, amount, currency, amountOption and externalRef as they stand in the body.
    pub(super) signed_text: String,
}

impl Ask {
    /// Reads the whole body.
    ///
    /// # Errors
    /// A sentence for each bad field.
    pub(super) fn read(asked: &Asked, currencies: &[String]) -> Result<Self, Vec<String>> {
        let object = asked.body.as_ref().map_err(|it| vec![it.clone()])?;
        let mut top = Fields::new(object, "");
        let by = Channels::read(&mut top);
        let link = object_at(&mut top, "paymentLink");
        let kind = link.and_then(|it| choice(it.get("paymentLinkType"), KINDS));
        let customers = read_customers(&mut top, kind, by);
        let Some(link) = link else {
            return Err(top.problems);
        };
        let mut fields = Fields::new(link, "paymentLink.");
        let read = LinkFields::read(&mut fields, currencies);
        top.problems.append(&mut fields.problems);
        match (read, kind, raw_amount(asked)) {
            (Some(read), Some(kind), Some(amount)) if top.problems.is_empty() => {
                let signed_text = read.signed_text(&amount);
                let update = read.link_ref.map(str::to_owned);
                Ok(Self {
                    terms: read.into_terms(kind, customers, by),
                    update,
                    signed_text,
                })
            }
            (_, _, None) if top.problems.is_empty() => Err(vec![
                "The body must hold paymentLink.amount once.".to_owned(),
            ]),
            _ => Err(top.problems),
        }
    }
}

/// The fields of `paymentLink`.
#[derive(Debug)]
struct LinkFields<'a> {
    expiry_text: &'a str,
    expiry: Date,
    option_text: &'a str,
    option: AmountOption,
    amount: Amount,
    /// "" where it is not sent: the table of fields does not have it, the samples do.
    currency: &'a str,
    external_ref: &'a str,
    link_ref: Option<&'a str>,
    redirect_url: Option<&'a str>,
    name: &'a str,
    description: &'a str,
}

impl<'a> LinkFields<'a> {
    fn read(fields: &mut Fields<'a>, currencies: &[String]) -> Option<Self> {
        let expiry = read_day(fields, "expiryDate");
        let sale = read_day(fields, "saleDate");
        let sale_type = read_choice(fields, "saleType", &[("SERVICE", ()), ("PRODUCT", ())]);
        let kind = read_choice(fields, "paymentLinkType", KINDS);
        let option = read_choice(fields, "amountOption", OPTIONS);
        let name = fields.required_text("name");
        let description = fields.required_text("description");
        let external_ref = fields.required_text("externalRef");
        let link_ref = fields.optional_text("paymentLinkRef");
        let redirect_url = read_redirect(fields);
        let amount = read_amount(fields);
        let currency = read_currency(fields, currencies);
        let _ = (sale?, sale_type?, kind?);
        let (expiry_text, expiry) = expiry?;
        let (option_text, option) = option?;
        Some(Self {
            expiry_text,
            expiry,
            option_text,
            option,
            amount: amount?,
            currency,
            external_ref: external_ref?,
            link_ref: link_ref.filter(|it| !it.is_empty()),
            redirect_url,
            name: name?,
            description: description?,
        })
    }

    /// From four public integrations: the provider's own page does not mention a signature here.
    fn signed_text(&self, amount: &str) -> String {
        let Self {
            expiry_text,
            currency,
            option_text,
            external_ref,
            ..
        } = self;
        format!("{expiry_text}{amount}{currency}{option_text}{external_ref}")
    }

    fn into_terms(self, kind: LinkKind, customers: Vec<Customer>, by: Channels) -> Terms {
        let currency = if self.currency.is_empty() {
            DEFAULT_CURRENCY
        } else {
            self.currency
        };
        Terms {
            external_ref: self.external_ref.to_owned(),
            kind,
            option: self.option,
            amount: self.amount,
            currency: currency.to_owned(),
            expiry: self.expiry,
            name: self.name.to_owned(),
            description: self.description.to_owned(),
            redirect_url: self.redirect_url.map(str::to_owned),
            customers,
            by_sms: by.sms,
            by_email: by.email,
        }
    }
}

fn read_day<'a>(fields: &mut Fields<'a>, name: &str) -> Option<(&'a str, Date)> {
    let text = fields.required_text(name)?;
    let day = day::read(text);
    if day.is_none() {
        fields.problem(name, "must be a day as yyyy-MM-dd");
    }
    Some((text, day?))
}

fn read_choice<'a, T: Copy>(
    fields: &mut Fields<'a>,
    name: &str,
    choices: &[(&str, T)],
) -> Option<(&'a str, T)> {
    let text = fields.required_text(name)?;
    let found = choices.iter().find(|(it, _)| *it == text);
    if found.is_none() {
        let known: Vec<_> = choices.iter().map(|(it, _)| *it).collect();
        fields.problem(name, &format!("must be {}", known.join(" or ")));
    }
    found.map(|(_, value)| (text, *value))
}

fn choice<T: Copy>(value: Option<&Value>, choices: &[(&str, T)]) -> Option<T> {
    let text = value?.as_str()?;
    choices
        .iter()
        .find(|(it, _)| *it == text)
        .map(|(_, value)| *value)
}

fn read_redirect<'a>(fields: &mut Fields<'a>) -> Option<&'a str> {
    let text = fields
        .optional_text("redirectURL")
        .filter(|it| !it.is_empty())?;
    if Url::parse(text).is_ok_and(|it| matches!(it.scheme(), "http" | "https")) {
        return Some(text);
    }
    fields.problem("redirectURL", "must be a full http or https URL");
    None
}

fn read_amount(fields: &mut Fields<'_>) -> Option<Amount> {
    let Value::Number(number) = fields.required("amount")? else {
        fields.problem("amount", "must be a number");
        return None;
    };
    Amount::read(number)
        .map_err(|problem| fields.problems.push(format!("paymentLink: {problem}")))
        .ok()
}

fn read_currency<'a>(fields: &mut Fields<'a>, currencies: &[String]) -> &'a str {
    let currency = fields.optional_text("currency").unwrap_or_default();
    if !currency.is_empty() && !currencies.iter().any(|it| it == currency) {
        let known = currencies.join(", ");
        fields.problem("currency", &format!("must be one of {known}"));
    }
    currency
}

fn object_at<'a>(fields: &mut Fields<'a>, name: &str) -> Option<&'a Map<String, Value>> {
    let object = fields.required(name)?.as_object();
    if object.is_none() {
        fields.problem(name, "must be an object");
    }
    object
}

/// The amount as it stands in the body, digit by digit. None where it does not stand there exactly once.
fn raw_amount(asked: &Asked) -> Option<String> {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow, rename = "paymentLink")]
        link: LinkBody<'a>,
    }
    #[derive(Deserialize)]
    struct LinkBody<'a> {
        #[serde(borrow)]
        amount: &'a RawValue,
    }
    let body: Body<'_> = serde_json::from_slice(&asked.raw).ok()?;
    Some(body.link.amount.get().to_owned())
}

const KINDS: &[(&str, LinkKind)] = &[("SINGLE", LinkKind::Single), ("BULK", LinkKind::Bulk)];
const OPTIONS: &[(&str, AmountOption)] = &[
    ("OPEN", AmountOption::Open),
    ("RESTRICTED", AmountOption::Restricted),
];
/// Of every sample.
const DEFAULT_CURRENCY: &str = "KES";

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::Request};
    use serde_json::json;

    use super::*;

    async fn signed_text(amount: &str) -> String {
        let customer =
            json!({"firstName": "J", "lastName": "D", "email": "j@d.example", "countryCode": "KE"});
        let link = json!({"expiryDate": "2026-12-31", "saleDate": "2026-11-21", "paymentLinkType": "SINGLE",
            "saleType": "SERVICE", "name": "n", "description": "d", "externalRef": "ORD0000012345",
            "amountOption": "RESTRICTED", "amount": 7, "currency": "KES"});
        let body = json!({"customers": [customer], "paymentLink": link}).to_string();
        let body = body.replace("\"amount\":7", &format!("\"amount\":{amount}"));
        let request = Request::post("/").header("content-type", "application/json");
        let asked = Asked::read(request.body(Body::from(body)).unwrap()).await;
        Ask::read(&asked, &["KES".to_owned()]).unwrap().signed_text
    }

    #[tokio::test]
    async fn the_amount_is_signed_with_the_characters_it_was_sent_with() {
        for amount in ["400", "400.00", "400.0", "4E2", "4e+2", "0.10"] {
            let expected = format!("2026-12-31{amount}KESRESTRICTEDORD0000012345");
            assert_eq!(signed_text(amount).await, expected);
            assert_eq!(signed_text(&format!(" {amount} ")).await, expected);
        }
    }
}

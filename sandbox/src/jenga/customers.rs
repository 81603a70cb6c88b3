//! Reads whom a link is for and how they get it.

use serde_json::Value;

use super::link::{Customer, LinkKind};
use crate::fields::Fields;

/// How the customers get the link; by default not at all.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Channels {
    pub(super) sms: bool,
    pub(super) email: bool,
}

impl Channels {
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        let mut by = Self::default();
        let good = match fields.optional("notifications") {
            None => true,
            Some(Value::Array(list)) => list.iter().all(|it| match it.as_str() {
                Some("SMS") => {
                    by.sms = true;
                    true
                }
                Some("EMAIL") => {
                    by.email = true;
                    true
                }
                Some(_) | None => false,
            }),
            Some(_) => false,
        };
        if !good {
            fields.problem("notifications", "must be an array of SMS and EMAIL");
        }
        by
    }
}

/// One customer for a SINGLE link, any number from one for a BULK one.
pub(super) fn read_customers(
    fields: &mut Fields<'_>,
    kind: Option<LinkKind>,
    by: Channels,
) -> Vec<Customer> {
    let Some(value) = fields.required("customers") else {
        return Vec::new();
    };
    let Some(list) = value.as_array().filter(|it| !it.is_empty()) else {
        fields.problem("customers", "must be an array of one or more customers");
        return Vec::new();
    };
    if kind == Some(LinkKind::Single) && list.len() > 1 {
        fields.problem(
            "customers",
            "must hold one customer where paymentLinkType is SINGLE",
        );
    }
    let mut customers = Vec::new();
    for (index, value) in list.iter().enumerate() {
        let Some(object) = value.as_object() else {
            fields.problem(&format!("customers[{index}]"), "must be an object");
            continue;
        };
        let mut inner = Fields::new(object, format!("customers[{index}]."));
        customers.extend(read_customer(&mut inner, by));
        fields.problems.append(&mut inner.problems);
    }
    customers
}

fn read_customer(fields: &mut Fields<'_>, by: Channels) -> Option<Customer> {
    let first = fields.required_text("firstName");
    let last = fields.required_text("lastName");
    let email = fields.required_text("email");
    let country = fields.required_text("countryCode");
    for name in ["firstAddress", "postalOrZipCode", "customerExternalRef"] {
        fields.optional_text(name);
    }
    if email.is_some_and(|it| !looks_like_email(it)) {
        fields.problem("email", "must be an e-mail address");
    }
    if country.is_some_and(|it| it.len() != 2 || !it.bytes().all(|it| it.is_ascii_uppercase())) {
        fields.problem("countryCode", "must be an alpha-2 country code such as KE");
    }
    let phone = fields
        .optional_text("phoneNumber")
        .filter(|it| !it.is_empty());
    // The samples have 2547XXXXXXXX; how strict the provider is, is not documented.
    if phone.is_some_and(|it| {
        !(9..=15).contains(&it.len()) || !it.bytes().all(|it| it.is_ascii_digit())
    }) {
        fields.problem(
            "phoneNumber",
            "must be 9 to 15 digits with the country's code, such as 254712345678",
        );
    }
    if by.sms && phone.is_none() {
        fields.problem("phoneNumber", "is needed where notifications has SMS");
    }
    Some(Customer {
        name: format!("{} {}", first?, last?),
        email: email?.to_owned(),
        phone: phone.map(str::to_owned),
    })
}

fn looks_like_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
    })
}

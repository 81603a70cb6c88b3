//! Links as people and programs read them. Payers are masked: that is how they are kept.

use malipo_server::clock::UnixMs;
use malipo_server::config::Config;
use malipo_server::payment::AttemptStatus;
use malipo_server::payment::link::{Link, LinkPayment};
use malipo_server::provider::JengaAdapter;
use malipo_wire::{Money, Reason};
use serde_json::{Value, json};

use super::Form;
use crate::cli::output::{clean, or_none, print, table};

/// A link with its payments.
pub(super) fn one(link: &Link, config: &Config, now: UnixMs, form: &Form) -> anyhow::Result<()> {
    let jenga = config.providers.jenga.clone();
    let adapter = jenga.map(|it| JengaAdapter::new(it, config.mode));
    let address = adapter.and_then(|it| it.link_address(link));
    if form.json {
        let mut value = to_json(link, now);
        if let Some(fields) = value.as_object_mut() {
            fields.insert("address".to_owned(), json!(address));
        }
        return print(&format!("{value:#}"));
    }
    let mut lines = Vec::new();
    let mut add = |name: &str, value: &str| lines.push(format!("{name:<14}{}", clean(value)));
    add("link:", &link.external_ref);
    add("at Jenga:", link.link_ref.as_deref().unwrap_or(NOT_KNOWN));
    if let Some(address) = &address {
        add("address:", address);
    }
    add("type:", link.kind.as_str());
    add(
        "amount:",
        &format!("{} {}", money(link.price), link.option.as_str()),
    );
    add("name:", &link.name);
    add("description:", &link.description);
    if let Some(url) = &link.redirect_url {
        add("then to:", url);
    }
    add("expires:", &link.expires_at.to_rfc3339());
    add("made:", &link.created_at.to_rfc3339());
    add("paid:", &paid(link));
    let rows = link.payments.iter().map(|it| row(link, it, now)).collect();
    lines.push(String::new());
    lines.push(table(PAYMENTS, rows, "nobody is asked to pay"));
    print(&lines.join("\n"))
}

/// A line a link.
pub(super) fn all(links: &[Link], now: UnixMs, form: &Form) -> anyhow::Result<()> {
    if form.json {
        let links: Vec<_> = links.iter().map(|it| to_json(it, now)).collect();
        return print(&format!("{:#}", Value::from(links)));
    }
    let row = |it: &Link| {
        [
            it.external_ref.clone(),
            or_none(it.link_ref.as_deref()),
            it.kind.as_str().to_owned(),
            money(it.price),
            it.expires_at.to_rfc3339(),
            paid(it),
            it.payments
                .iter()
                .filter(|it| wants_a_person(it))
                .count()
                .to_string(),
            it.name.clone(),
        ]
    };
    let rows = links.iter().map(row).collect();
    print(&table(LINKS, rows, "no links"))
}

fn row(link: &Link, it: &LinkPayment, now: UnixMs) -> [String; PAYMENTS.len()] {
    let (status, reason) = link.standing(it, now);
    [
        link.order_id(it.number),
        it.shown.clone(),
        if it.asked { "yes" } else { "no" }.to_owned(),
        status.as_str().to_owned(),
        or_none(reason.map(Reason::as_str)),
        or_none(it.received.map(money).as_deref()),
        or_none(it.transaction.as_deref()),
        it.updated_at.to_rfc3339(),
    ]
}

fn to_json(link: &Link, now: UnixMs) -> Value {
    let payment = |it: &LinkPayment| {
        let (status, reason) = link.standing(it, now);
        json!({
            "order_id": link.order_id(it.number),
            "payer": it.shown,
            "asked": it.asked,
            "status": status.as_str(),
            "reason": reason.map(Reason::as_str),
            "received_amount": it.received.map(Money::to_decimal),
            "received_currency": it.received.map(|it| it.currency().code().to_owned()),
            "transaction": it.transaction,
            "updated_at": it.updated_at.to_rfc3339(),
        })
    };
    let payments: Vec<_> = link.payments.iter().map(payment).collect();
    json!({
        "external_ref": link.external_ref,
        "payment_link_ref": link.link_ref,
        "type": link.kind.as_str(),
        "amount": link.price.to_decimal(),
        "currency": link.price.currency().code(),
        "amount_option": link.option.as_str(),
        "name": link.name,
        "description": link.description,
        "redirect_url": link.redirect_url,
        "expires_at": link.expires_at.to_rfc3339(),
        "created_at": link.created_at.to_rfc3339(),
        "payments": payments,
    })
}

/// `2 of 3`, and whoever paid without having been asked.
fn paid(link: &Link) -> String {
    let has_paid = |it: &&LinkPayment| it.status == AttemptStatus::Paid;
    let (asked, others): (Vec<_>, Vec<_>) = link.payments.iter().partition(|it| it.asked);
    let count = asked.iter().copied().filter(has_paid).count();
    let more = others.into_iter().filter(has_paid).count();
    match more {
        0 => format!("{count} of {}", asked.len()),
        _ => format!("{count} of {}, {more} not asked", asked.len()),
    }
}

fn wants_a_person(it: &LinkPayment) -> bool {
    matches!(
        it.status,
        AttemptStatus::NeedsReview | AttemptStatus::DuplicatePaid
    )
}

fn money(it: Money) -> String {
    format!("{} {}", it.currency().code(), it.to_decimal())
}

const LINKS: [&str; 8] = [
    "REF", "AT_JENGA", "TYPE", "AMOUNT", "EXPIRES", "PAID", "REVIEW", "NAME",
];
const PAYMENTS: [&str; 8] = [
    "PAYMENT",
    "PAYER",
    "ASKED",
    "STATUS",
    "REASON",
    "RECEIVED",
    "TRANSACTION",
    "CHANGED",
];
const NOT_KNOWN: &str = "not known: the answer was lost; look in JengaHQ whether it was made";

//! What initiate's answer opens, read by the widget's own code.

use malipo::checkout::answer::{self, Initiated};
use malipo::checkout::{Options, PayError};
use serde_json::{Map, Value, json};

use super::ask::Heard;
use super::reading::{at, fields, parse_url};

/// What the first initiate opened, as far as the widget reads it; amount and URL are judged apart.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) initiated: Initiated,
    /// The answer names the order, or the page does.
    pub(super) is_named: bool,
    /// The checkout page as it came.
    pub(super) redirect_url: Option<String>,
    /// Whether real money would move, where the answer says so.
    pub(super) live: Option<bool>,
}

/// Reads initiate's answer as the widget does, but for its amount and URL, which have checks of their own.
pub(super) fn read(heard: &Heard, options: &Options) -> Result<Opened, PayError> {
    let mut options = Options {
        amount: None,
        currency: None,
        ..options.clone()
    };
    let mut answer = heard.answer();
    let mut redirect_url = None;
    if let Some(json) = &heard.json {
        let mut json = json.clone();
        redirect_url = REDIRECTS
            .iter()
            .find_map(|it| at(&json, it)?.as_str().map(str::to_owned));
        for path in REDIRECTS {
            put_right(&mut json, path);
        }
        options.checkout_origins = Vec::new();
        answer.body = Some(fields(&json));
    }
    let named = answer::read_initiate(&answer, &options, parse_url);
    let is_named = named.is_ok();
    let initiated = named.or_else(|error| {
        options.order_id = Some("unnamed".to_owned());
        answer::read_initiate(&answer, &options, parse_url).map_err(|_| error)
    })?;
    let live = live(initiated.test, redirect_url.as_deref());
    Ok(Opened {
        initiated,
        is_named,
        redirect_url,
        live,
    })
}

/// A URL in place of the answer's, at which the widget finds nothing wrong.
fn put_right(object: &mut Map<String, Value>, path: &str) {
    let place = match path.split_once('.') {
        None => object.get_mut(path),
        Some((parent, key)) => object.get_mut(parent).and_then(|it| it.get_mut(key)),
    };
    if let Some(place) = place.filter(|it| it.as_str().is_some_and(|text| !text.is_empty())) {
        *place = json!("https://checkout.invalid/");
    }
}

/// What the answer itself says, else JoyndPay's path (its API page, read 2026-11-21): `/make/payment/{live|test}/...`.
fn live(test: Option<bool>, redirect_url: Option<&str>) -> Option<bool> {
    let says =
        |mode: &str| redirect_url.is_some_and(|it| it.contains(&format!("/make/payment/{mode}/")));
    if test == Some(false) || says("live") {
        Some(true)
    } else if test == Some(true) || says("test") {
        Some(false)
    } else {
        None
    }
}

/// Where answers hold the checkout page.
const REDIRECTS: [&str; 3] = ["redirect_url", "data.redirect_url", "pay_page_url"];

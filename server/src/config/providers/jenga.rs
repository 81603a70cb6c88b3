//! `[jenga]`.

use std::path::Path;

use super::{Mode, Origin, Reader, base_url, calling, key, refuse_example, shown};
use crate::config::{Jenga, LinkTemplate};
use crate::provider::{JENGA_TEMPLATE_FIELD, JengaKey};

pub(super) fn read(keys: &mut Reader, mode: Option<Mode>) -> Option<Jenga> {
    let accepted = "a value of JengaHQ (v3.jengahq.io), of the mode that is configured";
    let api_key = key(keys, "jenga.api_key", accepted, mode);
    let merchant_code = keys.required("jenga.merchant_code", accepted);
    let consumer_secret = key(keys, "jenga.consumer_secret", accepted, mode);
    let private_key = private_key(keys);
    let accepted = "the user name of JengaHQ > Settings > IPN, without a colon";
    let ipn_username = keys.required("jenga.ipn_username", accepted);
    if ipn_username
        .as_ref()
        .is_some_and(|it| it.contains(':') || it.is_empty())
    {
        keys.wrong(
            "jenga.ipn_username",
            format!("is empty or holds a colon; accepted: {accepted}"),
        );
    }
    let accepted = "the password of JengaHQ > Settings > IPN";
    let ipn_password = keys.required("jenga.ipn_password", accepted);
    if let Some(text) = &ipn_password {
        refuse_example(keys, "jenga.ipn_password", accepted, mode, text);
    }
    if ipn_password.as_ref().is_some_and(String::is_empty) {
        keys.wrong("jenga.ipn_password", "is empty; accepted: a password");
    }
    let default = match mode {
        Some(Mode::Live) => "https://api.finserve.africa",
        Some(Mode::Sandbox) | None => "https://uat.finserve.africa",
    };
    let base_url = base_url(keys, "jenga.base_url", Some(default), mode);
    let test_host = base_url.as_ref().and_then(url::Url::host_str) == Some("uat.finserve.africa");
    if test_host && mode == Some(Mode::Live) {
        keys.wrong("jenga.base_url", "is the test host in live mode");
    }
    let country_code = country_code(keys);
    let sale_type = sale_type(keys);
    let link_days = keys.number("jenga.link_days", LINK_DAYS, 0..=365);
    let link_url_template = template(keys, mode);
    let confirm_by_transaction_details = keys.switch("jenga.confirm_by_transaction_details", false);
    let calling = calling(keys, "jenga", WATCH_INTERVAL_MS, CALLS_PER_MINUTE);
    Some(Jenga {
        api_key: api_key?,
        merchant_code: merchant_code?,
        consumer_secret: consumer_secret?,
        private_key: private_key?,
        ipn_username: ipn_username?,
        ipn_password: ipn_password?.into(),
        base_url: base_url?.as_str().trim_end_matches('/').to_owned(),
        country_code: country_code?,
        sale_type: sale_type?,
        link_days,
        link_url_template: link_url_template?,
        confirm_by_transaction_details,
        calling,
    })
}

fn private_key(keys: &mut Reader) -> Option<JengaKey> {
    let path = "jenga.private_key_file";
    let accepted =
        "a PEM file with the RSA key (2048 bits or more) whose public half stands in JengaHQ";
    let file = keys.required(path, accepted)?;
    let key = match std::fs::read(Path::new(&file)) {
        Err(error) => Err(format!("cannot be read: {error}")),
        Ok(pem) => JengaKey::from_pem(&pem).map_err(ToOwned::to_owned),
    };
    match key {
        Ok(key) => Some(key),
        Err(wrong) => {
            let file = shown(&file);
            keys.wrong(path, format!("{file} {wrong}; accepted: {accepted}"));
            None
        }
    }
}

fn country_code(keys: &mut Reader) -> Option<String> {
    let accepted = "two capital letters, such as \"KE\"";
    let text = keys
        .text("jenga.country_code", accepted)
        .unwrap_or_else(|| "KE".to_owned());
    if text.len() == 2 && text.bytes().all(|it| it.is_ascii_uppercase()) {
        return Some(text);
    }
    let wrong = shown(&text);
    keys.wrong(
        "jenga.country_code",
        format!("is {wrong}; accepted: {accepted}"),
    );
    None
}

fn sale_type(keys: &mut Reader) -> Option<&'static str> {
    let accepted = "\"PRODUCT\" or \"SERVICE\"";
    match keys.text("jenga.sale_type", accepted).as_deref() {
        None | Some("PRODUCT") => Some("PRODUCT"),
        Some("SERVICE") => Some("SERVICE"),
        Some(other) => {
            let wrong = shown(other);
            keys.wrong(
                "jenga.sale_type",
                format!("is {wrong}; accepted: {accepted}"),
            );
            None
        }
    }
}

/// `Some(None)` where there is none.
#[expect(
    clippy::option_option,
    reason = "absent, wrong and good are three cases"
)]
fn template(keys: &mut Reader, mode: Option<Mode>) -> Option<Option<LinkTemplate>> {
    let path = "jenga.link_url_template";
    let accepted = "the form of a link's address, which Finserve tells its merchants, such as \"https://host/path/{paymentLinkRef}\"";
    let Some(text) = keys.text(path, accepted) else {
        return Some(None);
    };
    let url = url::Url::parse(&text.replace(JENGA_TEMPLATE_FIELD, "0")).ok();
    let origin = url.as_ref().and_then(Origin::of);
    let secure = |it: &Origin| it.as_str().starts_with("https:") || mode != Some(Mode::Live);
    match origin.filter(secure) {
        Some(origin) if text.matches(JENGA_TEMPLATE_FIELD).count() == 1 => {
            Some(Some(LinkTemplate { text, origin }))
        }
        _ => {
            let wrong = shown(&text);
            keys.wrong(path, format!("is {wrong}; accepted: {accepted}"));
            None
        }
    }
}

/// A link can be paid until the end of tomorrow.
const LINK_DAYS: u32 = 1;
/// Nothing is asked, but where transaction details are: no page documents a limit.
const WATCH_INTERVAL_MS: u32 = 5_000;
const CALLS_PER_MINUTE: u32 = 600;

//! What the page reads: answers, event streams, options, URLs, values that may be secrets.

use super::{contract, head, status};
use malipo::browser::sse::{EVENT_MOST, Parser};
use malipo::checkout::answer::{Identity, Reply, read_initiate, read_verify};
use malipo::checkout::policy::{UrlProblem, find_secret, judge_redirect};
use malipo::checkout::{Options, Page, RawOptions};

/// What the browser does for the machine, as the machine's own tests have it.
#[path = "../../it/browser.rs"]
mod browser;

use browser::parse_url;

const ORDER: &str = "ORD-1";

fn page() -> Page {
    Page {
        base_url: "https://shop.example/basket".into(),
        return_url: "https://shop.example/basket".into(),
        is_loopback: false,
    }
}

fn good_options() -> Options {
    let values = [
        ("initiate-url", "/pay/initiate"),
        ("verify-url", "/pay/verify"),
        ("order-id", ORDER),
        ("amount", "10000"),
        ("currency", "UGX"),
        ("mode", "tab"),
    ];
    let raw = RawOptions {
        values: values
            .map(|(name, value)| (name.into(), value.into()))
            .into(),
        ..RawOptions::default()
    };
    Options::parse(&raw, &page(), parse_url).unwrap()
}

/// An answer to initiate opens what the contract's table says, judged, or nothing; one to verify is the outcome that the table
/// says, of this payment, or none.
pub(crate) fn answers(bytes: &[u8]) {
    let (http_status, body) = status(bytes);
    let Ok(body) = std::str::from_utf8(body) else {
        return;
    };
    let Reply::Answer(answer) = browser::answer(http_status, None, body) else {
        panic!("an answer is an answer")
    };
    if let Ok(initiated) = read_initiate(&answer, &good_options(), parse_url) {
        let meant = contract::initiate(http_status, body);
        let meant = meant.unwrap_or_else(|| panic!("{http_status} opens {body}"));
        if let Some(url) = &initiated.redirect_url {
            assert!(url.starts_with("https://"), "{url}");
            let again = judge_redirect(url, parse_url, false, &[]);
            assert_eq!(again.map(|it| it.href).as_ref(), Ok(url), "judged twice");
        }
        let page = meant.url.map(|it| url::Url::parse(&it).unwrap().into());
        assert_eq!(initiated.redirect_url, page, "{body}");
        let order_id = meant.order_id.unwrap_or_else(|| ORDER.to_owned());
        // How a number is written is the browser's business.
        let is_number = order_id.parse::<f64>().is_ok();
        assert!(is_number || initiated.order_id == order_id, "{body}");
    }
    for (order_id, reference) in [
        (ORDER, Some("REF-1")),
        (ORDER, None),
        ("ANOTHER-ORDER", None),
        ("REF-1", None),
    ] {
        let payment = Identity {
            order_id,
            reference,
            currency: None,
        };
        let seen = read_verify(&answer, payment).map(|it| it.status).ok();
        let meant = contract::verify(http_status, body, order_id, reference);
        assert_eq!(seen, meant, "for {payment:?}: {http_status} {body}");
    }
}

/// However the bytes are split, the same events come out, and none is endless.
pub(crate) fn events(bytes: &[u8]) {
    let Some((cut, stream)) = bytes.split_first() else {
        return;
    };
    let whole = Parser::default().push(stream);
    if let Ok(messages) = &whole {
        assert!(messages.iter().all(|it| it.data.len() <= EVENT_MOST));
    }
    let mut parser = Parser::default();
    let mut pieces = Vec::new();
    for piece in stream.chunks(usize::from(*cut).max(1)) {
        match parser.push(piece) {
            Ok(messages) => pieces.extend(messages),
            Err(error) => {
                assert_eq!(whole, Err(error));
                return;
            }
        }
    }
    assert_eq!(whole, Ok(pieces));
}

/// Lines of `name=value`: what is accepted keeps every rule, what is not names an option that was given or is missing.
pub(crate) fn options(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let pairs = |lines: &mut dyn Iterator<Item = &str>| -> Vec<(String, String)> {
        lines
            .filter_map(|it| it.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    };
    let (values, headers) = text.split_once("\n\n").unwrap_or((text, ""));
    let raw = RawOptions {
        values: pairs(&mut values.lines()),
        headers: pairs(&mut headers.lines()),
        camel_case: text.len() % 2 == 0,
        status_only: text.len() % 3 == 0,
    };
    match Options::parse(&raw, &page(), parse_url) {
        Ok(options) => {
            for url in [&options.verify_url, &options.initiate_url] {
                let loopback = url.starts_with("http://");
                assert!(
                    url.is_empty() || url.starts_with("https://") || loopback,
                    "{url}"
                );
                // Between the slashes and what ends a host.
                let authority = url.split(['/', '?', '#']).nth(2).unwrap_or_default();
                assert!(!authority.contains('@'), "{url}");
            }
            assert!(1_000 <= options.poll_interval_ms);
            let quote = options.quote.as_deref();
            for value in [quote, options.order_id.as_deref(), options.sku.as_deref()] {
                let found = value.and_then(find_secret);
                assert_ne!(
                    found,
                    Some(malipo::checkout::policy::Secret::Key),
                    "{value:?}"
                );
            }
        }
        Err(error) => {
            assert!(!error.errors.is_empty(), "{error:?}");
            for (_, value) in raw.values.iter().chain(&raw.headers) {
                let secret = 12 <= value.len() && find_secret(value).is_some();
                assert!(
                    !secret || !error.message.contains(value.as_str()),
                    "{error:?}"
                );
            }
        }
    }
}

/// A secret is found wherever it stands; the search ends, and is the same behind `Bearer`.
pub(crate) fn secrets(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let found = find_secret(&text);
    assert_eq!(
        find_secret(&format!("Bearer {text}")).is_some(),
        found.is_some() || find_secret(&format!(" {text}")).is_some()
    );
    for key in ["jo_live_x", "whsec_x", "-----BEGIN PRIVATE KEY-----"] {
        assert!(
            find_secret(&format!("{text} {key}")).is_some() || text.ends_with('%'),
            "{text}"
        );
    }
}

/// What is taken is https (or http on this machine, from this machine), has no user, and leads where it says.
pub(crate) fn urls(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let (origin, _) = head(bytes);
    let allowed = ["https://pay.example".to_owned(), origin.to_owned()];
    for (loopback, allowed) in [(false, &allowed[..1]), (false, &[]), (true, &[])] {
        let Ok(taken) = judge_redirect(text, parse_url, loopback, allowed) else {
            continue;
        };
        assert!(!taken.has_user, "{taken:?}");
        assert!(
            taken.protocol == "https:" || (loopback && taken.protocol == "http:"),
            "{taken:?}"
        );
        assert!(
            allowed.is_empty() || allowed.contains(&taken.origin),
            "{taken:?}"
        );
        let again = judge_redirect(&taken.href, parse_url, loopback, allowed);
        assert_eq!(
            again.as_ref().map(|it| &it.href),
            Ok(&taken.href),
            "judged twice"
        );
        assert!(taken.href.starts_with(&taken.origin), "{taken:?}");
    }
    let evil = format!("https://evil.example/{text}");
    let seen = judge_redirect(&evil, parse_url, false, &allowed[..1]);
    assert!(
        matches!(seen, Err(UrlProblem::ForeignOrigin | UrlProblem::NotAUrl)),
        "{evil}"
    );
}

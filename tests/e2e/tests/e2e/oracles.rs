//! What our own rules say, against what the browsers say: URLs as `new URL` reads them, amounts as `Intl` writes them.

use std::cell::RefCell;
use std::collections::HashMap;

use malipo::checkout::policy::{UrlParts, UrlProblem, judge_redirect};
use malipo_e2e::browser::{Browser, Kind, Options};
use malipo_wire::Money;
use serde_json::{Value, json};

/// Texts that a provider's answer, or somebody in between, might hold: pieces of URLs, put together by a seed.
fn urls() -> Vec<String> {
    let schemes = [
        "https://",
        "HTTPS://",
        "http://",
        "https:/",
        "https:",
        "https:\\\\",
        "//",
        "javascript:",
        "javascript://",
        "ht\ttps://",
        "https\u{3a}//",
        " https://",
        "data:text/html,",
        "blob:https://",
        "intent://",
        "",
    ];
    let users = [
        "",
        "",
        "",
        "",
        "pay.example@",
        "u:p@",
        "@",
        ":@",
        "%40",
        "pay.example%40",
        "pay.example\\@",
    ];
    let hosts = [
        "pay.example",
        "PAY.example",
        "pay.example.",
        "pay.example.evil.example",
        "evil.example",
        "pay%2eexample",
        "pаy.example",
        "xn--py-7kc.example",
        "ｐay.example",
        "pay。example",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "localhost",
        "a.localhost",
        "localhost.evil.example",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[fe80::1]",
        "169.254.169.254",
        "",
        "a b",
        "a%00b",
        "a\u{ad}b.example",
        "ß.example",
        "faß.example",
        "a_b.example",
        "-a.example",
        "a..b",
        "1.2.3.4.5",
        "0xg",
        "%",
        "pay.example#",
    ];
    let ports = [
        "",
        "",
        ":443",
        ":80",
        ":8443",
        ":0",
        ":99999",
        ":",
        ":+443",
        ":4 43",
        ":４４３",
    ];
    let paths = [
        "",
        "/",
        "/make/payment/test/x",
        "/../..",
        "/%2e%2e/",
        "/\\..",
        "?a=b",
        "#f",
        "?x#https://pay.example",
        "/@pay.example",
        "/\n",
        "/\u{202e}",
        ";p",
        "/a b",
        "/%",
    ];
    let mut seed: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut next = |from: &[&'static str]| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let at = usize::try_from(seed >> 33).unwrap() % from.len();
        from[at]
    };
    let mut all: Vec<String> = Vec::new();
    for _ in 0..4_000 {
        let parts = [
            next(&schemes),
            next(&users),
            next(&hosts),
            next(&ports),
            next(&paths),
        ];
        all.push(parts.concat());
    }
    all
}

thread_local! {
    /// What the browser made of each text.
    static SEEN: RefCell<HashMap<String, Option<UrlParts>>> = RefCell::default();
}

/// `new URL(text)` in the browser that was asked.
fn by_browser(text: &str, _: Option<&str>) -> Option<UrlParts> {
    SEEN.with_borrow(|it| it[text].clone())
}

/// The same by the library that stands for it in the tests on the host and judges providers' pages in the backend.
fn by_library(text: &str, _: Option<&str>) -> Option<UrlParts> {
    let url = url::Url::parse(text).ok()?;
    Some(UrlParts {
        href: url.as_str().into(),
        protocol: format!("{}:", url.scheme()),
        origin: url.origin().ascii_serialization(),
        hostname: url.host_str().unwrap_or_default().into(),
        search: String::new(),
        has_user: !url.username().is_empty() || url.password().is_some(),
    })
}

const READ: &str = "return arguments[0].map((text) => {
    try {
        const it = new URL(text);
        return [it.href, it.protocol, it.origin, it.hostname, Boolean(it.username || it.password)];
    } catch { return null }
})";

fn parts(seen: &Value) -> Option<UrlParts> {
    let text = |at: usize| seen[at].as_str().unwrap().to_owned();
    seen.is_array().then(|| UrlParts {
        href: text(0),
        protocol: text(1),
        origin: text(2),
        hostname: text(3),
        search: String::new(),
        has_user: seen[4].as_bool().unwrap(),
    })
}

fn in_browser(kind: Kind, body: impl AsyncFnOnce(&Browser)) {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().unwrap();
    runtime.block_on(async {
        let options = Options {
            kind,
            ..Options::default()
        };
        let browser = Browser::start(&options).await;
        body(&browser).await;
        browser.quit().await;
    });
}

fn urls_are_judged_as(kind: Kind) {
    in_browser(kind, async |browser| {
        let tab = browser.open("data:text/html,oracle").await;
        let all = urls();
        let (mut taken, mut odd) = (0, Vec::new());
        for some in all.chunks(500) {
            let seen = tab.script(READ, vec![json!(some)]).await;
            let seen = some.iter().zip(seen.as_array().unwrap());
            SEEN.with_borrow_mut(|it| {
                it.extend(seen.map(|(text, seen)| (text.clone(), parts(seen))))
            });
        }
        let allowed = ["https://pay.example".to_owned()];
        for text in &all {
            for (loopback, allowed) in [(false, &allowed[..]), (false, &[]), (true, &[])] {
                let ours = judge_redirect(text, by_browser, loopback, allowed);
                let theirs = judge_redirect(text, by_library, loopback, allowed);
                // What is refused is refused by both; why, they may see differently.
                let bare = |it: &Result<UrlParts, UrlProblem>| {
                    let it = it.as_ref().ok();
                    it.map(|it| (it.href.clone(), it.origin.clone()))
                };
                if bare(&ours) != bare(&theirs) {
                    odd.push(format!("{text:?}: {ours:?} {theirs:?}"));
                }
                // Whatever is taken leads where the rules say, by the browser's own reading of what it is sent to.
                if let Ok(it) = ours {
                    taken += 1;
                    let safe = it.protocol == "https:" || (loopback && it.protocol == "http:");
                    assert!(safe && !it.has_user, "{text:?}: {it:?}");
                    assert!(
                        allowed.is_empty() || allowed.contains(&it.origin),
                        "{text:?}: {it:?}"
                    );
                }
            }
        }
        assert!(100 < taken, "{taken}");
        assert!(
            odd.is_empty(),
            "{} of {}: {:#?}",
            odd.len(),
            all.len(),
            &odd[..odd.len().min(20)]
        );
    });
}

#[test]
fn chromium_reads_urls_as_our_rules_do() {
    urls_are_judged_as(Kind::Chromium);
}

#[test]
fn firefox_reads_urls_as_our_rules_do() {
    urls_are_judged_as(Kind::Firefox);
}

const WRITE: &str = "return arguments[0].map(([amount, currency, digits]) =>
    new Intl.NumberFormat('en', { style: 'decimal', minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount))";

#[test]
fn the_backend_groups_digits_as_the_browser_does() {
    in_browser(Kind::Chromium, async |browser| {
        let tab = browser.open("data:text/html,oracle").await;
        let mut cases = Vec::new();
        let mut minor: u64 = 1;
        for nth in 0..600_u64 {
            let code = ["UGX", "KES", "BHD", "CLF"][usize::try_from(nth % 4).unwrap()];
            minor = minor
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(nth)
                % (Money::MAX_MINOR + 1);
            // Of every length: 1 to 16 digits.
            let short = minor % 10_u64.pow(u32::try_from(1 + nth % 16).unwrap());
            cases.push(Money::from_minor(short, code.parse().unwrap()).unwrap());
        }
        let asked: Vec<_> = cases
            .iter()
            .map(|it| {
                json!([
                    it.to_decimal(),
                    it.currency().code(),
                    it.currency().decimals()
                ])
            })
            .collect();
        let written = tab.script(WRITE, vec![json!(asked)]).await;
        for (money, written) in cases.iter().zip(written.as_array().unwrap()) {
            assert_eq!(money.to_grouped(), written.as_str().unwrap(), "{money:?}");
        }
    });
}

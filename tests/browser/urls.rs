//! The URL policy over the browser's own `URL`: the same verdicts as over the library that stands in for it in host tests and
//! under the fuzzer, and where the browser goes is what was judged.

use js_sys::Function;
use malipo::browser::url::parse;
use malipo::checkout::policy::{UrlParts, judge_endpoint, judge_redirect};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

#[path = "../it/browser.rs"]
#[expect(
    dead_code,
    clippy::indexing_slicing,
    reason = "only its URLs are of use here; it is written for tests"
)]
mod library;

const BASES: [&str; 2] = [
    "https://shop.example/basket/now",
    "http://localhost:8000/basket",
];

#[wasm_bindgen_test]
fn a_tricky_checkout_url_is_judged_by_the_browsers_url_as_by_the_library() {
    check(TRICKY.map(String::from).into_iter());
}

#[wasm_bindgen_test]
fn thousands_of_generated_checkout_urls_are_judged_by_the_browsers_url_as_by_the_library() {
    let mut next = numbers(20_261_121);
    check((0..GENERATED).map(|_| generated(&mut next)));
}

fn check(texts: impl Iterator<Item = String>) {
    let goes_to = Function::new_with_args("text, base", GOES_TO);
    let (mut tried, mut taken) = (0_u32, 0_u32);
    let mut wrong = Vec::new();
    for text in texts {
        tried += 1;
        for (page_is_loopback, allowed) in [
            (false, &["https://pay.example"][..]),
            (false, &[]),
            (true, &[]),
        ] {
            let allowed: Vec<String> = allowed.iter().map(|it| (*it).to_owned()).collect();
            let judge = |parse| judge_redirect(&text, parse, page_is_loopback, &allowed).ok();
            let (seen, expected) = (judge(parse), judge(library::parse_url));
            // Where the shop names the origins, nothing may differ.
            let is_known = allowed.is_empty() && is_nowhere(seen.as_ref(), expected.as_ref());
            if seen != expected && !is_known {
                wrong.push(format!("{text:?}: {seen:?}, by the library {expected:?}"));
            }
            let Some(seen) = seen else { continue };
            taken += 1;
            // Whatever page it is opened from.
            for base in BASES {
                let to = goes_to.call2(&JsValue::NULL, &text.as_str().into(), &base.into());
                if to.ok().and_then(|it| it.as_string()) != Some(seen.href.clone()) {
                    wrong.push(format!(
                        "{text:?} leads elsewhere than {seen:?} from {base}"
                    ));
                }
            }
        }
        for base in BASES {
            // Without the fragment, which is sent nowhere: Firefox takes `/..` out of it where the scheme is the base's.
            let sent = |it: UrlParts| UrlParts {
                href: it.href.split('#').take(1).collect(),
                ..it
            };
            let judge = |url: Option<UrlParts>| judge_endpoint(url).ok().map(sent);
            let seen = judge(parse(&text, Some(base)));
            let expected = judge(library::parse_url(&text, Some(base)));
            let is_known = has_slashes(&text) || is_nowhere(seen.as_ref(), expected.as_ref());
            if seen != expected && !is_known {
                wrong.push(format!(
                    "{text:?} at {base}: {seen:?}, by the library {expected:?}"
                ));
            }
        }
    }
    console_log!("{tried} URLs, {taken} verdicts that take one");
    assert!(0 < taken && taken < 3 * tried);
    assert!(
        wrong.is_empty(),
        "{} of {tried}: {:#?}",
        wrong.len(),
        wrong.iter().take(40).collect::<Vec<_>>()
    );
}

/// Three slashes or more before the host, of an attribute that the shop wrote: the library and Firefox look for the host
/// elsewhere than the standard. As a checkout URL this is refused before anybody parses it.
fn has_slashes(text: &str) -> bool {
    let slashes = text.replace('\\', "/");
    slashes.starts_with("///") || slashes.contains(":///")
}

/// Chromium keeps spaces in a host, and Punycode that means nothing: hosts that are nowhere, which the library refuses.
fn is_nowhere(seen: Option<&UrlParts>, expected: Option<&UrlParts>) -> bool {
    let is_nowhere = |it: &UrlParts| {
        let mut labels = it.hostname.split('.');
        it.hostname.contains("%20") || labels.any(|it| matches!(it, "xn--" | "xn--a"))
    };
    expected.is_none() && seen.is_some_and(is_nowhere)
}

/// A text out of the pieces that URL parsers have stumbled over; half of them begin as they should, so that enough is taken.
fn generated(next: &mut impl FnMut() -> u32) -> String {
    let is_odd = next() % 2 == 1;
    let mut pick = |from: &[&str]| -> String {
        let nth = usize::try_from(next()).unwrap_or_default() % from.len().max(1);
        from.get(nth).copied().unwrap_or_default().to_owned()
    };
    let mut text = if is_odd {
        [&SCHEMES[..], &SLASHES, &USERS].map(&mut pick).concat()
    } else {
        "https://".to_owned()
    };
    for part in [&HOSTS[..], &ENDS, &PORTS, &PATHS, &QUERIES, &FRAGMENTS] {
        text += &pick(part);
    }
    text
}

/// Numbers that look random and are the same each time (splitmix64).
fn numbers(mut seed: u64) -> impl FnMut() -> u32 {
    move || {
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((it ^ (it >> 31)) >> 32).unwrap_or_default()
    }
}

/// Where a link with this address leads on a page with this base: the browser's own resolution, without our code.
const GOES_TO: &str = "const page = document.implementation.createHTMLDocument(''); \
    const here = page.createElement('base'); here.href = base; page.head.append(here); \
    const link = page.createElement('a'); link.setAttribute('href', text); return link.href;";
const GENERATED: u32 = 6_000;

// Most of them ordinary, so that enough of the whole is taken.
const SCHEMES: [&str; 18] = [
    "https:",
    "https:",
    "https:",
    "https:",
    "https:",
    "HTTPS:",
    "hTTps:",
    "http:",
    "http:",
    "HTTP:",
    "javascript:",
    "data:",
    "ftp:",
    "blob:https:",
    "intent:",
    "ht\ttps:",
    " https:",
    "",
];
const SLASHES: [&str; 10] = ["//", "//", "//", "//", "//", "//", "/", "///", "/\\", ""];
const USERS: [&str; 15] = [
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "@",
    ":@",
    "pay.example@",
    "a:b@c@",
    "%40",
    "pay.example%40",
    "pay.example\\@",
];
const HOSTS: [&str; 46] = [
    "pay.example",
    "pay.example",
    "pay.example",
    "pay.example",
    "PAY.Example",
    "pay.example.evil.example",
    "evil.example",
    "xn--pypal-4ve.com",
    "p\u{430}ypal.example",
    "stra\u{df}e.example",
    "pay\u{3002}example",
    "pay\u{ff0e}example",
    "\u{ff50}ay.example",
    "pay.ex\u{ad}ample",
    "pay.\u{200b}example",
    "pay%2eexample",
    "%70ay.example",
    "pay%2fexample",
    "pay%00.example",
    "pay_1.example",
    "-pay.example",
    "localhost",
    "a.localhost",
    "LOCALHOST",
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "2130706433",
    "0177.0.0.1",
    "127.0.0.1.example",
    "127.0.0.256",
    "1.2.3.4.5",
    "[::1]",
    "[0:0::1]",
    "[::ffff:127.0.0.1]",
    "[2001:DB8::1]",
    "[::1",
    "[fe80::1%25eth0]",
    "",
    "pay example",
    "pay.example",
    "fa\u{df}.example",
    "169.254.169.254",
    "0xg",
    "%",
    "pay.example#",
];
const ENDS: [&str; 8] = ["", "", "", "", "", "", ".", ".."];
const PORTS: [&str; 20] = [
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    ":443",
    ":80",
    ":8443",
    ":0",
    ":",
    ":0080",
    ":65536",
    ":8a",
    ":-1",
    ":+443",
    ":4 43",
    ":\u{ff14}\u{ff14}\u{ff13}",
];
const PATHS: [&str; 16] = [
    "",
    "/",
    "/",
    "/p/1",
    "/p/1",
    "/p/../1",
    "/%2e%2e/x",
    "/..//x",
    "\\x",
    "/a b",
    "/\u{e4}",
    "/%zz",
    "//evil.example/",
    "/@evil.example",
    "/a\tb",
    "/\u{1f}",
];
const QUERIES: [&str; 10] = [
    "",
    "",
    "",
    "?",
    "?a=1&b=2",
    "?url=https://evil.example/",
    "?\u{e4}='\"<>",
    "?a b",
    "?%",
    "?a\nb",
];
const FRAGMENTS: [&str; 8] = ["", "", "", "#", "#x", "#\u{e4} `", "#/@evil.example", "#\r"];

const TRICKY: [&str; 66] = [
    "https://pay.example",
    "https://pay.example/",
    "https://pay.example:443/",
    "https://pay.example:8443/p?q=1#f",
    "HTTPS://PAY.EXAMPLE/x/../y",
    "https:pay.example/",
    "https:/pay.example/",
    "https:///pay.example/",
    "https:\\\\pay.example\\",
    "https://pay.example\\@evil.example/",
    "https://pay.example@evil.example/",
    "https://evil.example#@pay.example/",
    "https://evil.example?@pay.example/",
    "https://:@pay.example/",
    "https://@pay.example/",
    "https://user:pass@pay.example/",
    " https://pay.example/",
    "https://pay.example/ ",
    "https://pay.example/\u{a0}",
    "https://pay.example/\u{85}",
    "\u{feff}https://pay.example/",
    "https://pay.example/\u{feff}",
    "ht\ntps://pay.example/",
    "https://pay\t.example/",
    "https://pay.example\r\n/",
    "https://pay.example\0/",
    "https://pay.example/\0",
    "//pay.example/",
    "/p/1",
    "p/1",
    "",
    "?x",
    "#x",
    "https:",
    "https://",
    "https:///",
    "https://.",
    "https://..",
    "https://./",
    "https://pay.example./",
    "https://pay..example/",
    "https://.pay.example/",
    "javascript://pay.example/%0aalert(1)",
    "javascript:alert(1)",
    "data:text/html,<script>",
    "blob:https://pay.example/1",
    "about:blank",
    "view-source:https://pay.example/",
    "file://pay.example/",
    "ftp://pay.example/",
    "wss://pay.example/",
    "intent://pay.example/#Intent;scheme=https;end",
    "http://pay.example/",
    "http://localhost:8000/p",
    "http://127.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://[::1]:80/",
    "http://[::]/",
    "http://localhost.evil.example/",
    "http://xlocalhost/",
    "http://127.0.0.1.evil.example/",
    "https://xn--/",
    "https://xn--a/",
    "https://\u{130}.example/",
    "https://\u{2f81}.example/",
];

//! Where a shopper may be sent.

use malipo::checkout::policy::{UrlProblem, is_loopback, judge_redirect};

use crate::browser::parse_url;

#[track_caller]
fn check(url: &str, from_loopback: bool, allowed: &[&str], expected: Result<&str, UrlProblem>) {
    let allowed: Vec<String> = allowed.iter().map(|it| (*it).to_owned()).collect();
    let seen = judge_redirect(url, parse_url, from_loopback, &allowed).map(|it| it.href);
    let short: String = url.chars().take(100).collect();
    assert_eq!(seen, expected.map(String::from), "{short}");
}

#[test]
fn https_anywhere_is_accepted_where_the_shop_names_no_origins() {
    for url in [
        "https://pay.example/",
        "https://pay.example/p?q=1#f",
        "https://pay.example:8443/",
        "https://192.0.2.1/",
        "https://[2001:db8::1]/",
        "https://xn--pypal-4ve.com/",
    ] {
        check(url, false, &[], Ok(url));
    }
    check(
        "https://pay.example",
        false,
        &[],
        Ok("https://pay.example/"),
    );
    check(
        "HTTPS://PAY.EXAMPLE/x/../y",
        false,
        &[],
        Ok("https://pay.example/y"),
    );
    check(
        "https://pаypal.example/",
        false,
        &[],
        Ok("https://xn--pypal-4ve.example/"),
    );
}

#[test]
fn what_is_no_plain_absolute_url_is_refused() {
    for url in [
        "",
        "x",
        "/p/1",
        "//evil.example/",
        "?x",
        "#x",
        "https:",
        "https://",
        "https:///evil.example/",
        "https:evil.example",
        "https:/evil.example",
        "https:\\evil.example",
        "https:\\\\evil.example\\",
        "https://pay.example\\@evil.example/",
        "ht\ttps://evil.example/",
        "https://evil\n.example/",
        "java\nscript://evil.example/%0aalert(1)",
        " https://pay.example/",
        "https://pay.example/ ",
        "\u{1}https://pay.example/",
        "https://pay.example/\u{7f}",
        "https://pesapal.com@evil.example/",
        "https://user:pw@pay.example/",
        "https://:pw@pay.example/",
        "https://@pay.example/",
        "https://:@pay.example/",
        "https://pay example/",
        "https://pay.example:99999/",
        "https://[::1/",
        "https://exa%00mple/",
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "mailto:x@y.z",
        "blob:https://pay.example/uuid",
        "about:blank",
        "view-source:https://pay.example/",
    ] {
        check(url, true, &[], Err(UrlProblem::NotAUrl));
    }
}

#[test]
fn schemes_other_than_https_are_refused() {
    for url in [
        "javascript://pay.example/%0aalert(1)",
        "http://pay.example/",
        "ftp://pay.example/",
        "file:///etc/passwd",
        "ws://pay.example/",
        "intent://pay.example/",
        "custom://pay.example/",
    ] {
        let expected = if url.contains(":///") {
            UrlProblem::NotAUrl
        } else {
            UrlProblem::Insecure
        };
        check(url, true, &[], Err(expected));
    }
}

#[test]
fn http_is_for_loopback_pages_and_loopback_hosts_only() {
    for url in [
        "http://localhost:9000/p",
        "http://127.0.0.1:9000/p",
        "http://127.8.9.1/p",
        "http://[::1]:9000/p",
        "http://shop.localhost/p",
    ] {
        check(url, true, &[], Ok(url));
        check(url, false, &[], Err(UrlProblem::Insecure));
    }
    // The browser writes these as 127.0.0.1.
    for url in [
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
    ] {
        check(url, true, &[], Ok("http://127.0.0.1/"));
    }
    for url in [
        "http://localhost.evil.example/",
        "http://127.0.0.1.evil.example/",
        "http://evil-localhost/",
        "http://localhost./",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/",
    ] {
        check(url, true, &[], Err(UrlProblem::Insecure));
    }
}

#[test]
fn origins_that_the_shop_names_are_compared_exactly() {
    let allowed = ["https://pesapal.com", "https://pay.example:8443"];
    for (url, href) in [
        ("https://pesapal.com/x", "https://pesapal.com/x"),
        ("https://pesapal.com:443/x", "https://pesapal.com/x"),
        ("https://PESAPAL.com/x", "https://pesapal.com/x"),
        ("https://pesapal%2ecom/x", "https://pesapal.com/x"),
        ("https://pay.example:8443/", "https://pay.example:8443/"),
    ] {
        check(url, false, &allowed, Ok(href));
    }
    for url in [
        "https://pesapal.com.evil.example/",
        "https://www.pesapal.com/",
        "https://pesapal.com:8443/",
        "https://pesapal.com./",
        "https://evilpesapal.com/",
        "https://pay.example/",
        "https://pesapal.co/",
        "https://pesаpal.com/",
        "https://evil.example/?https://pesapal.com",
        "https://evil.example/#https://pesapal.com",
    ] {
        check(url, false, &allowed, Err(UrlProblem::ForeignOrigin));
    }
    check(
        "http://pesapal.com/",
        false,
        &allowed,
        Err(UrlProblem::Insecure),
    );
}

#[test]
fn a_url_of_100_kb_is_judged_like_any_other() {
    let url = format!("https://pay.example/{}", "x".repeat(100_000));
    check(&url, false, &[], Ok(&url));
    let user = format!("https://{}@evil.example/", "x".repeat(100_000));
    check(&user, false, &[], Err(UrlProblem::NotAUrl));
}

#[test]
fn loopback_is_this_machine_and_nothing_else() {
    for host in [
        "localhost",
        "a.localhost",
        "127.0.0.1",
        "127.255.255.254",
        "[::1]",
    ] {
        assert!(is_loopback(host), "{host}");
    }
    for host in [
        "",
        "local",
        "localhost.example",
        "xlocalhost",
        "128.0.0.1",
        "127.a",
        "127.0.0.1.x",
        "[::2]",
        "::1",
    ] {
        assert!(!is_loopback(host), "{host}");
    }
}

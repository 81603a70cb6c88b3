//! The table `[jopay]`.

use malipo_server::config::Config;

use crate::config::{GOOD, commented};

/// The table `[jopay]` with these lines instead of, or beside, its own.
#[track_caller]
fn check_jopay(mode: &str, change: &str, expected: &[&str]) {
    let good = r#"
        jopay.api_key = "jo_test_CANARY"
        jopay.merchant_id = "33333333-3333-4333-8333-333333333333"
        jopay.webhook_secret = "CA0A5100112233445566778899aabbccddeeff00112233445566778899aabbcc"
    "#;
    let name = change.split(' ').next().unwrap();
    let kept: Vec<&str> = good
        .lines()
        .chain(GOOD.lines())
        .filter(|it| it.trim().split(' ').next().unwrap() != name)
        .filter(|it| !it.trim().starts_with("joyndpay."))
        .collect();
    let change = if change.ends_with('=') { "" } else { change };
    let text = format!("{}\n{change}\n", kept.join("\n"))
        .replace("mode = \"sandbox\"", &format!("mode = \"{mode}\""))
        .replace("http://127.0.0.1:8787", "https://pay.shop.example");
    let problems = Config::read(&text, []).map_or_else(|it| it, |_| Vec::new());
    let paths: Vec<_> = problems.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(paths, expected, "{change}: {problems:?}");
    for problem in problems {
        let text = problem.to_string();
        assert!(text.contains("accepted"), "{text}");
        assert!(
            !text.contains("CANARY") && !text.contains("CA0A51"),
            "{text}"
        );
    }
}

#[test]
fn jopays_table_is_checked_key_by_key() {
    for change in [
        "",
        "jopay.merchant_id = \"ABCDEF33-3333-4333-8333-333333333333\"",
        "jopay.webhook_secret_next = \"ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100\"",
        "jopay.webhook_key_encoding = \"hex\"",
        "jopay.webhook_tolerance_s = 1",
        "jopay.payment_mode = \"invoice\"",
        "jopay.attached_grace_s = 60",
        "jopay.base_url = \"https://slug.jopay.app/api/v1/\"",
        "jopay.checkout_origin = \"https://pay.example\"",
        "jopay.calls_per_minute = 10",
    ] {
        check_jopay("sandbox", change, &[]);
    }
    check_jopay("live", "jopay.api_key = \"jo_live_CANARY\"", &[]);
    check_jopay("live", "", &["jopay.api_key"]);
    for bad in ["jo_live_CANARY", "jo_test CANARY", "sk_live_CANARY", ""] {
        let change = format!("jopay.api_key = \"{bad}\"");
        check_jopay("sandbox", &change, &["jopay.api_key"]);
    }
    for (change, path) in [
        ("jopay.api_key =", "jopay.api_key"),
        ("jopay.merchant_id =", "jopay.merchant_id"),
        ("jopay.merchant_id = \"mrc_1\"", "jopay.merchant_id"),
        (
            "jopay.merchant_id = \"33333333333343338333333333333333\"",
            "jopay.merchant_id",
        ),
        ("jopay.webhook_secret =", "jopay.webhook_secret"),
        ("jopay.webhook_secret = \"CANARY\"", "jopay.webhook_secret"),
        (
            "jopay.webhook_secret_next = \"CANARY\"",
            "jopay.webhook_secret_next",
        ),
        (
            "jopay.webhook_key_encoding = \"base64\"",
            "jopay.webhook_key_encoding",
        ),
        ("jopay.webhook_tolerance_s = 0", "jopay.webhook_tolerance_s"),
        ("jopay.payment_mode = \"POS\"", "jopay.payment_mode"),
        ("jopay.attached_grace_s = 1", "jopay.attached_grace_s"),
        (
            "jopay.base_url = \"https://admin.jopay.app\"",
            "jopay.base_url",
        ),
        (
            "jopay.base_url = \"http://admin.jopay.app/api/v1\"",
            "jopay.base_url",
        ),
        (
            "jopay.checkout_origin = \"pay.jopay.app\"",
            "jopay.checkout_origin",
        ),
        ("jopay.calls_per_minute = 0", "jopay.calls_per_minute"),
        ("jopay.public_key = \"CANARY\"", "jopay.public_key"),
    ] {
        check_jopay("sandbox", change, &[path]);
    }
}

#[test]
fn several_providers_need_a_word_which_one_is_meant() {
    let jopay = "jopay.api_key = \"jo_test_x\"\njopay.merchant_id = \"33333333-3333-4333-8333-333333333333\"\n\
        jopay.webhook_secret = \"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"";
    let problems = Config::read(&format!("{jopay}\n{GOOD}"), []).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].path, "provider");
    for (wanted, default) in [
        ("jopay", Some("jopay")),
        ("joyndpay", Some("joyndpay")),
        ("jenga", None),
    ] {
        let text = format!("provider = \"{wanted}\"\n{jopay}\n{GOOD}");
        let seen = Config::read(&text, []).map(|it| it.providers.default).ok();
        assert_eq!(seen, default, "{wanted}");
    }
}

#[test]
fn jopays_part_of_the_example_is_good_and_names_the_defaults() {
    let jopay = commented("jopay");
    assert_eq!(jopay.lines().count(), 13, "{jopay}");
    let text = format!("provider = \"jopay\"\n{jopay}\n{GOOD}");
    let config = Config::read(&text, []).unwrap_or_else(|it| panic!("{it:?}"));
    let full = config.providers.jopay.unwrap();
    assert_eq!(full.webhook_secrets.len(), 2);
    let least: String = jopay.lines().take(3).map(|it| format!("{it}\n")).collect();
    let text = format!("provider = \"jopay\"\n{least}\n{GOOD}");
    let config = Config::read(&text, []).unwrap_or_else(|it| panic!("{it:?}"));
    let mut plain = config.providers.jopay.unwrap();
    plain.webhook_secrets = full.webhook_secrets.clone();
    assert_eq!(format!("{full:?}"), format!("{plain:?}"));
}

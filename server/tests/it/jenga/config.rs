//! What is wrong with `[jenga]` is named, and no secret of it is shown.

use malipo_server::config::Config;

use super::text;

#[track_caller]
fn check(more: &str, path: &str, words: &str) {
    let problems = Config::read(&text(more), []).unwrap_err();
    let found = problems.iter().find(|it| it.path == path);
    let found = found.unwrap_or_else(|| panic!("{problems:?}"));
    assert!(found.text.contains(words), "{found}");
    assert!(!format!("{problems:?}").contains("CANARY"), "{problems:?}");
}

#[test]
fn bad_keys_are_named_with_what_is_accepted() {
    check(
        "jenga.country_code = \"Kenya\"",
        "jenga.country_code",
        "two capital letters",
    );
    check(
        "jenga.sale_type = \"GIFT\"",
        "jenga.sale_type",
        "\"PRODUCT\" or \"SERVICE\"",
    );
    check("jenga.link_days = 400", "jenga.link_days", "0 to 365");
    for template in [
        "https://host/link",
        "not a url {paymentLinkRef}",
        "https://h/{paymentLinkRef}/{paymentLinkRef}",
    ] {
        let line = format!("jenga.link_url_template = \"{template}\"");
        check(&line, "jenga.link_url_template", "{paymentLinkRef}");
    }
}

#[test]
fn a_key_file_that_holds_no_key_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.pem");
    std::fs::write(&file, "-----BEGIN NOTHING-----").unwrap();
    for (path, words) in [
        (file.to_str().unwrap(), "no private key in PEM"),
        ("/nowhere/key.pem", "cannot be read"),
    ] {
        let env = [("MALIPO_JENGA__PRIVATE_KEY_FILE".to_owned(), path.to_owned())];
        let problems = Config::read(&text(""), env).unwrap_err();
        assert_eq!(problems[0].path, "jenga.private_key_file");
        assert!(problems[0].text.contains(words), "{problems:?}");
    }
}

#[test]
fn live_mode_does_not_call_the_test_host() {
    let live =
        text("jenga.base_url = \"https://uat.finserve.africa\"").replace("\"sandbox\"", "\"live\"");
    let problems = Config::read(&live, []).unwrap_err();
    assert!(
        problems.iter().any(|it| it.path == "jenga.base_url"),
        "{problems:?}"
    );
    let live = text("").replace("\"sandbox\"", "\"live\"");
    let config = Config::read(&live, []).unwrap_or_else(|it| panic!("{it:?}"));
    let jenga = config.providers.jenga.unwrap();
    assert_eq!(jenga.base_url, "https://api.finserve.africa");
}

#[test]
fn no_secret_is_shown() {
    let config = Config::read(&text(""), []).unwrap();
    let shown = format!("{config:?} {}", config.summary());
    assert!(
        !shown.contains("CANARY") && !shown.contains("PRIVATE"),
        "{shown}"
    );
}

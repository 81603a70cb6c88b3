//! What is wrong with a configuration is named, all at once, and no secret is shown.

use malipo_server::config::Config;

pub(crate) const GOOD: &str = r#"
    shop = "demo"
    mode = "sandbox"
    public_url = "http://127.0.0.1:8787"
    shop_origins = ["http://127.0.0.1:8000"]
    quote.key = "0123456789abcdef0123456789abcdef"
    joyndpay.public_key = "PUBLIC-CANARY"
    joyndpay.secret_key = "SECRET-CANARY"
"#;

/// `GOOD` with a line more (or instead of the line of the same key) has exactly these keys wrong.
#[track_caller]
fn check(change: &str, expected: &[&str]) {
    let name = change.split('=').next().unwrap().trim();
    let kept: Vec<&str> = GOOD
        .lines()
        .filter(|it| it.split('=').next().unwrap().trim() != name)
        .collect();
    let added = if change.ends_with('=') { "" } else { change };
    // Tables last: what follows a table's head is in it.
    let text = format!("{}\n{added}\n", kept.join("\n"));
    let mut seen = match Config::read(&text, []) {
        Ok(_) => Vec::new(),
        Err(problems) => problems,
    };
    seen.sort_by(|a, b| a.path.cmp(&b.path));
    let paths: Vec<_> = seen.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(paths, expected, "{change}: {seen:?}");
    for problem in &seen {
        let text = problem.to_string();
        assert!(
            text.contains("accepted") || text.contains("missing") || text.contains("TOML"),
            "{text}"
        );
        assert!(!text.contains("CANARY"), "{text}");
    }
}

#[test]
fn good_values_are_taken() {
    for change in [
        "",
        "listen = \"[::1]:0\"",
        "shop_origins = [\"https://shop.example\", \"http://localhost:8000\", \"https://a.example:8443\"]",
        "public_url = \"https://pay.example/prefix/\"",
        "allow_client_amounts = true",
        "limits.streams = 1",
        "limits.trusted_proxies = [\"10.0.0.1\", \"::1\"]",
        "log.level = \"trace\"",
        "cors = {}",
        "catalogue.tea = { name = \"Tea\", amount = \"1250.50\", currency = \"KES\" }",
    ] {
        check(change, &[]);
    }
}

#[test]
fn bad_values_are_named_with_their_path() {
    check("shop =", &["shop"]);
    check("shop = \"a b\"", &["shop"]);
    check("mode =", &["mode"]);
    check("mode = \"test\"", &["mode"]);
    check("listen = \"8787\"", &["listen"]);
    check("public_url =", &["public_url"]);
    for bad in [
        "http://pay.example",
        "ftp://x",
        "x",
        "https://u:p@x.example",
        "https://x.example/?a",
        "https://x.example/#a",
    ] {
        check(&format!("public_url = \"{bad}\""), &["public_url"]);
    }
    check("shop_origins =", &["shop_origins"]);
    check("shop_origins = []", &["shop_origins"]);
    check("shop_origins = \"https://shop.example\"", &["shop_origins"]);
    for bad in [
        "https://shop.example/",
        "https://shop.example/x",
        "https://Shop.example",
        "https://shop.example:443",
        "http://shop.example",
        "*",
        "null",
        "shop.example",
    ] {
        check(
            &format!("shop_origins = [\"https://ok.example\", \"{bad}\"]"),
            &["shop_origins[1]"],
        );
    }
    check("allow_client_amounts = \"yes\"", &["allow_client_amounts"]);
    check("widget_dir = \"/does/not/exist\"", &["widget_dir"]);
    check("cors.allow_headers = [\"a b\"]", &["cors.allow_headers[0]"]);
    check("quote.key = \"CANARY-too-short\"", &["quote.key"]);
    check("quote.key =", &["quote.key"]);
    check("shop_api.key = \"CANARY\"", &["shop_api.key"]);
    check("admin.token = \"CANARY\"", &["admin.token"]);
    check("admin.token = 5", &["admin.token"]);
    check("admin.key = \"CANARY\"", &["admin.key"]);
    check("joyndpay.public_key =", &["joyndpay.public_key"]);
    check(
        "joyndpay.secret_key = \"CANARY with spaces\"",
        &["joyndpay.secret_key"],
    );
    check("joyndpay.secret_key = 5", &["joyndpay.secret_key"]);
    check(
        "joyndpay.base_url = \"http://joyndpay.com/api\"",
        &["joyndpay.base_url"],
    );
    check(
        "joyndpay.checkout_origin = \"https://joyndpay.com/\"",
        &["joyndpay.checkout_origin"],
    );
    check("joyndpay.timeout_ms = 60000", &["joyndpay.timeout_ms"]);
    check("limits.streams = 0", &["limits.streams"]);
    check("limits.streams = -1", &["limits.streams"]);
    check(
        "limits.trusted_proxies = [\"proxy\"]",
        &["limits.trusted_proxies[0]"],
    );
    check("log.level = \"loud\"", &["log.level"]);
    check("log.format = \"xml\"", &["log.format"]);
    check(
        "catalogue.tea = { name = \"Tea\", amount = \"1.5\", currency = \"UGX\" }",
        &["catalogue.tea.amount"],
    );
    check(
        "catalogue.tea = { name = \"Tea\", amount = 25000, currency = \"UGX\" }",
        &["catalogue.tea.amount"],
    );
    check(
        "catalogue.tea = { name = \"Tea\", amount = \"0\", currency = \"UGX\" }",
        &["catalogue.tea.amount"],
    );
    check(
        "catalogue.tea = { name = \"Tea\", amount = \"1\", currency = \"KSH\" }",
        &["catalogue.tea.currency"],
    );
    check(
        "catalogue.tea = { amount = \"1\", currency = \"KES\", price = \"1\" }",
        &["catalogue.tea.name", "catalogue.tea.price"],
    );
    for good in [
        "store = { postgres = \"postgres://me:CANARY@db.example/shop\", connections = 20, statement_timeout_ms = 900 }",
        "store.postgres = \"postgresql://me@db1.example,db2.example:5433/shop?sslmode=verify-full&connect_timeout=3\"",
        "store.postgres = \"postgres://me@%2Frun%2Fpostgresql/shop?sslmode=disable&sslrootcert=/a+b.pem\"",
        "store = {}",
    ] {
        check(good, &[]);
    }
    for bad in [
        "mysql://me:CANARY@db.example/shop",
        "postgres://me:CANARY@db.example",
        "postgres://me:CANARY@/shop",
        "postgres://me:CANARY@db.example:port/shop",
        "postgres://me:CANARY@db.example/shop?sslmode=prefer",
        "postgres://me:CANARY@db.example/shop?sslcert=CANARY",
        "postgres://me:CANARY@db.example/shop?CANARY=1",
        // A password whose special characters are not encoded.
        "postgres://me:CAN@CANARY?CANARY/shop",
        "",
    ] {
        check(&format!("store.postgres = \"{bad}\""), &["store.postgres"]);
    }
    check(
        "store = { postgres = \"postgres://me:CANARY@db.example/shop\", sqlite = \"x\" }",
        &["store"],
    );
    check("store.connections = 5", &["store.connections"]);
    check(
        "store = { sqlite = \"x\", statement_timeout_ms = 5000 }",
        &["store.statement_timeout_ms"],
    );
    check(
        "store = { postgres = \"postgres://me@db.example/shop\", connections = 0 }",
        &["store.connections"],
    );
    check("typo = 1", &["typo"]);
    check("joyndpay.secrets = 1", &["joyndpay.secrets"]);
    check("stroe = {}", &["stroe"]);
    check("= CANARY", &[""]);
}

#[test]
fn live_mode_takes_no_shortcuts() {
    let text = GOOD
        .replace("sandbox", "live")
        .replace("joyndpay.public_key", "allow_client_amounts = true\njoyndpay.base_url = \"http://127.0.0.1:1/api\"\njoyndpay.public_key");
    let problems = Config::read(&text, []).unwrap_err();
    let paths: Vec<_> = problems.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(
        paths,
        ["public_url", "allow_client_amounts", "joyndpay.base_url"]
    );
}

#[test]
fn the_environment_wins_and_its_slips_are_named() {
    let env = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let config = Config::read(
        GOOD,
        [
            env("MALIPO_SHOP", "other"),
            env(
                "MALIPO_SHOP_ORIGINS",
                "https://a.example, https://b.example",
            ),
            env("MALIPO_LIMITS__STREAMS", "7"),
            env("MALIPO_CORS__CREDENTIALS", "true"),
            env("MALIPO_CONFIG", "somewhere"),
            env("PATH", "/bin"),
        ],
    )
    .unwrap();
    assert_eq!(
        (
            config.shop.as_str(),
            config.limits.streams,
            config.cors.credentials
        ),
        ("other", 7, true)
    );
    assert_eq!(config.shop_origins.len(), 2);
    let problems = Config::read(
        GOOD,
        [
            env("MALIPO_JOYNDPAY__SECERT_KEY", "CANARY"),
            env("MALIPO_LIMITS__STREAMS", "many"),
        ],
    )
    .unwrap_err();
    let text = format!("{problems:?}");
    assert!(
        text.contains("MALIPO_JOYNDPAY__SECERT_KEY") && text.contains("limits.streams"),
        "{text}"
    );
    assert!(!text.contains("CANARY"), "{text}");
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let problems = Config::read("shop = 1\nfoo = 2\n", []).unwrap_err();
    let paths: Vec<_> = problems.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "mode",
            "shop",
            "public_url",
            "shop_origins",
            "provider",
            "foo"
        ]
    );
    let problems = Config::read("joyndpay.timeout_ms = 5", []).unwrap_err();
    let paths: Vec<_> = problems.iter().map(|it| it.path.as_str()).collect();
    let expected = [
        "joyndpay.public_key",
        "joyndpay.secret_key",
        "joyndpay.timeout_ms",
    ];
    assert!(paths.ends_with(&expected), "{paths:?}");
}

#[test]
fn a_key_that_sets_prices_and_keys_that_read_orders_are_not_one() {
    let same = "fedcba9876543210fedcba9876543210";
    for (keys, path) in [
        (
            ["MALIPO_SHOP_API__KEY", "MALIPO_QUOTE__KEY"],
            "shop_api.key",
        ),
        (["MALIPO_ADMIN__TOKEN", "MALIPO_QUOTE__KEY"], "admin.token"),
        (
            ["MALIPO_ADMIN__TOKEN", "MALIPO_SHOP_API__KEY"],
            "admin.token",
        ),
    ] {
        let env = keys.map(|it| (it.to_owned(), same.to_owned()));
        let problems = Config::read(GOOD, env).unwrap_err();
        assert_eq!(problems[0].path, path);
        assert!(
            !format!("{problems:?}").contains("fedcba9876"),
            "{problems:?}"
        );
    }
}

#[test]
fn the_example_is_a_good_configuration_with_every_key() {
    let text = include_str!("../../malipo.example.toml");
    let config = Config::read(text, []).unwrap_or_else(|it| panic!("{it:?}"));
    assert_eq!(config.audience(), "demo-shop:sandbox");
    assert_eq!(config.catalogue.len(), 2);
    // The defaults that it names are the defaults.
    let plain = Config::read(GOOD, []).unwrap();
    assert_eq!(
        format!("{:?}", config.limits),
        format!("{:?}", plain.limits)
    );
    let joyndpay = config.providers.joyndpay.unwrap();
    let plain = plain.providers.joyndpay.unwrap();
    assert_eq!(joyndpay.base_url, plain.base_url);
    assert_eq!(joyndpay.calling.timeout_ms, plain.calling.timeout_ms);
}

#[test]
fn the_documentations_whole_configurations_are_good_as_they_stand() {
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/docs");
    let markdown = std::fs::read_dir(pages)
        .unwrap()
        .map(|it| it.unwrap().path())
        .filter(|it| it.extension().is_some_and(|it| it == "md"))
        .map(|it| std::fs::read_to_string(it).unwrap());
    let mut found = 0;
    for page in markdown {
        for fence in page.split("```toml\n").skip(1) {
            // Here, pkg/ may not be built.
            let folder = concat!("\"", env!("CARGO_MANIFEST_DIR"), "\"");
            let text = &fence
                .split("```")
                .next()
                .unwrap()
                .replace("\"pkg\"", folder);
            if text.starts_with("shop = ") {
                Config::read(text, []).unwrap_or_else(|it| panic!("{it:?} in {text}"));
                found += 1;
            }
        }
    }
    assert!(0 < found, "the quick start has one");
}

/// The keys of a table that stands in the example as a comment.
pub(crate) fn commented(table: &str) -> String {
    let text = include_str!("../../malipo.example.toml");
    let head = format!("# [{table}]");
    text.lines()
        .skip_while(|it| *it != head)
        .skip(1)
        .take_while(|it| !it.is_empty())
        .filter_map(|it| it.strip_prefix("# "))
        .filter(|it| {
            it.split_once(" = ")
                .is_some_and(|(name, _)| !name.contains(' '))
        })
        .map(|it| format!("{table}.{it}\n"))
        .collect()
}

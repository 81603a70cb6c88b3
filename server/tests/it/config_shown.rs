//! What is shown of a configuration: no secret, and of a database only where it is.

use malipo_server::config::Config;

use crate::config::GOOD;

#[test]
fn no_secret_is_shown() {
    let token = ("MALIPO_ADMIN__TOKEN", "CANARY-CANARY-CANARY");
    let config = Config::read(GOOD, [(token.0.to_owned(), token.1.to_owned())]).unwrap();
    let shown = format!("{config:?} {}", config.summary());
    assert!(shown.contains("admin.token: set"), "{shown}");
    assert!(
        !shown.contains("CANARY") && !shown.contains("0123456789abcdef"),
        "{shown}"
    );
}

#[test]
fn of_a_database_only_host_and_name_are_shown() {
    for (url, expected) in [
        (
            "postgres://USER:CANARY@db.example/shop",
            "db.example:5432/shop (TLS, 10 connections, statements within 5000 ms)",
        ),
        (
            "postgres://USER:CA%40NARY@a.example:1,b.example:2/shop?sslmode=disable",
            "a.example:1,b.example:2/shop (no TLS,",
        ),
        // Without a word about it: encrypted, but on this machine.
        (
            "postgres://USER@127.0.0.1/shop",
            "127.0.0.1:5432/shop (no TLS,",
        ),
        (
            "postgres://USER@localhost:1/shop?sslmode=require",
            "localhost:1/shop (TLS,",
        ),
        ("postgres://USER@%2Frun%2Fpg/shop", "/run/pg/shop (no TLS,"),
    ] {
        let env = ("MALIPO_STORE__POSTGRES".to_owned(), url.to_owned());
        let config = Config::read(GOOD, [env]).unwrap_or_else(|it| panic!("{it:?}"));
        let summary = config.summary();
        assert!(
            summary.contains(&format!("store.postgres: {expected}")),
            "{summary}"
        );
        let shown = format!("{summary} {config:?}");
        assert!(
            !shown.contains("CANARY") && !shown.contains("USER"),
            "{shown}"
        );
    }
}

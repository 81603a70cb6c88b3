//! The demo shop as `make demo` starts it.

use std::collections::HashMap;
use std::time::Duration;

use malipo_e2e::process::{Process, program, project};
use malipo_e2e::wait::until;

/// SIGKILL leaves a program no time to stop what it started.
#[test]
fn a_killed_demo_leaves_neither_backend_nor_sandbox_behind() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let widget = std::env::var("MALIPO_PKG_DIR")
            .unwrap_or_else(|_| project().join("pkg").display().to_string());
        let args = ["--widget", &widget];
        let mut demo = Process::start(
            "malipo-demo",
            program("malipo-demo"),
            &args,
            &HashMap::new(),
        );
        let shop = format!("http://{}", demo.says("    http://").await.trim());
        let page = reqwest::get(&shop).await.unwrap().text().await.unwrap();
        let page = page.replace("&#x2f;", "/");
        let found = |before: &str, after: char| {
            let (_, rest) = page.split_once(before).unwrap();
            rest.split_once(after).unwrap().0.to_owned()
        };
        let backend = format!("{}/healthz", found("data-backend=\"", '"'));
        let port = found("href=\"http://localhost:", '/');
        let sandbox = format!("http://localhost:{port}/sandbox/ledger");
        for url in [&backend, &sandbox] {
            assert_eq!(reqwest::get(url).await.unwrap().status(), 200, "{url}");
        }

        demo.stop().await;
        for url in [&backend, &sandbox] {
            let gone = until(Duration::from_secs(30), async || {
                reqwest::get(url)
                    .await
                    .is_err_and(|it| it.is_connect())
                    .then_some(())
            });
            assert!(gone.await.is_some(), "{url} is still served");
        }
    });
}

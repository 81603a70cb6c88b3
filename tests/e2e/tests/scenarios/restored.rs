//! A browser that dies, and is started again with the tabs that it had.

use std::path::Path;
use std::time::Duration;

use malipo_e2e::browser::{Browser, Kind, Options};
use malipo_e2e::record::{Ending, Record, test_name};
use malipo_e2e::shop::{Button, Shop, furnish, page};
use malipo_e2e::stack::Stack;
use malipo_e2e::wait::{now, until};
use tempfile::TempDir;

const ORDER: &str = "ORDER-2110";

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_was_killed_and_restores_its_tabs_goes_on_with_the_payment() {
    let (kind, began) = (Kind::of_this_run(), now());
    let mut record = Record {
        test: test_name(),
        ending: Ending::NotShown("its driver starts no browser that restores a session".into()),
        saw: Vec::new(),
        took: Duration::ZERO,
    };
    if kind == Kind::Chromium {
        goes_on_after_a_kill().await;
        record.ending = Ending::Passed;
        record.took = now() - began;
    }
    record.keep(kind);
}

async fn goes_on_after_a_kill() {
    let stack = Stack::start(false).await;
    furnish(&stack.shop);
    let button = Button::for_order(ORDER).with("mode", "link");
    stack.shop.page("/shop", page(&button.html()));
    let profile = TempDir::with_prefix("malipo-profile-").unwrap();
    let browser = Browser::start(&options(profile.path(), &[])).await;
    let url = format!("{}/shop", stack.shop.origin());
    let shop = Shop(browser.open(&url).await);
    shop.press().await;
    shop.part("link").await;
    // Browsers write down what they will restore when they find the time.
    let kept = until(Duration::from_secs(60), async || {
        let default = profile.path().join("Default");
        let has = |folder: &str, text: &str| holds(&default.join(folder), text);
        (has("Session Storage", ORDER) && has("Sessions", &url)).then_some(())
    });
    assert!(kept.await.is_some(), "the browser kept no session");
    browser.crash().await;

    let again = Browser::start(&options(profile.path(), &["--restore-last-session"])).await;
    let restored = until(Duration::from_secs(30), async || {
        for tab in again.tabs().await {
            if tab.url().await == url {
                return Some(Shop(tab));
            }
        }
        None
    });
    let shop = restored.await.unwrap();
    shop.becomes("waiting").await;
    stack.settle("succeed").await;
    assert_eq!(shop.event("pay-success").await["resumed"], true);
    assert_eq!(stack.shop.count("/pay/initiate"), 1);
    again.quit().await;
}

fn options(profile: &Path, more: &[&str]) -> Options {
    let mut options = Options::of(Kind::Chromium);
    let folder = format!("--user-data-dir={}", profile.display());
    options.arguments.push(folder);
    options
        .arguments
        .extend(more.iter().map(|it| (*it).to_owned()));
    options
}

/// Whether a file in this folder holds a text, in one byte a character or in two.
fn holds(folder: &Path, text: &str) -> bool {
    let wide: Vec<u8> = text.bytes().flat_map(|it| [it, 0]).collect();
    let Ok(files) = std::fs::read_dir(folder) else {
        return false;
    };
    let contents = files.filter_map(|it| std::fs::read(it.ok()?.path()).ok());
    let found = |all: &[u8], wanted: &[u8]| all.windows(wanted.len()).any(|it| it == wanted);
    contents
        .into_iter()
        .any(|it| found(&it, text.as_bytes()) || found(&it, &wide))
}

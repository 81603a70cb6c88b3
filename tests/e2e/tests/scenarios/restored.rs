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
    if kind != Kind::WebKit {
        // What a run that breaks off here leaves behind.
        record.ending = Ending::Failed;
        record.keep(kind);
        goes_on_after_a_kill(kind).await;
        record.ending = Ending::Passed;
        record.took = now() - began;
    }
    record.keep(kind);
}

async fn goes_on_after_a_kill(kind: Kind) {
    let stack = Stack::start(false).await;
    furnish(&stack.shop);
    let button = Button::for_order(ORDER).with("mode", "link");
    stack.shop.page("/shop", page(&button.html()));
    let profile = TempDir::with_prefix("malipo-profile-").unwrap();
    let browser = Browser::start(&options(kind, profile.path())).await;
    let url = format!("{}/shop", stack.shop.origin());
    let shop = Shop(browser.open(&url).await);
    shop.press().await;
    shop.part("link").await;
    writes_its_session_down(&browser, profile.path(), &url).await;
    browser.crash().await;

    let mut again = options(kind, profile.path());
    if kind == Kind::Chromium {
        // As if the shopper had pressed "Restore": a profile that says that it crashed is offered its tabs, and not given them, whatever the command line says.
        // It says so once its settings are on the disk, 10 s after the start.
        again = again.preferring(kind, "profile.exit_type", "Normal");
        again.arguments.push("--restore-last-session".into());
    }
    let again = Browser::start(&again).await;
    let mut found = Vec::new();
    let restored = until(Duration::from_secs(60), async || {
        found.clear();
        for tab in again.tabs().await {
            found.push(tab.url().await);
            if found.last() == Some(&url) {
                return Some(Shop(tab));
            }
        }
        None
    });
    let restored = restored.await;
    assert!(restored.is_some(), "restored: {found:?}");
    let shop = restored.unwrap();
    shop.becomes("waiting").await;
    stack.settle("succeed").await;
    assert_eq!(shop.event("pay-success").await["resumed"], true);
    assert_eq!(stack.shop.count("/pay/initiate"), 1);
    again.quit().await;
}

fn options(kind: Kind, profile: &Path) -> Options {
    let mut options = Options::of(kind)
        .open_to_tests()
        .preferring(Kind::Firefox, "browser.startup.page", 3)
        .preferring(
            Kind::Firefox,
            "browser.sessionstore.resume_from_crash",
            true,
        )
        .preferring(
            Kind::Firefox,
            "browser.sessionstore.max_resumed_crashes",
            -1,
        )
        // As if the shopper had looked at the tab.
        .preferring(
            Kind::Firefox,
            "browser.sessionstore.restore_on_demand",
            false,
        )
        .preferring(Kind::Firefox, "toolkit.startup.max_resumed_crashes", -1);
    let folder = profile.display().to_string();
    options.arguments.extend(match kind {
        Kind::Firefox => vec!["-profile".into(), folder],
        Kind::Chromium | Kind::WebKit => vec![format!("--user-data-dir={folder}")],
    });
    options
}

/// Browsers write down what they will restore when they find the time; Firefox, every 15 s, can be asked to.
async fn writes_its_session_down(browser: &Browser, profile: &Path, url: &str) {
    if browser.kind() == Kind::Firefox {
        browser.in_itself(SAVE).await;
        return;
    }
    let kept = until(Duration::from_secs(60), async || {
        let default = profile.join("Default");
        let has = |folder: &str, text: &str| holds(&default.join(folder), text);
        (has("Session Storage", ORDER) && has("Sessions", url)).then_some(())
    });
    assert!(kept.await.is_some(), "the browser kept no session");
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

const SAVE: &str = r#"
const at = (name) => ChromeUtils.importESModule(`resource:///modules/sessionstore/${name}.sys.mjs`)[name];
for (const it of Services.wm.getEnumerator("navigator:browser")) await at("TabStateFlusher").flushWindow(it);
await at("SessionSaver").run();
return 0;
"#;

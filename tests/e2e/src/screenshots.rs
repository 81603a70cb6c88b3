//! The pictures in `docs/screenshots`: the demo shop on a desktop and on a phone, light and dark, and every state.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::browser::{Browser, Options};
use crate::checkout::Checkout;
use crate::process::{Process, program, project};
use crate::tab::Tab;
use crate::wait::{now, until};

/// Takes all of them.
///
/// # Panics
/// If the demo does not start, a page does not come to what it shows, or a picture is larger than a page should load.
pub async fn take() {
    let widget = std::env::var("MALIPO_PKG_DIR")
        .unwrap_or_else(|_| project().join("pkg").display().to_string());
    let mut demo = Process::start(
        "malipo-demo",
        program("malipo-demo"),
        &["--widget", &widget],
        &HashMap::new(),
    );
    let shop = format!("http://{}", demo.says("    http://").await.trim());
    let browser = Browser::start(&Options::default()).await;
    let folder = project().join("docs/screenshots");
    let album = Album { folder, shop };
    album.states(&browser).await;
    album.shop(&browser).await;
    browser.quit().await;
    demo.stop().await;
}

struct Album {
    folder: PathBuf,
    shop: String,
}

impl Album {
    /// One picture a state, with its four cells: light and dark, wide and narrow.
    async fn states(&self, browser: &Browser) {
        let tab = browser.open("about:blank").await;
        screen(&tab, 1600, 1000, false).await;
        let mut ids = vec!["idle".to_owned()];
        let mut number = 0;
        // One scene at a time: all of them together are a hundred buttons that spin and ask.
        while let Some(id) = ids.get(number).cloned() {
            browser
                .open(&format!("{}states.html?only={id}", self.shop))
                .await;
            let ready = until(Duration::from_secs(30), async || {
                tab.script(
                    "return document.documentElement.dataset.scenes ?? null",
                    vec![],
                )
                .await
                .as_str()
                .map(str::to_owned)
            });
            assert_eq!(ready.await.as_deref(), Some("ready"), "{id}");
            if number == 0 {
                ids = all_scenes(&tab).await;
            }
            settles(&tab).await;
            let cells = tab.find(".cells").await;
            self.keep(
                &format!("states/{id}"),
                &cells.screenshot_as_png().await.unwrap(),
            );
            number += 1;
        }
    }

    /// The shop from the first look to paid.
    async fn shop(&self, browser: &Browser) {
        let tab = browser.open(&self.shop).await;
        screen(&tab, 1280, 900, false).await;
        // A click on what is still being scrolled to would hit something else.
        let at_once = "document.documentElement.style.scrollBehavior = 'auto'";
        tab.script(at_once, vec![]).await;
        for sku in ["coffee", "kitenge"] {
            tab.click(&format!("[data-add={sku}]")).await;
        }
        self.phone_and_dark(&tab, "shop-idle").await;

        screen(&tab, 1280, 900, false).await;
        press(&tab, "#basket-pay pay-button").await;
        let checkout = Checkout::reached(browser.other_tab(&[&tab]).await).await;
        self.picture(&checkout.0, "checkout").await;
        tab.show().await;
        screen(&tab, 1280, 900, false).await;
        let waiting =
            "return document.querySelector('#basket-pay pay-button').state === 'waiting' || null";
        assert!(
            until(Duration::from_secs(10), async || tab
                .script(waiting, vec![])
                .await
                .as_bool())
            .await
            .is_some()
        );
        let to_basket = "document.querySelector('.columns').scrollIntoView({ block: 'start', behavior: 'instant' })";
        tab.script(to_basket, vec![]).await;
        self.picture(&tab, "shop").await;
        self.phone_and_dark(&tab, "shop-waiting").await;

        screen(&tab, 1280, 900, false).await;
        checkout.pay().await;
        let paid =
            "return document.querySelector('#basket-pay pay-button').state === 'success' || null";
        assert!(
            until(Duration::from_secs(10), async || tab
                .script(paid, vec![])
                .await
                .as_bool())
            .await
            .is_some()
        );
        tab.show().await;
        self.picture(&tab, "shop-paid").await;
        self.phone_and_dark(&tab, "shop-paid").await;
    }

    async fn phone_and_dark(&self, tab: &Tab, name: &str) {
        screen(tab, 1280, 900, true).await;
        self.picture(tab, &format!("{name}-dark")).await;
        screen(tab, 360, 740, false).await;
        let into_view = "document.querySelector('#basket').scrollIntoView({ block: 'start', behavior: 'instant' })";
        tab.script(into_view, vec![]).await;
        self.picture(tab, &format!("{name}-phone")).await;
        screen(tab, 1280, 900, false).await;
        tab.script("scrollTo({ top: 0, behavior: 'instant' })", vec![])
            .await;
    }

    async fn picture(&self, tab: &Tab, name: &str) {
        tab.script(
            "document.documentElement.style.scrollbarWidth = 'none'",
            vec![],
        )
        .await;
        let png = tab.show().await.screenshot_as_png().await.unwrap();
        self.keep(name, &png);
    }

    fn keep(&self, name: &str, png: &[u8]) {
        assert!(png.len() < MOST_BYTES, "{name}.png has {} bytes", png.len());
        let path = self.folder.join(format!("{name}.png"));
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).unwrap();
        std::fs::write(&path, png).unwrap();
        eprintln!("{}: {} KB", path.display(), png.len() / 1000);
    }
}

/// Waits until the buttons have said the same for longer than a poll takes: what they show of an answer is there then.
async fn settles(tab: &Tab) {
    let text = "return [...document.querySelectorAll('pay-button')].map((it) => it.shadowRoot.textContent).join()";
    let mut last = (Value::Null, now());
    let settled = until(Duration::from_secs(30), async || {
        let text = tab.script(text, vec![]).await;
        if text != last.0 {
            last = (text, now());
        }
        (last.1.elapsed() > Duration::from_millis(3_500)).then_some(())
    });
    assert!(settled.await.is_some(), "the buttons do not come to rest");
}

async fn all_scenes(tab: &Tab) -> Vec<String> {
    let list = "const done = arguments[0]; import('/states-scenes.js').then(({ SCENES }) => done(SCENES.map((it) => it.id)))";
    let scenes = tab.show().await.execute_async(list, vec![]).await.unwrap();
    scenes.convert().unwrap()
}

/// A screen of this size, for as long as the browser lives.
async fn screen(tab: &Tab, width: u32, height: u32, dark: bool) {
    tab.show().await;
    let size: Value =
        json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
    tab.devtools("Emulation.setDeviceMetricsOverride", size)
        .await;
    let scheme = if dark { "dark" } else { "light" };
    tab.devtools(
        "Emulation.setEmulatedMedia",
        json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
    )
    .await;
}

async fn press(tab: &Tab, host: &str) {
    tab.show().await;
    let button = until(Duration::from_secs(10), async || {
        tab.part(host, "button").await
    })
    .await;
    button.unwrap().click().await.unwrap();
}

/// So that the documentation stays quick to load.
const MOST_BYTES: usize = 300_000;

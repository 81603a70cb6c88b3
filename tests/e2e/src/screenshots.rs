//! The pictures of the demo shop in `docs/screenshots`: on a desktop and on a phone, light and dark.
//!
//! Those of the widget's states are made and compared by `tests/look/pictures.test.mjs`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::browser::{Browser, Options};
use crate::checkout::Checkout;
use crate::process::{Process, program, project};
use crate::tab::Tab;
use crate::wait::until;

/// Takes all of them.
///
/// # Panics
/// If the demo does not start, a page does not come to what it shows, or a picture is larger than a page should load.
#[tokio::main]
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
    album.shop(&browser).await;
    browser.quit().await;
    demo.stop().await;
}

struct Album {
    folder: PathBuf,
    shop: String,
}

impl Album {
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

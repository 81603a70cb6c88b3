//! Which browser, and how it is started.

use serde_json::{Map, Value, json};

/// Which browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Chromium over chromedriver.
    #[default]
    Chromium,
    /// Firefox over geckodriver.
    Firefox,
    /// WebKitGTK's MiniBrowser over WebKitWebDriver. It needs a screen.
    WebKit,
}

impl Kind {
    /// The browser that `BROWSER` names: that of every test which does not name one itself.
    ///
    /// # Panics
    /// If it names none that is known.
    #[must_use]
    pub fn of_this_run() -> Self {
        match std::env::var("BROWSER").as_deref() {
            Err(_) | Ok("chromium") => Self::Chromium,
            Ok("firefox") => Self::Firefox,
            Ok("webkit") => Self::WebKit,
            Ok(other) => panic!("BROWSER is {other}: chromium, firefox and webkit are known"),
        }
    }

    /// As `BROWSER` names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }
}

/// How to start a browser.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which.
    pub kind: Kind,
    /// With a real window, on the display of this name (`:99`).
    pub display: Option<String>,
    /// Goes on living when its driver is stopped. Chromium only.
    pub outlives_driver: bool,
    /// Preferences by name, of the browser whose they are.
    pub preferences: Vec<(Kind, &'static str, Value)>,
    /// More of Chromium's or Firefox's own arguments.
    pub arguments: Vec<String>,
    /// What it says that it is, in place of the truth.
    pub user_agent: Option<&'static str>,
    /// As in iOS's Lockdown Mode and in Tor Browser: there is no `WebAssembly`.
    pub without_wasm: bool,
    /// Firefox's own context is open to the tests.
    pub is_open: bool,
}

impl Default for Options {
    /// The browser of this run; with a real window where the run has a screen.
    fn default() -> Self {
        Self::of(Kind::of_this_run())
    }
}

impl Options {
    /// This browser, as it is.
    #[must_use]
    pub fn of(kind: Kind) -> Self {
        let with_windows = std::env::var_os("WINDOWS").is_some() || kind == Kind::WebKit;
        Self {
            kind,
            display: std::env::var("DISPLAY").ok().filter(|_| with_windows),
            outlives_driver: false,
            preferences: Vec::new(),
            arguments: Vec::new(),
            user_agent: None,
            without_wasm: false,
            is_open: false,
        }
    }

    /// With a preference of one browser, which means nothing to the others.
    #[must_use]
    pub fn preferring(mut self, kind: Kind, name: &'static str, value: impl Into<Value>) -> Self {
        self.preferences.push((kind, name, value.into()));
        self
    }

    /// With Firefox's own context open to [`in_itself`](super::Browser::in_itself).
    #[must_use]
    pub fn open_to_tests(self) -> Self {
        Self {
            is_open: true,
            ..self
        }
    }

    /// With scripts switched off.
    #[must_use]
    pub fn without_script(self) -> Self {
        let chromium = "profile.managed_default_content_settings.javascript";
        self.preferring(Kind::Chromium, chromium, 2).preferring(
            Kind::Firefox,
            "javascript.enabled",
            false,
        )
    }

    pub(super) fn capabilities(&self) -> Map<String, Value> {
        object(match self.kind {
            Kind::Chromium => self.chromium(),
            Kind::Firefox => self.firefox(),
            Kind::WebKit => json!({
                "webkitgtk:browserOptions": { "binary": MINI_BROWSER, "args": ["--automation"] },
            }),
        })
    }

    fn chromium(&self) -> Value {
        let mut args: Vec<String> = CHROMIUM_ARGUMENTS.map(str::to_owned).to_vec();
        if self.display.is_none() {
            args.push("--headless=new".into());
        }
        if self.is_without_wasm() {
            // V8 has no other switch that a page notices; without a JIT, as in Lockdown Mode.
            args.push("--js-flags=--jitless".into());
        }
        args.extend(self.user_agent.map(|it| format!("--user-agent={it}")));
        args.extend(self.arguments.iter().cloned());
        json!({
            "goog:chromeOptions": {
                "args": args,
                "excludeSwitches": TRUTH_SWITCHES,
                "prefs": self.own_preferences(),
                "detach": self.outlives_driver,
            },
            "goog:loggingPrefs": { "browser": "ALL" },
        })
    }

    fn firefox(&self) -> Value {
        let mut all = object(json!({
            "dom.disable_open_during_load": true,
            "network.captive-portal-service.enabled": false,
            "network.connectivity-service.enabled": false,
            "app.update.enabled": false,
            "datareporting.policy.dataSubmissionEnabled": false,
            "toolkit.telemetry.enabled": false,
            "toolkit.telemetry.unified": false,
            "services.settings.server": "data:,#remote-settings-dummy/v1",
            "javascript.options.wasm": !self.is_without_wasm(),
        }));
        if let Some(agent) = self.user_agent {
            all.insert("general.useragent.override".into(), agent.into());
        }
        all.extend(self.own_preferences());
        let mut args = self.arguments.clone();
        if self.display.is_none() {
            args.push("-headless".into());
        }
        json!({ "moz:firefoxOptions": { "args": args, "prefs": all } })
    }

    fn own_preferences(&self) -> Map<String, Value> {
        let own = self.preferences.iter().filter(|it| it.0 == self.kind);
        own.map(|(_, name, value)| ((*name).to_owned(), value.clone()))
            .collect()
    }

    fn is_without_wasm(&self) -> bool {
        self.without_wasm || all_without_wasm()
    }
}

/// Whether every browser is to have no `WebAssembly`: the same tests hold without it.
#[must_use]
pub fn all_without_wasm() -> bool {
    std::env::var_os("WITHOUT_WASM").is_some()
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(it) = value else {
        panic!("{value} is no object");
    };
    it
}

const CHROMIUM_ARGUMENTS: [&str; 9] = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,900",
];

/// What chromedriver would switch off; some of these it adds today, the others it or its relatives have added before.
const TRUTH_SWITCHES: [&str; 5] = [
    "disable-popup-blocking",
    "disable-background-timer-throttling",
    "disable-renderer-backgrounding",
    "disable-backgrounding-occluded-windows",
    "disable-back-forward-cache",
];

/// Where Debian has it: no search path leads there.
const MINI_BROWSER: &str = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

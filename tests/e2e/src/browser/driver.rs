//! The programs that drive browsers.

use std::collections::HashMap;
use std::path::PathBuf;

use super::{Kind, Options};
use crate::process::{Process, free_port, project};

/// Starts a driver; gives the port on which it listens.
pub(super) async fn start(options: &Options, env: &HashMap<String, String>) -> (Process, String) {
    for _ in 0..5 {
        let (mut driver, ready) = match options.kind {
            Kind::Chromium => (
                Process::start("chromedriver", chromedriver(), &["--port=0"], env),
                "started successfully on port ",
            ),
            Kind::Firefox => {
                let mut arguments = GECKODRIVER_ARGUMENTS.to_vec();
                if options.is_open {
                    arguments.push("--allow-system-access");
                }
                (
                    Process::start("geckodriver", geckodriver(), &arguments, env),
                    "Listening on 127.0.0.1:",
                )
            }
            Kind::WebKit => {
                // It says nothing, and takes no 0 for a free port.
                let port = free_port().to_string();
                let driver = Process::start(
                    "WebKitWebDriver",
                    "WebKitWebDriver",
                    &[&format!("--port={port}")],
                    env,
                );
                answers(&port).await;
                return (driver, port);
            }
        };
        // chromedriver finds a free port for IPv6 and then wants the same one for IPv4, where somebody may have it.
        if let Some(port) = driver.may_say(ready).await {
            return (driver, port.trim_end_matches('.').to_owned());
        }
        eprintln!("{}", driver.log());
    }
    panic!("no driver starts");
}

async fn answers(port: &str) {
    let url = format!("http://127.0.0.1:{port}/status");
    let up = crate::wait::until(std::time::Duration::from_secs(15), async || {
        reqwest::get(&url).await.ok().map(|_| ())
    });
    assert!(up.await.is_some(), "no driver at {url}");
}

fn chromedriver() -> PathBuf {
    std::env::var_os("CHROMEDRIVER").map_or_else(|| "chromedriver".into(), PathBuf::from)
}

fn geckodriver() -> PathBuf {
    let own = project().join(".tools/bin/geckodriver");
    if own.is_file() {
        own
    } else {
        "geckodriver".into()
    }
}

/// Any free ports, also for what it would else open at a fixed one: two of them run at a time.
const GECKODRIVER_ARGUMENTS: [&str; 4] = ["--port", "0", "--websocket-port", "0"];

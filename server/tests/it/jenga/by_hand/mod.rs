//! `malipo-server jenga link ...`: the real program beside a real server and the real sandbox.

mod changes;
mod payments;
mod wrong;

use std::path::Path;

use malipo_server::clock::{Clock, SystemClock};
use serde_json::Value;

use super::sandbox::Sandbox;
use super::table;
use crate::process::{Server, run};
use crate::world::{QUOTE_KEY, SHOP, eventually};

/// A folder with a configuration and two payers, a server, and the sandbox that notifies it.
struct Place {
    folder: tempfile::TempDir,
    sandbox: Sandbox,
    _server: Server,
}

const AMINA: &str = "Amina Wanjiru,amina@example.test,0712345678";
const BRIAN: &str = "Brian Otieno,brian@example.test,+254 700 111 222";
const CARO: &str = "Caro Achieng,caro@example.test,";

impl Place {
    async fn new() -> Self {
        let sandbox = Sandbox::start().await;
        let folder = tempfile::tempdir().unwrap();
        let jenga = format!(
            "jenga.base_url = \"{}/jenga\"\njenga.timeout_ms = 2000\njenga.link_url_template = \"{}/simulator/{{paymentLinkRef}}\"",
            sandbox.base, sandbox.base
        );
        let text = format!(
            "provider = \"jenga\"\nshop = \"demo\"\nmode = \"sandbox\"\nlisten = \"127.0.0.1:0\"\npublic_url = \"http://127.0.0.1:9\"\n\
             shop_origins = [\"{SHOP}\"]\nquote.key = \"{QUOTE_KEY}\"\nstore.sqlite = \"{}/malipo.sqlite\"\n{}",
            folder.path().display(),
            table(&jenga)
        );
        std::fs::write(folder.path().join("malipo.toml"), text).unwrap();
        let server = Server::start(folder.path()).await;
        sandbox.notifies(&server.base).await;
        let place = Self {
            folder,
            sandbox,
            _server: server,
        };
        place.payers(&[AMINA, BRIAN]);
        place
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn payers(&self, lines: &[&str]) {
        let text = format!("name,email,phone\n{}\n", lines.join("\n"));
        std::fs::write(self.path().join("payers.csv"), text).unwrap();
    }

    /// `jenga link ...` with the payers' file: exit code, stdout, stderr. None of it says who pays.
    async fn save(&self, arguments: &[&str]) -> (i32, String, String) {
        let file = self.path().join("payers.csv");
        let payers = format!("--payers={}", file.display());
        self.run(&[arguments, &[&payers]].concat()).await
    }

    async fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let seen = run(self.path(), &[&["jenga", "link"], arguments].concat()).await;
        for secret in ["712345678", "700111222", "amina@", "Wanjiru", "Otieno"] {
            assert!(
                !seen.1.contains(secret) && !seen.2.contains(secret),
                "{seen:?}"
            );
        }
        seen
    }

    async fn said(&self, arguments: &[&str]) -> String {
        let (code, out, err) = self.run(arguments).await;
        assert_eq!(code, 0, "{out}{err}");
        out
    }

    async fn bulk(&self) -> String {
        let (code, out, err) = self.save(BULK).await;
        assert_eq!(code, 0, "{out}{err}");
        out
    }

    async fn shown(&self, name: &str) -> Value {
        let text = self.said(&["show", name, "--json"]).await;
        serde_json::from_str(&text).unwrap()
    }

    /// The rows, once they are so: payer, status, and the reason or what was received.
    async fn until(&self, name: &str, expected: &[(&str, &str, &str)]) -> Value {
        eventually(async || {
            let link = self.shown(name).await;
            let rows = link["payments"].as_array().unwrap();
            let rows: Vec<_> = rows
                .iter()
                .map(|it| {
                    let more = [&it["reason"], &it["received_amount"]];
                    let more = more.iter().find_map(|it| it.as_str()).unwrap_or("-");
                    let text = |it: &Value| it.as_str().unwrap().to_owned();
                    (text(&it["payer"]), text(&it["status"]), more.to_owned())
                })
                .collect();
            let same = rows
                .iter()
                .map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str()))
                .eq(expected.iter().copied());
            same.then_some(link)
        })
        .await
    }
}

const BULK: &[&str] = &[
    "create",
    "RENTNOV26",
    "--type=BULK",
    "--amount=400",
    "--currency=KES",
    "--name=Rent November",
    "--description=Flats 1 and 2",
    "--redirect-url=https://shop.example/thanks",
];
const AMINAS: &str = "...678, a...@example.test";
const BRIANS: &str = "...222, b...@example.test";

/// A day in Nairobi, so many days from now.
fn day(later: i64) -> String {
    let there = SystemClock.now().plus_ms((3 + 24 * later) * 3_600_000);
    there.to_rfc3339()[..10].to_owned()
}

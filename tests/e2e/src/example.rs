//! The example backends of `examples/`, each started as its README says, before the sandbox.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Output;

use tempfile::TempDir;
use tokio::process::Command;

use crate::process::{Process, free_port, program, project};
use crate::stack::{PUBLIC_KEY, SECRET_KEY, Stack};

/// Every example, by what its folder is called behind `backend-`.
pub const EXAMPLES: [&str; 4] = ["flask", "express", "php", "laravel"];

/// The article that every example sells, and what it costs.
pub const ARTICLE: [&str; 3] = ["kitenge-tee", "25000", "UGX"];

/// A running example. Dropping it stops it.
#[derive(Debug)]
pub struct Example {
    /// Where its endpoints are: origin and path before `/initiate`.
    pub base: String,
    kind: Kind,
    process: Process,
    env: HashMap<String, String>,
    _folder: TempDir,
}

/// How an example is run.
#[derive(Clone, Debug)]
struct Kind {
    program: PathBuf,
    /// With these arguments it serves.
    serve: Vec<String>,
    /// With these it does what its README gives to cron.
    cron: Vec<String>,
    /// What it says when it listens.
    says: &'static str,
    /// Where its endpoints are.
    path: &'static str,
}

impl Example {
    /// Starts one; the shop of the stack is its shop, and passes its paths on to it.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start(name: &str, stack: &Stack) -> Self {
        for _ in 0..5 {
            if let Some(example) = Self::may_start(name, stack).await {
                return example;
            }
        }
        panic!("the example {name} does not start");
    }

    /// `None` where it ends at once: somebody else may have taken its port meanwhile.
    async fn may_start(name: &str, stack: &Stack) -> Option<Self> {
        let folder = TempDir::with_prefix("malipo-example-").unwrap();
        let port = free_port();
        let origin = format!("http://127.0.0.1:{port}");
        let kind = kind(name, port);
        let env = environment(stack, folder.path().to_str().unwrap(), port);
        if name == "laravel" {
            std::fs::write(folder.path().join("database.sqlite"), "").unwrap();
            let artisan = kind.cron[..1].iter().cloned();
            let migrate = artisan.chain(["migrate", "--force"].map(str::to_owned));
            run(&kind, &env, &migrate.collect::<Vec<_>>()).await;
        }
        let arguments: Vec<_> = kind.serve.iter().map(String::as_str).collect();
        let mut process = Process::start(name, &kind.program, &arguments, &env);
        if process.may_say(kind.says).await.is_none() {
            eprintln!("{}", process.account());
            return None;
        }
        stack.shop.pass(&format!("{}/", kind.path), &origin);
        Some(Self {
            base: format!("{origin}{}", kind.path),
            kind,
            process,
            env,
            _folder: folder,
        })
    }

    /// The path of its endpoints, where the shop's own web server passes them on.
    #[must_use]
    pub fn path(&self) -> &'static str {
        self.kind.path
    }

    /// Runs what its README gives to cron.
    ///
    /// # Panics
    /// If it fails.
    pub async fn reconcile(&self) {
        run(&self.kind, &self.env, &self.kind.cron).await;
    }

    /// Makes all its payments so many seconds older, in its database.
    ///
    /// # Panics
    /// If that fails.
    pub async fn age_payments(&self, seconds: u32) {
        let folder = &self.env["DATA_DIR"];
        let script = format!(
            "import sqlite3, glob\n\
             for file in glob.glob('{folder}/*.sqlite'):\n    \
                 db = sqlite3.connect(file, timeout=5)\n    \
                 db.execute('UPDATE payments SET begun = begun - {seconds}')\n    \
                 db.commit()"
        );
        let mut command = Command::new(tool("python/bin/python"));
        let output = command.args(["-c", &script]).output().await.unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    /// `malipo-server check` of its initiate, for its article and the shop's page.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn check(&self) -> Output {
        let [sku, amount, currency] = ARTICLE;
        let url = format!("{}/initiate", self.base);
        let mut command = Command::new(program("malipo-server"));
        command.args(["check", &url, "--origin", &self.env["SHOP_ORIGIN"]]);
        command.args(["--sku", sku, "--amount", amount, "--currency", currency]);
        command.args(["--secret-env", "JOYNDPAY_SECRET_KEY"]);
        command.envs(&self.env).kill_on_drop(true);
        command.output().await.unwrap()
    }

    /// Everything that it has written so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }
}

fn kind(name: &str, port: u16) -> Kind {
    let address = format!("127.0.0.1:{port}");
    let folder = project().join("examples").join(format!("backend-{name}"));
    let folder = folder.to_str().unwrap();
    let laravel = project().join("tests/e2e/laravel/app.php");
    let texts = |all: &[&str]| all.iter().map(|&it| it.to_owned()).collect();
    let (program, serve, cron, says, path) = match name {
        "flask" => (
            tool("python/bin/python"),
            texts(&[
                "-m",
                "gunicorn",
                "--chdir",
                folder,
                "--bind",
                &address,
                "--threads",
                "8",
                "app:app",
            ]),
            texts(&[&format!("{folder}/reconcile.py")]),
            "Booting worker",
            "/pay",
        ),
        "express" => (
            tool("bin/node-with-sqlite"),
            texts(&[&format!("{folder}/server.js")]),
            texts(&[&format!("{folder}/reconcile.js")]),
            "listening on",
            "/pay",
        ),
        "php" => (
            PathBuf::from("php"),
            texts(&["-S", &address, &format!("{folder}/backend.php")]),
            texts(&[&format!("{folder}/reconcile.php")]),
            "started",
            "/pay",
        ),
        "laravel" => (
            PathBuf::from("php"),
            texts(&["-S", &address, laravel.to_str().unwrap()]),
            texts(&[laravel.to_str().unwrap(), "payments:reconcile"]),
            "started",
            "/api/pay",
        ),
        _ => panic!("there is no example {name}"),
    };
    Kind {
        program,
        serve,
        cron,
        says,
        path,
    }
}

fn environment(stack: &Stack, folder: &str, port: u16) -> HashMap<String, String> {
    let shop = stack.shop.origin();
    [
        ("JOYNDPAY_MODE", "test"),
        (
            "JOYNDPAY_URL",
            &format!("{}/joyndpay", stack.provider.origin()),
        ),
        ("JOYNDPAY_PUBLIC_KEY", PUBLIC_KEY),
        ("JOYNDPAY_SECRET_KEY", SECRET_KEY),
        ("SHOP_ORIGIN", shop),
        ("PUBLIC_URL", shop),
        ("DATA_DIR", folder),
        ("PORT", &port.to_string()),
        // Or no two requests would ever come at once.
        ("PHP_CLI_SERVER_WORKERS", "4"),
        ("APP_SERVICES_CACHE", &format!("{folder}/services.php")),
        ("APP_PACKAGES_CACHE", &format!("{folder}/packages.php")),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

async fn run(kind: &Kind, env: &HashMap<String, String>, arguments: &[String]) {
    let mut command = Command::new(&kind.program);
    command.args(arguments).envs(env).kill_on_drop(true);
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

/// What `tools/setup.sh test` has installed.
fn tool(path: &str) -> PathBuf {
    let path = project().join(".tools").join(path);
    assert!(
        path.exists(),
        "{} is missing: `tools/setup.sh test` installs it",
        path.display()
    );
    path
}

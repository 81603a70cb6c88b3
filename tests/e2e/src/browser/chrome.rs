//! Firefox's own context, where a script may do what a person does in its menus.

use std::sync::Arc;

use hyper::Method;
use serde_json::{Value, json};
use thirtyfour::common::command::{Command, ExtensionCommand};

use super::{Browser, Kind};

impl Browser {
    /// Runs the body of an async function in Firefox itself, which was started [open](super::Options::open_to_tests); gives what it returns.
    ///
    /// # Panics
    /// If it is no Firefox, or if the script throws.
    pub async fn in_itself(&self, body: &str) -> Value {
        assert_eq!(self.kind, Kind::Firefox);
        self.context("chrome").await;
        let script = format!(
            "const done = arguments[0]; (async () => {{ {body} }})().then(done, (it) => done(`threw ${{it}}`))"
        );
        let result = self.session.execute_async(&script, vec![]).await;
        self.context("content").await;
        let result = result.unwrap_or_else(|error| panic!("{body}: {error}"));
        let result = result.json().clone();
        let threw = result.as_str().is_some_and(|it| it.starts_with("threw "));
        assert!(!threw, "{body}: {result}");
        result
    }

    async fn context(&self, name: &'static str) {
        let command = Command::ExtensionCommand(Box::new(Context(name)));
        self.session.handle().cmd(command).await.unwrap();
    }
}

/// geckodriver's command: whom the next commands are for.
#[derive(Debug)]
struct Context(&'static str);

impl ExtensionCommand for Context {
    fn parameters_json(&self) -> Option<Value> {
        Some(json!({ "context": self.0 }))
    }

    fn method(&self) -> Method {
        Method::POST
    }

    fn endpoint(&self) -> Arc<str> {
        "/moz/context".into()
    }
}

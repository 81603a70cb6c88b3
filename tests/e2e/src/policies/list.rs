//! The policies.

use super::{Found, Shape, Way};
use crate::browser::Kind;
use crate::fault::Answer;
use crate::shop::Button;

/// A page's policy.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The header's value; `<provider>` stands for the origin of the checkout page, `<nonce>` for the page's nonce.
    pub header: &'static str,
    /// The `sandbox` attribute of the frame in which the page is, where it is in one.
    pub sandbox: Option<&'static str>,
    /// The button and the form in it name an article, as the README's do, and not a signed quote.
    pub by_sku: bool,
    /// What is to become of the shapes.
    pub outcome: Outcome,
}

/// What becomes of the shapes under a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Each pays as it is meant to.
    All,
    /// WebAssembly is refused once, and the same comes as JavaScript.
    NoWasm,
    /// No request gets out: the form shows below the button.
    NoRequests,
    /// No request gets out, and the form has no quote: it shows only where nothing can have been begun yet, which is so where
    /// the Rust half did not come either.
    NoRequestsBySku,
    /// The script does not come: there is the form.
    NoScript,
    /// The form alone is refused, where a browser looks at the redirect as well.
    NoForm,
    /// Nothing pays, and nothing is stopped by the policy.
    Nothing,
}

impl Outcome {
    /// What a trial of this shape has to find in a browser.
    #[must_use]
    pub fn with(self, shape: Shape, kind: Kind) -> Found {
        let (way, stopped) = match (self, shape) {
            (Self::Nothing, _) => (Way::None, None),
            // Firefox looks at where the form is sent to, and not at where it is sent on to.
            (Self::NoForm, Shape::Form) if kind == Kind::Firefox => (Way::Form, None),
            (Self::NoForm, Shape::Form) => (Way::None, Some("form-action /pay/checkout".into())),
            (_, Shape::Form) => (Way::Form, None),
            (Self::NoScript, _) => {
                let script = shape.script().unwrap_or_default();
                (Way::Form, Some(format!("script-src {script}")))
            }
            (Self::NoRequests | Self::NoRequestsBySku, Shape::Embed | Shape::Web) => {
                let file = "connect-src /malipo/core-*.wasm";
                (Way::FormAfterPress, Some(file.into()))
            }
            (Self::NoRequests, _) => (
                Way::FormAfterPress,
                Some("connect-src /pay/initiate".into()),
            ),
            (Self::NoRequestsBySku, _) => (Way::None, Some("connect-src /pay/initiate".into())),
            (_, Shape::Compat) => (Way::JavaScript, None),
            (Self::NoWasm, _) => (Way::JavaScript, Some("script-src wasm-eval".into())),
            (Self::All | Self::NoForm, _) => (Way::Wasm, None),
        };
        Found {
            way,
            stopped: stopped.into_iter().collect(),
        }
    }
}

impl Policy {
    const fn of(header: &'static str, outcome: Outcome) -> Self {
        Self {
            header,
            sandbox: None,
            by_sku: false,
            outcome,
        }
    }

    const fn framed(sandbox: &'static str, outcome: Outcome) -> Self {
        Self {
            header: RECOMMENDED,
            sandbox: Some(sandbox),
            by_sku: false,
            outcome,
        }
    }

    const fn by_sku(header: &'static str, outcome: Outcome) -> Self {
        Self {
            by_sku: true,
            ..Self::of(header, outcome)
        }
    }

    /// As the table names it.
    #[must_use]
    pub fn name(&self) -> String {
        match self.sandbox {
            Some(it) => format!("the second line, in `<iframe sandbox=\"{it}\">`"),
            None if self.header.is_empty() => "none".into(),
            None if self.by_sku => "the same, and the form has a `sku`, as the README's".into(),
            None => format!("`{}`", self.header),
        }
    }

    /// The page with a button for this order in this shape. The browser reports what the policy stopped to `/violations`.
    #[must_use]
    pub fn page(&self, shape: Shape, order_id: &str, provider: &str) -> Answer {
        let script = shape.script().map_or(String::new(), |it| {
            format!("<script type=\"module\" nonce=\"{NONCE}\" src=\"{it}\"></script>")
        });
        let button = if self.by_sku {
            // The backend names its order.
            Button::for_article()
        } else {
            Button::for_order(order_id)
        };
        let mut body = button.with_form().html();
        if self.sandbox.is_some() {
            // Checkout pages are shown in no frame.
            body = body.replace("<form ", "<form target=\"_blank\" ");
        }
        let html = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Shop</title>\
             <script nonce=\"{NONCE}\" src=\"/recorder.js\"></script>{script}</head><body>{body}</body></html>"
        );
        let answer = Answer::new(200, "text/html; charset=utf-8", html);
        if self.header.is_empty() {
            return answer;
        }
        let header = self.header.replace("<provider>", provider);
        let header = header.replace("<nonce>", NONCE);
        let header = format!("{header}; report-uri /violations");
        answer.header("content-security-policy", &header)
    }
}

const NONCE: &str = "cGF5LWJ1dHRvbg";
const RECOMMENDED: &str = "script-src 'self' 'wasm-unsafe-eval'; style-src 'self'";

/// In the table's order.
pub const POLICIES: &[Policy] = &[
    Policy::of("", Outcome::All),
    Policy::of(RECOMMENDED, Outcome::All),
    Policy::of(
        "script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
        Outcome::All,
    ),
    Policy::of(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; form-action 'self' <provider>; \
         base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        Outcome::All,
    ),
    Policy::of(
        "script-src 'self' 'wasm-unsafe-eval'; style-src 'none'",
        Outcome::All,
    ),
    Policy::of(
        "script-src 'nonce-<nonce>' 'strict-dynamic' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'",
        Outcome::All,
    ),
    Policy::of(
        "script-src 'nonce-<nonce>' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'",
        Outcome::All,
    ),
    Policy::of("script-src 'self'", Outcome::NoWasm),
    Policy::of("default-src 'self'", Outcome::NoWasm),
    Policy::of(
        "script-src 'nonce-<nonce>' 'strict-dynamic'; object-src 'none'; base-uri 'none'",
        Outcome::NoWasm,
    ),
    Policy::of(
        "script-src 'nonce-<nonce>'; object-src 'none'; base-uri 'none'",
        Outcome::NoWasm,
    ),
    Policy::of(
        "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self' <provider>; \
         base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        Outcome::NoWasm,
    ),
    Policy::of(
        "script-src 'self' 'wasm-unsafe-eval'; form-action 'self'",
        Outcome::NoForm,
    ),
    Policy::of(
        "script-src 'self' 'wasm-unsafe-eval'; connect-src 'none'",
        Outcome::NoRequests,
    ),
    Policy::by_sku(
        "script-src 'self' 'wasm-unsafe-eval'; connect-src 'none'",
        Outcome::NoRequestsBySku,
    ),
    Policy::of("script-src 'none'", Outcome::NoScript),
    Policy::framed(
        "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox",
        Outcome::All,
    ),
    Policy::framed(
        "allow-scripts allow-same-origin allow-forms",
        Outcome::Nothing,
    ),
    Policy::framed(
        "allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox",
        Outcome::Nothing,
    ),
];

//! The page's own `URL` parses, so that we judge exactly what the browser would go to.

use web_sys::Url;

use crate::checkout::policy::UrlParts;

/// `new URL(text, base)`; `None` where that throws.
#[must_use]
pub fn parse(text: &str, base: Option<&str>) -> Option<UrlParts> {
    let url = match base {
        Some(base) => Url::new_with_base(text, base),
        None => Url::new(text),
    }
    .ok()?;
    Some(UrlParts {
        href: url.href(),
        protocol: url.protocol(),
        origin: url.origin(),
        hostname: url.hostname(),
        search: url.search(),
        has_user: !url.username().is_empty() || !url.password().is_empty(),
    })
}

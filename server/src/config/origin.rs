//! Origins: `scheme://host[:port]`.

use url::{Host, Url};

/// A web origin, written as browsers write it in the `Origin` header.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(String);

impl Origin {
    /// The origin of a URL; `None` where it has none (`data:`, `file:`).
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        let origin = url.origin();
        origin
            .is_tuple()
            .then(|| Self(origin.ascii_serialization()))
    }

    /// Reads an origin as it is configured: exactly `scheme://host[:port]`, https, or http on a loopback host.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "is no URL")?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("is neither https nor http");
        }
        let origin = Self::of(&url).ok_or("has no origin")?;
        if url.scheme() == "http" && !is_loopback(&url) {
            return Err("is http on a host that is not loopback");
        }
        if origin.0 != text {
            // A path, a query, a user, a default port, capital letters: a browser would never send it like that.
            return Err(
                "is not an exact origin (no path, not even a slash at the end, no query, no default port, lower case)",
            );
        }
        Ok(origin)
    }

    /// The text, for example `https://shop.example`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a URL's host is this machine: `localhost`, `*.localhost`, `127.0.0.0/8`, `[::1]`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

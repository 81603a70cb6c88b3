//! Whether a shopper may be sent to a URL that a provider named.

use url::Url;

use crate::config::{Mode, Origin};

/// Judges a checkout page: absolute, https (in sandbox mode also http on a loopback host), no user, on `origin`.
///
/// # Errors
/// Why no shopper may be sent there.
pub(super) fn checkout_page(text: &str, origin: &Origin, mode: Mode) -> Result<Url, &'static str> {
    // The URL parser drops tabs and line ends and reads backslashes as slashes: whoever sends those means harm.
    let plain = text.bytes().all(|it| it.is_ascii_graphic() && it != b'\\');
    if !plain || MOST_BYTES < text.len() {
        return Err("the checkout page's URL has characters that no URL has, or is too long");
    }
    let url = Url::parse(text).map_err(|_| "the checkout page's URL is not absolute")?;
    let loopback = crate::config::is_loopback(&url);
    match url.scheme() {
        "https" => {}
        "http" if mode.is_test() && loopback => {}
        _ => return Err("the checkout page's URL is not https"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the checkout page's URL has a user");
    }
    if Origin::of(&url).as_ref() != Some(origin) {
        return Err("the checkout page's URL is not on the provider's checkout origin");
    }
    Ok(url)
}

const MOST_BYTES: usize = 2048;

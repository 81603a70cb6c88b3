//! Texts on their way to a provider, and providers' texts on their way into a log.

/// At most `most` characters as JavaScript counts them (UTF-16 units), without control characters and without space at the
/// ends; `None` where nothing is left.
pub(super) fn cut(text: &str, most: usize) -> Option<String> {
    let mut kept = String::new();
    let mut units: usize = 0;
    for letter in text.chars().filter(|it| !it.is_control()) {
        units = units.saturating_add(letter.len_utf16());
        if most < units {
            break;
        }
        kept.push(letter);
    }
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

//! Texts put together and taken apart. Smaller than the standard library's ways, which are made for any type and pattern.

/// The parts with `separator` between them.
pub(crate) fn join(parts: &[&str], separator: &str) -> String {
    let mut text = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index != 0 {
            text.push_str(separator);
        }
        text.push_str(part);
    }
    text
}

/// What stands between these ASCII characters, where that is something.
pub(crate) fn words<'a>(text: &'a str, between: &str) -> Vec<&'a str> {
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        let end = rest.bytes().position(|it| holds(between, it));
        let word = end.and_then(|it| rest.get(..it)).unwrap_or(rest);
        if !word.is_empty() {
            words.push(word);
        }
        let Some(others) = end.and_then(|it| rest.get(it.saturating_add(1)..)) else {
            return words;
        };
        rest = others;
    }
}

/// Whether this ASCII character is in the text.
pub(crate) fn holds(text: &str, byte: u8) -> bool {
    text.bytes().any(|it| it == byte)
}

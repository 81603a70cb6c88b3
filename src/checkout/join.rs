//! Texts put together.

/// The parts with `separator` between them. Smaller than the standard library's, which is made for any type.
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

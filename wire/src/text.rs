//! Small work on texts, without the standard library's, which is made for any pattern and any number: 2 KB in the page.

/// A whole number in decimal digits.
#[must_use]
pub fn digits(number: u64) -> String {
    let mut rest = number;
    let mut text = String::new();
    loop {
        let digit = u32::try_from(rest % 10).unwrap_or_default();
        text.insert(0, char::from_digit(digit, 10).unwrap_or('0'));
        rest /= 10;
        if rest == 0 {
            return text;
        }
    }
}

/// The whole number that these decimal digits are; `None` where they are none, or more than anybody means.
#[must_use]
pub fn number(text: &str) -> Option<u64> {
    let mut number: u64 = 0;
    for byte in text.bytes() {
        let digit = char::from(byte).to_digit(10)?;
        number = number * 10 + u64::from(digit);
        if MOST < number {
            return None;
        }
    }
    (!text.is_empty()).then_some(number)
}

/// What stands before the first `at` and what stands after it; `None` where there is none. `at` is an ASCII character.
#[must_use]
pub fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let index = text.bytes().position(|it| it == at)?;
    Some((text.get(..index)?, text.get(index.saturating_add(1)..)?))
}

/// The text without the `end`s at its end. `end` is an ASCII character.
#[must_use]
pub fn without_end(text: &str, end: u8) -> &str {
    let mut rest = text.as_bytes();
    while let [before @ .., last] = rest
        && *last == end
    {
        rest = before;
    }
    text.get(..rest.len()).unwrap_or(text)
}

/// The text without white space around it.
#[must_use]
pub fn trimmed(text: &str) -> &str {
    let (mut start, mut end) = (text.len(), 0);
    for (index, letter) in text.char_indices() {
        if !letter.is_whitespace() {
            start = start.min(index);
            end = index.saturating_add(letter.len_utf8());
        }
    }
    text.get(start..end).unwrap_or_default()
}

/// A tenth of what a u64 holds: one digit more still fits.
const MOST: u64 = u64::MAX / 10 - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_standard_library() {
        for number in [0, 7, 10, 99, 100, 90_071, u64::MAX / 10, u64::MAX] {
            assert_eq!(digits(number), number.to_string());
        }
    }

    #[test]
    fn a_number_is_digits_and_nothing_else() {
        for text in ["0", "7", "007", "90071", "1844674407370955160"] {
            assert_eq!(number(text), text.parse().ok(), "{text}");
        }
        for text in [
            "",
            "+5",
            "-5",
            " 5",
            "5 ",
            "5.0",
            "5e3",
            "٥",
            "18446744073709551616",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn a_text_is_trimmed_as_the_standard_library_does() {
        for text in [
            "",
            " ",
            "a",
            " a ",
            "\u{a0}é ü\u{3000}\n",
            "a\u{feff}",
            "\t\r",
        ] {
            assert_eq!(trimmed(text), text.trim(), "{text:?}");
        }
    }

    #[test]
    fn a_text_is_cut_where_the_standard_library_does() {
        for text in ["", ".", "a", "a.b", ".a", "a.", "a.b.c", "é.ü", "..", "é"] {
            assert_eq!(cut(text, b'.'), text.split_once('.'), "{text}");
            assert_eq!(
                without_end(text, b'.'),
                text.trim_end_matches('.'),
                "{text}"
            );
        }
    }
}

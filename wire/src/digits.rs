//! Whole numbers as text.

/// A whole number in decimal digits.
///
/// Instead of `to_string()`, which brings all of the standard library's formatting into the page: 0.5 KB.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_standard_library() {
        for number in [0, 7, 10, 99, 100, 90_071, u64::MAX / 10, u64::MAX] {
            assert_eq!(digits(number), number.to_string());
        }
    }
}

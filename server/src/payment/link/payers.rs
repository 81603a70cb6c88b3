//! The payers of a link, as a list that spreadsheets write.

use std::io::Read;

use csv::{ReaderBuilder, Trim};
use malipo_wire::Customer;
use serde::Deserialize;

/// A line of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payer {
    name: String,
    email: String,
    #[serde(default)]
    phone: Option<String>,
}

/// Reads CSV in UTF-8, with name,email,phone as its first line.
///
/// # Errors
/// With the line that is wrong. What stands there is not repeated.
pub fn read(text: impl Read) -> Result<Vec<Customer>, csv::Error> {
    ReaderBuilder::new()
        .trim(Trim::All)
        .from_reader(text)
        .deserialize()
        .map(|payer| {
            payer.map(|it: Payer| Customer {
                name: Some(it.name),
                email: Some(it.email),
                phone: it.phone,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer(name: &str, email: &str, phone: Option<&str>) -> Customer {
        Customer {
            name: Some(name.to_owned()),
            email: Some(email.to_owned()),
            phone: phone.map(ToOwned::to_owned),
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &[Customer]) {
        let seen = read(text.as_bytes()).unwrap();
        assert_eq!(seen, expected, "{text}");
    }

    #[test]
    fn files_are_read_as_spreadsheets_write_them() {
        let amina = customer("Amina Wanjiru", "a@b.test", Some("0712345678"));
        let brian = customer("Brian Otieno, Flat 2", "c@d.test", None);
        check(
            "name,email,phone\nAmina Wanjiru,a@b.test,0712345678\n\"Brian Otieno, Flat 2\",c@d.test,\n",
            &[amina.clone(), brian],
        );
        // Another order, a byte order mark, CRLF, spaces, an empty line.
        check(
            "\u{feff}phone, email ,name\r\n 0712345678 , a@b.test,Amina Wanjiru\r\n\r\n",
            &[amina],
        );
        check(
            "name,email\nB,c@d.test\n",
            &[customer("B", "c@d.test", None)],
        );
        check("name,email,phone\n", &[]);
    }

    #[test]
    fn what_is_wrong_is_told_by_its_line_and_not_repeated() {
        for (text, part) in [
            ("name,email,phone\nSECRET,a@b.test\n", "line: 2"),
            ("name;email;phone\nSECRET;a@b.test;1\n", "unknown field"),
            ("name,phone\nSECRET,1\n", "missing field `email`"),
        ] {
            let error = read(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
            assert!(!error.contains("SECRET"), "{error}");
        }
    }
}

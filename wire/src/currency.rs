//! ISO 4217 currencies and their number of decimals.

use core::fmt;
use core::str::FromStr;

/// An ISO 4217 currency code, three upper-case letters, for example `UGX`.
///
/// Only codes of the active list exist as values, so a slip such as `KSH` for `KES` is found where it is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency(&'static str);

impl Currency {
    /// The number of decimals of the minor unit: 0 for UGX and JPY, 2 for KES and USD, 3 for BHD.
    ///
    /// Source: ISO 4217 list one, read 2026-11-21.
    #[must_use]
    pub fn decimals(self) -> u8 {
        for (codes, decimals) in [(NO_DECIMALS, 0), (THREE_DECIMALS, 3), (FOUR_DECIMALS, 4)] {
            if find(codes, self.0).is_some() {
                return decimals;
            }
        }
        2
    }

    /// The code, for example `"UGX"`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [NO_DECIMALS, TWO_DECIMALS, THREE_DECIMALS, FOUR_DECIMALS]
            .into_iter()
            .find_map(|codes| find(codes, text))
            .map(Self)
            .ok_or(CurrencyError)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The text is not an active ISO 4217 code in upper case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrencyError;

impl CurrencyError {
    /// What is accepted.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        "an ISO 4217 code of three capital letters, such as UGX, KES or USD"
    }
}

impl fmt::Display for CurrencyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl core::error::Error for CurrencyError {}

/// The code as it stands in the list.
fn find(codes: &'static str, code: &str) -> Option<&'static str> {
    let mut rest = codes;
    while let Some((first, others)) = rest.split_at_checked(3) {
        if first == code {
            return Some(first);
        }
        rest = others;
    }
    None
}

const NO_DECIMALS: &str = "BIFCLPDJFGNFISKJPYKMFKRWPYGRWFUGXVNDVUVXAFXOFXPFUYI";
const THREE_DECIMALS: &str = "BHDIQDJODKWDLYDOMRTND";
const FOUR_DECIMALS: &str = "CLFUYW";
const TWO_DECIMALS: &str = "AEDAFNALLAMDAOAARSAUDAWGAZNBAMBBDBDTBGNBMDBNDBOBBRLBSDBTNBWPBYNBZDCADCDFCHFCNYCOPCRCCUPCVECZKDKKDOPDZDEGPERNETBEURFJDFKP\
GBPGELGHSGIPGMDGTQGYDHKDHNLHTGHUFIDRILSINRIRRJMDKESKGSKHRKPWKYDKZTLAKLBPLKRLRDLSLMADMDLMGAMKDMMKMNTMOPMRUMURMVRMWKMXNMYRMZNNADNGNNIONOKNPRNZDPABPENPGK\
PHPPKRPLNQARRONRSDRUBSARSBDSCRSDGSEKSGDSHPSLESOSSRDSSPSTNSVCSYPSZLTHBTJSTMTTOPTRYTTDTWDTZSUAHUSDUYUUZSVEDVESWSTXCDXCGYERZARZMWZWG";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, decimals: Option<u8>) {
        assert_eq!(
            code.parse::<Currency>().ok().map(Currency::decimals),
            decimals,
            "{code}"
        );
    }

    #[test]
    fn decimals_follow_iso_4217() {
        for code in ["UGX", "JPY", "RWF", "BIF", "XOF", "KRW", "CLP"] {
            check(code, Some(0));
        }
        for code in ["KES", "USD", "TZS", "ETB", "SSP", "EUR", "COP"] {
            check(code, Some(2));
        }
        for code in ["BHD", "KWD", "TND"] {
            check(code, Some(3));
        }
        check("CLF", Some(4));
    }

    #[test]
    fn what_is_no_currency_is_refused() {
        for code in ["", "ugx", "KSH", "UG", "UGXX", "U GX", "€", "ÄÖ", "GXB"] {
            check(code, None);
        }
    }

    #[test]
    fn a_currency_is_written_as_its_code_and_what_is_none_is_told_what_is_accepted() {
        let ugx: Currency = "UGX".parse().unwrap();
        assert_eq!(ugx.code(), "UGX");
        assert_eq!(format!("{ugx} {ugx:?}"), "UGX UGX");
        let error = "KSH".parse::<Currency>().unwrap_err().to_string();
        assert!(error.contains("ISO 4217"), "{error}");
    }
}

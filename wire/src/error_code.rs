//! The closed list of error codes, the same on both sides.

use core::fmt;
use core::str::FromStr;

macro_rules! error_codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal),+ $(,)?) => {
        /// What went wrong, as a stable word in kebab-case: `PayError.code` in the page, `code` in the backend's answers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[doc = $doc])+ $name),+
        }

        impl ErrorCode {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable word, for example `"bad-option"`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }
        }
    };
}

error_codes! {
    /// An option, attribute or request field has a value that is not accepted.
    BadOption = "bad-option",
    /// A provider secret was found in the page. Nothing is sent.
    SecretInBrowser = "secret-in-browser",
    /// A URL is neither https nor http on a loopback host.
    InsecureUrl = "insecure-url",
    /// The checkout page's URL is not one to which a shopper may be sent. Nothing is opened.
    UnsafeRedirectUrl = "unsafe-redirect-url",
    /// The request did not get through.
    Network = "network",
    /// No answer came in time.
    Timeout = "timeout",
    /// Too many requests.
    RateLimited = "rate-limited",
    /// The backend said no; its text is in the message.
    Backend = "backend",
    /// An answer that is not understood.
    Protocol = "protocol",
    /// An answer about another order. It is ignored.
    OrderMismatch = "order-mismatch",
    /// The order exists with another price or content.
    OrderChanged = "order-changed",
    /// The amount or currency differs from what was shown or initiated.
    AmountMismatch = "amount-mismatch",
    /// The signed quote is too old for a new attempt.
    QuoteExpired = "quote-expired",
    /// Another attempt to pay this order is under way.
    Busy = "busy",
    /// A `pay-start` listener called `preventDefault()`.
    Aborted = "aborted",
    /// The widget was removed.
    Destroyed = "destroyed",
    /// The browser can run neither WebAssembly nor the fallback.
    Unsupported = "unsupported",
}

impl FromStr for ErrorCode {
    type Err = ();

    /// Reads the stable word; anything else is `Err(())`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|it| it.as_str() == text)
            .ok_or(())
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for ErrorCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_as_itself() {
        for code in ErrorCode::ALL {
            assert_eq!(code.as_str().parse(), Ok(*code));
        }
        assert_eq!(ErrorCode::ALL.len(), 17);
        assert_eq!("Backend".parse::<ErrorCode>(), Err(()));
    }

    #[test]
    fn a_code_is_written_as_its_word() {
        assert_eq!(ErrorCode::SecretInBrowser.to_string(), "secret-in-browser");
    }
}

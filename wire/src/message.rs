//! The JSON bodies between page and backend (initiate, verify, cancel), in our own shape.
//!
//! What the providers' own answers look like when a merchant's backend passes them through is read by the widget's
//! `checkout::answer`, not here. Absent fields are left out, never `null`.

use serde::{Deserialize, Serialize};

/// `POST initiate-url`: start paying an order. Empty fields are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InitiateRequest {
    /// The shop's name of the order, see [`crate::OrderId`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// A decimal string in major units. What is shown; the backend decides what is charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// ISO 4217, see [`crate::Currency`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// A signed quote of the shop's server: a compact JWT, sent as is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// An article of the backend's catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// How many of `sku`: 1 to 999.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u16>,
    /// What is bought, in a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Customer>,
    /// The page to come back to: its URL without fragment and without our own keys.
    pub return_url: String,
}

/// Who pays; every field is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// Full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Phone number, with or without the country's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// The answer to an initiate that worked.
///
/// It holds a `redirect_url`, or a non-empty `sent_to`, or `status: "success"` where the order is paid already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InitiateAnswer {
    /// The order that is being paid: the only id that counts afterwards.
    pub order_id: String,
    /// The provider's checkout page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_url: Option<String>,
    /// Proof for verify, cancel and events: status only, 24 h.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What will be charged: decimal string in major units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// ISO 4217.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The provider adds its fees on top of `amount`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fees_added: Option<bool>,
    /// Where to listen for server-sent events; relative to `initiate-url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events_url: Option<String>,
    /// Seconds until the backend gives up waiting for this attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u64>,
    /// To whom the provider sent the link, where there is no `redirect_url`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent_to: Vec<SentTo>,
    /// `false` where the provider never sends the shopper back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns: Option<bool>,
    /// `true` in sandbox mode: no money moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<bool>,
    /// Only ever [`Status::Success`]: the order is paid already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
}

/// One message by which the provider sent the payment link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentTo {
    /// `sms` or `email`.
    pub channel: String,
    /// The recipient, masked: `...123`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// `POST verify-url` and `POST cancel-url`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// The order, as initiate's answer named it.
    pub order_id: String,
    /// The provider's name of the attempt, where initiate's answer held one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The token of initiate's answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// The answer to verify and cancel, and the data of a status event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyAnswer {
    /// The order asked for.
    pub order_id: String,
    /// Where it stands.
    pub status: Status,
    /// What was or will be charged: decimal string in major units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// ISO 4217.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Why, where `status` is not `success`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// `true` in sandbox mode: no money moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<bool>,
}

/// Where a payment stands, as the page is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Not known yet.
    Pending,
    /// Paid.
    Success,
    /// The provider's final no.
    Failed,
}

impl Status {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Success => "success",
            Self::Failed => "failed",
        }
    }
}

/// Why a payment is not (or not yet) a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// The provider, bank or operator refused it.
    Declined,
    /// The provider's own deadline passed.
    Expired,
    /// Called off at the provider.
    Cancelled,
    /// A person at the shop has to look at it.
    Review,
    /// Anything else.
    Other,
}

impl Reason {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Review => "review",
            Self::Other => "other",
        }
    }
}

impl std::str::FromStr for Reason {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [
            Self::Declined,
            Self::Expired,
            Self::Cancelled,
            Self::Review,
            Self::Other,
        ]
        .into_iter()
        .find(|it| it.as_str() == text)
        .ok_or(())
    }
}

/// The answer to a request that did not work; it comes with a fitting HTTP status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorAnswer {
    status: &'static str,
    /// A code of the closed list.
    pub code: crate::ErrorCode,
    /// Sentences for a developer; one, as a rule.
    pub error: Vec<String>,
}

impl ErrorAnswer {
    /// The answer with one sentence.
    #[must_use]
    pub fn new(code: crate::ErrorCode, sentence: impl Into<String>) -> Self {
        Self {
            status: "error",
            code,
            error: vec![sentence.into()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_fields_are_left_out() {
        let request = InitiateRequest {
            sku: Some("tea".into()),
            return_url: "https://shop.example/".into(),
            ..Default::default()
        };
        assert_eq!(
            serde_json::to_string(&request).unwrap(),
            r#"{"sku":"tea","return_url":"https://shop.example/"}"#
        );
        let answer = VerifyAnswer {
            order_id: "1".into(),
            status: Status::Pending,
            amount: None,
            currency: None,
            reason: Some(Reason::Review),
            test: None,
        };
        assert_eq!(
            serde_json::to_string(&answer).unwrap(),
            r#"{"order_id":"1","status":"pending","reason":"review"}"#
        );
        let error = ErrorAnswer::new(crate::ErrorCode::Busy, "another attempt is under way");
        assert_eq!(
            serde_json::to_string(&error).unwrap(),
            r#"{"status":"error","code":"busy","error":["another attempt is under way"]}"#
        );
    }

    #[test]
    fn an_unknown_field_in_a_request_is_named() {
        let error = serde_json::from_str::<InitiateRequest>(r#"{"return_url":"x","price":-1}"#)
            .unwrap_err();
        assert!(error.to_string().contains("`price`"), "{error}");
    }

    #[test]
    fn a_word_is_the_same_in_json_and_beside_it_and_reads_back_as_itself() {
        for status in [Status::Pending, Status::Success, Status::Failed] {
            let json = serde_json::to_string(&status).unwrap();
            assert_eq!(json, format!("\"{}\"", status.as_str()));
        }
        for (reason, word) in [
            (Reason::Declined, "declined"),
            (Reason::Expired, "expired"),
            (Reason::Cancelled, "cancelled"),
            (Reason::Review, "review"),
            (Reason::Other, "other"),
        ] {
            assert_eq!(reason.as_str(), word);
            assert_eq!(word.parse(), Ok(reason));
            assert_eq!(
                serde_json::to_string(&reason).unwrap(),
                format!("\"{word}\"")
            );
        }
        assert_eq!("Declined".parse::<Reason>(), Err(()));
    }
}

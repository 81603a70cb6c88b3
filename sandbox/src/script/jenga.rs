//! The script's part about Jenga.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    CallScript,
    limits::{MAX_DELAY_MS, MAX_IPN_DELAY_MS, Problems},
};

/// The part of Jenga.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct JengaScript {
    pub(crate) authenticate: CallScript,
    pub(crate) create: CallScript,
    pub(crate) details: CallScript,
    pub(crate) token: TokenScript,
    /// Answer every refusal with this HTTP status instead of 400, 401 or 404.
    pub(crate) error_status: Option<u16>,
    pub(crate) ipn: IpnScript,
    pub(crate) checkout: CheckoutScript,
}

/// Access tokens.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TokenScript {
    /// How long those issued from now on are good.
    pub(crate) lifetime_s: u64,
    pub(crate) expires_in: ExpiresIn,
    /// The tokens of so many calls from now are revoked as they come.
    pub(crate) refuse_calls: u32,
}

/// How `expiresIn` is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExpiresIn {
    /// The time at which the token ends, as text: what samples show.
    #[default]
    Timestamp,
    Seconds,
    SecondsText,
}

/// Notifications.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct IpnScript {
    pub(crate) mode: IpnMode,
    pub(crate) auth: IpnAuth,
    /// Failed attempts are not told, as the portal allows to choose.
    pub(crate) success_only: bool,
    /// Which field holds the merchant's reference.
    pub(crate) external_ref_in: Place,
    /// Which field holds the link's reference.
    pub(crate) payment_link_ref_in: Place,
    /// Replaces fields, named by path such as `transaction.amount`; any JSON value.
    pub(crate) fields: BTreeMap<String, Value>,
    /// How many equal notifications of one attempt.
    pub(crate) copies: u32,
    pub(crate) delay_ms: u64,
    /// How often each is tried until the merchant answers 2xx.
    pub(crate) attempts: u32,
    /// The pause before the second try; each further pause is twice as long.
    pub(crate) retry_ms: u64,
}

/// Whether and when merchants are notified.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IpnMode {
    /// After every attempt.
    #[default]
    Normal,
    Never,
    /// The link is paid as it is created, and its notification is out before create answers.
    BeforeAnswer,
    /// On creation comes one with a wrong password that claims success though nothing was paid; the rest as `normal`.
    Forged,
}

/// The Basic authentication of notifications.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IpnAuth {
    #[default]
    Good,
    /// The right username with a wrong password.
    Wrong,
    /// No Authorization header.
    None,
}

/// A field of a notification that may hold a reference, by its path.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum Place {
    #[serde(rename = "billNumber")]
    BillNumber,
    #[serde(rename = "customer.reference")]
    CustomerReference,
    #[serde(rename = "transaction.reference")]
    TransactionReference,
    #[serde(rename = "bank.reference")]
    BankReference,
    #[serde(rename = "additionalInfo")]
    AdditionalInfo,
    #[serde(rename = "none")]
    Nowhere,
}

/// The payment page.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CheckoutScript {
    /// Send the browser to `redirectURL` after a success.
    pub(crate) redirect: bool,
    /// `Cross-Origin-Opener-Policy` of the page.
    pub(crate) coop: Option<String>,
}

impl TokenScript {
    /// Whether the call that just came is to be refused; counts it.
    pub(crate) fn take_refusal(&mut self) -> bool {
        let refuse = self.refuse_calls > 0;
        self.refuse_calls = self.refuse_calls.saturating_sub(1);
        refuse
    }
}

impl JengaScript {
    pub(super) fn check(&self, problems: &mut Problems) {
        let Self {
            authenticate,
            create,
            details,
            token,
            error_status,
            ipn,
            checkout,
        } = self;
        problems.call("jenga.authenticate", authenticate, AUTHENTICATE_FIELDS);
        problems.call("jenga.create", create, CREATE_FIELDS);
        problems.call("jenga.details", details, DETAILS_FIELDS);
        problems.at_most("jenga.token.lifetime_s", token.lifetime_s, MAX_LIFETIME_S);
        problems.status("jenga.error_status", *error_status);
        problems.at_most("jenga.ipn.delay_ms", ipn.delay_ms, MAX_IPN_DELAY_MS);
        problems.at_most("jenga.ipn.retry_ms", ipn.retry_ms, MAX_DELAY_MS);
        problems.counts("jenga.ipn", ipn.copies, ipn.attempts);
        problems.fields("jenga.ipn.fields", ipn.fields.keys(), IPN_FIELDS);
        if ipn.external_ref_in == ipn.payment_link_ref_in && ipn.external_ref_in != Place::Nowhere {
            problems.note(
                "jenga.ipn.external_ref_in and payment_link_ref_in must not name the same field; one of them may be \"none\"."
                    .to_owned(),
            );
        }
        problems.header("jenga.checkout.coop", checkout.coop.as_deref());
    }
}

impl Default for TokenScript {
    fn default() -> Self {
        Self {
            lifetime_s: 15 * 60,
            expires_in: ExpiresIn::default(),
            refuse_calls: 0,
        }
    }
}

impl Default for IpnScript {
    fn default() -> Self {
        Self {
            mode: IpnMode::default(),
            auth: IpnAuth::default(),
            success_only: false,
            external_ref_in: Place::BillNumber,
            payment_link_ref_in: Place::CustomerReference,
            fields: BTreeMap::new(),
            copies: 1,
            delay_ms: 0,
            attempts: 3,
            retry_ms: 500,
        }
    }
}

impl Default for CheckoutScript {
    fn default() -> Self {
        Self {
            redirect: true,
            coop: None,
        }
    }
}

/// A day: longer than any token lives.
const MAX_LIFETIME_S: u64 = 24 * 3600;
const AUTHENTICATE_FIELDS: &[&str] = &[
    "accessToken",
    "refreshToken",
    "expiresIn",
    "issuedAt",
    "tokenType",
];
const CREATE_FIELDS: &[&str] = &["dateCreated", "paymentLinkRef", "externalRef", "status"];
const DETAILS_FIELDS: &[&str] = &[
    "state",
    "stateCode",
    "dateCreated",
    "code",
    "message",
    "amount",
    "charge",
    "transactionReference",
    "serviceName",
    "biller",
];
const IPN_FIELDS: &[&str] = &[
    "callbackType",
    "customer.name",
    "customer.mobileNumber",
    "customer.reference",
    "transaction.date",
    "transaction.reference",
    "transaction.paymentMode",
    "transaction.amount",
    "transaction.currency",
    "transaction.billNumber",
    "transaction.servedBy",
    "transaction.additionalInfo",
    "transaction.orderAmount",
    "transaction.serviceCharge",
    "transaction.orderCurrency",
    "transaction.status",
    "transaction.remarks",
    "bank.reference",
    "bank.transactionType",
    "bank.account",
];

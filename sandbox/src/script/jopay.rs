//! The script's part about JoPay.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    CallScript,
    limits::{MAX_DELAY_MS, MAX_IPN_DELAY_MS, Problems},
};
use crate::jopay::request::PaymentMode;

/// The part of JoPay.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct JoPayScript {
    pub(crate) create: CallScript,
    pub(crate) get: CallScript,
    pub(crate) list: CallScript,
    pub(crate) cancel: CallScript,
    /// All three calls about merchants.
    pub(crate) merchants: CallScript,
    /// Answer every refusal with this HTTP status instead of 400, 401, 403, 404, 409 or 429.
    pub(crate) error_status: Option<u16>,
    pub(crate) limits: LimitScript,
    pub(crate) expiry: ExpiryScript,
    pub(crate) webhook: WebhookScript,
    pub(crate) checkout: CheckoutScript,
}

/// How many calls a key may make.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LimitScript {
    /// In any window.
    pub(crate) calls: u32,
    /// Creations of merchants in any window; they count as calls, too.
    pub(crate) merchants: u32,
    pub(crate) window_ms: u64,
    /// Say in a `Retry-After` when the next call will be answered.
    pub(crate) retry_after: bool,
}

/// How long requests that are created from now on can be paid.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ExpiryScript {
    pub(crate) pos_s: u64,
    pub(crate) invoice_s: u64,
}

/// Webhooks.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WebhookScript {
    pub(crate) mode: WebhookMode,
    pub(crate) order: Order,
    pub(crate) signature: Signing,
    /// Whether the payload has `metadata`.
    pub(crate) metadata: bool,
    /// Replaces fields of the payload; any JSON value.
    pub(crate) fields: BTreeMap<String, Value>,
    /// How many equal webhooks of one event.
    pub(crate) copies: u32,
    pub(crate) delay_ms: u64,
    /// A merchant that is silent for so long has not answered.
    pub(crate) timeout_ms: u64,
    /// The pauses before each further try; an empty list is one try.
    pub(crate) retry_ms: Vec<u64>,
}

/// Whether and when webhooks are sent.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WebhookMode {
    /// When the proof changes.
    #[default]
    Normal,
    Never,
    /// The request is paid and verified as it is created, and both webhooks are out before create answers.
    BeforeAnswer,
    /// On creation comes one with a wrong signature that claims a verified payment; the rest as `normal`.
    Forged,
}

/// In which order the two events of a payment come.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    #[default]
    AttachedFirst,
    /// `payment.proof_attached` after `payment.proof_verified`.
    Reversed,
}

/// The signature.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Signing {
    #[default]
    Good,
    /// With another secret.
    Wrong,
    /// A good one of an hour ago.
    Stale,
    /// No header.
    None,
}

/// The pay page.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CheckoutScript {
    /// `Cross-Origin-Opener-Policy` of the page.
    pub(crate) coop: Option<String>,
    /// How long after the sending the transfer is verified; None: not by itself.
    pub(crate) verify_ms: Option<u64>,
}

impl ExpiryScript {
    pub(crate) fn seconds(&self, mode: PaymentMode) -> u64 {
        match mode {
            PaymentMode::Pos => self.pos_s,
            PaymentMode::Invoice => self.invoice_s,
        }
    }
}

impl JoPayScript {
    pub(super) fn check(&self, problems: &mut Problems) {
        let Self {
            create,
            get,
            list,
            cancel,
            merchants,
            error_status,
            limits,
            expiry,
            webhook,
            checkout,
        } = self;
        problems.call("jopay.create", create, CREATE_FIELDS);
        problems.call("jopay.get", get, SHOWN_FIELDS);
        problems.call("jopay.list", list, LIST_FIELDS);
        problems.call("jopay.cancel", cancel, SHOWN_FIELDS);
        problems.call("jopay.merchants", merchants, MERCHANT_FIELDS);
        problems.status("jopay.error_status", *error_status);
        problems.at_most("jopay.limits.window_ms", limits.window_ms, MAX_DELAY_MS);
        problems.at_most("jopay.expiry.pos_s", expiry.pos_s, MAX_EXPIRY_S);
        problems.at_most("jopay.expiry.invoice_s", expiry.invoice_s, MAX_EXPIRY_S);
        webhook.check(problems);
        let verify_ms = checkout.verify_ms.unwrap_or_default();
        problems.at_most("jopay.checkout.verify_ms", verify_ms, MAX_DELAY_MS);
        problems.header("jopay.checkout.coop", checkout.coop.as_deref());
    }
}

impl WebhookScript {
    fn check(&self, problems: &mut Problems) {
        problems.counts("jopay.webhook", self.copies, 1);
        problems.at_most("jopay.webhook.delay_ms", self.delay_ms, MAX_IPN_DELAY_MS);
        problems.at_most("jopay.webhook.timeout_ms", self.timeout_ms, MAX_DELAY_MS);
        problems.fields("jopay.webhook.fields", self.fields.keys(), WEBHOOK_FIELDS);
        if self.retry_ms.len() > MAX_RETRIES {
            problems.note(format!(
                "jopay.webhook.retry_ms must be at most {MAX_RETRIES} pauses."
            ));
        }
        let longest = self.retry_ms.iter().max().copied().unwrap_or_default();
        problems.at_most("jopay.webhook.retry_ms", longest, MAX_IPN_DELAY_MS);
        if self.order == Order::Reversed && self.delay_ms > 0 {
            let problem = "jopay.webhook.order must not be reversed with a delay_ms.".to_owned();
            problems.note(problem);
        }
    }
}

impl Default for LimitScript {
    fn default() -> Self {
        Self {
            calls: 60,
            merchants: 30,
            window_ms: 60_000,
            retry_after: false,
        }
    }
}

impl Default for ExpiryScript {
    fn default() -> Self {
        Self {
            pos_s: 3600,
            invoice_s: 7 * 24 * 3600,
        }
    }
}

impl Default for WebhookScript {
    fn default() -> Self {
        Self {
            mode: WebhookMode::default(),
            order: Order::default(),
            signature: Signing::default(),
            metadata: true,
            fields: BTreeMap::new(),
            copies: 1,
            delay_ms: 0,
            timeout_ms: 8000,
            retry_ms: vec![1000, 5000, 30_000, 120_000, 600_000],
        }
    }
}

impl Default for CheckoutScript {
    fn default() -> Self {
        Self {
            coop: None,
            verify_ms: Some(2000),
        }
    }
}

/// A year.
const MAX_EXPIRY_S: u64 = 365 * 24 * 3600;
const MAX_RETRIES: usize = 20;
const CREATE_FIELDS: &[&str] = &[
    "ok",
    "request_id",
    "status",
    "proof_status",
    "pay_page_url",
    "expires_at",
    "created_at",
    "amount",
    "amount.fiat_int",
    "amount.fiat_code",
    "amount.usdc_micro",
    "merchant_id",
    "metadata",
];
const SHOWN_FIELDS: &[&str] = &[
    "ok",
    "request_id",
    "status",
    "proof_status",
    "pay_page_url",
    "expires_at",
    "created_at",
    "amount",
    "amount.fiat_int",
    "amount.fiat_code",
    "amount.usdc_micro",
    "merchant_id",
    "metadata",
    "tx_hash",
];
const LIST_FIELDS: &[&str] = &["ok", "requests", "next_cursor"];
const MERCHANT_FIELDS: &[&str] = &[
    "ok",
    "merchants",
    "next_cursor",
    "merchant_id",
    "onboarding_status",
    "onboarding_url",
    "display_currency",
    "wallet_address",
    "created_at",
];
const WEBHOOK_FIELDS: &[&str] = &[
    "event",
    "delivery_id",
    "partner_id",
    "request_id",
    "merchant_id",
    "proof_status",
    "proof_source",
    "tx_hash",
    "payer_address",
    "timestamp",
    "metadata",
];

//! The script's documentation: what `GET /sandbox/script` and `--help` print.

use serde::Serialize;

use super::Script;

mod jenga;
mod jopay;
mod joyndpay;

/// The body of `GET /sandbox/script`.
#[derive(Debug, Serialize)]
pub(crate) struct Manual {
    /// What is in force now, with what is left of `times`.
    script: Script,
    how: &'static str,
    keys: Vec<&'static Key>,
    example: serde_json::Value,
}

/// One key of the script.
#[derive(Debug, Serialize)]
struct Key {
    key: &'static str,
    values: &'static str,
    default: &'static str,
    meaning: &'static str,
}

impl Manual {
    /// The manual, with the script that is in force.
    pub(crate) fn new(script: Script) -> Self {
        Self {
            script,
            how: HOW,
            keys: KEYS.iter().copied().flatten().collect(),
            example: example(),
        }
    }
}

/// What `--help` prints after the options.
pub(crate) fn help_text() -> String {
    let mut text = format!("{}\n{CONTROL}", jopay::ROUTES);
    text.push_str("\nThe script (POST /sandbox/script). ");
    text.push_str(HOW);
    text.push('\n');
    for key in KEYS.iter().copied().flatten() {
        text.push_str(&format!(
            "  {}\n      {} (default: {}). {}\n",
            key.key, key.values, key.default, key.meaning
        ));
    }
    text.push_str(&format!("Example: {}\n", example()));
    text
}

fn example() -> serde_json::Value {
    serde_json::json!({"joyndpay": {
        "initiate": {"fault": "http_500", "times": 1},
        "verify": {"delay_ms": 300, "answer": {"amount": 1}},
        "ipn": {"copies": 3, "encoding": "form"},
        "checkout": {"coop": "same-origin"},
    }, "jenga": {
        "create": {"fault": "close_after_create", "times": 1},
        "token": {"lifetime_s": 5, "refuse_calls": 1},
        "ipn": {"fields": {"transaction.amount": 1}, "external_ref_in": "bank.reference"},
    }, "jopay": {
        "create": {"fault": "timeout_after_create", "times": 1},
        "get": {"answer": {"amount.fiat_int": 1}},
        "expiry": {"pos_s": 5},
        "webhook": {"order": "reversed", "retry_ms": [100, 100]},
        "checkout": {"verify_ms": 500},
    }})
}

const HOW: &str = "It replaces the script before it; what is left out is as by default, so {} ends all \
trouble. Unknown keys are refused.";

const CONTROL: &str = "\
Jenga, with /jenga in the place of the provider's host:
  POST /jenga/authentication/api/v3/authenticate/merchant
                            Api-Key header, {\"merchantCode\", \"consumerSecret\"}; the answer's expiresIn is a time
  POST /jenga/api-checkout/api/v1/create/payment-link
                            Bearer token, Signature over expiryDate + amount + currency + amountOption + externalRef; creates, or
                            updates the link of paymentLinkRef; the answer holds no address
  GET  /jenga/v3-apis/transaction-api/v3.0/transactions/details/{ref}
                            Bearer token, Signature over {ref}: the transaction's reference, the paymentLinkRef or the externalRef
  GET  /jenga/link/{paymentLinkRef}
                            the payment page, which SMS and e-mail lead to; ?to=N is the Nth customer of a BULK link
  GET  /outbox              those SMS and e-mails, as on a phone

Control API, for tests (JSON):
  GET  /sandbox/ledger      every payment: what was really paid, when, how often, and every notification:
                            {\"payments\": [{provider, mode, id, order_id, amount, currency, status, created_at_ms, opened,
                            first_opened_at_ms, walked_away, settled_at_ms, paid_at_ms, times_paid, attempts, checkout_url, ipn,
                            ...}]}, oldest first, amounts as text. Of Jenga id is the paymentLinkRef, order_id the externalRef,
                            status stays pending after a declined attempt, and there are paid_amount, redirect_url, link_type,
                            amount_option, expiry_date, expired, updates and customers; telephone numbers are masked; what
                            JoPay's have is said above
  GET  /sandbox/calls       every call to a provider's API: {\"calls\": [{number, at_ms, provider, method, path, key_id, order_id,
                            fault, http_status, took_ms}], \"forgotten\"}, oldest first; key_id is the name of one of JoPay's keys,
                            never the key
  GET  /sandbox/script      the script in force, and this documentation
  POST /sandbox/script      trouble on demand
  GET  /sandbox/outbox      every SMS and e-mail that a provider would have sent: {\"messages\": [{number, at_ms, provider,
                            channel: SMS | EMAIL, to, name, subject, text, link, order_id, payment_id}]}, newest first
  POST /sandbox/reset       forget payments, messages, calls and script
  POST /sandbox/joyndpay/payments/{id}/succeed
  POST /sandbox/joyndpay/payments/{id}/fail
                            settle without a browser; {id} is the provider's id or the order id; ?reverse=true
                            turns a settled payment around
  POST /sandbox/jenga/payments/{id}/succeed
  POST /sandbox/jenga/payments/{id}/fail
                            pay a link, or have it declined, without a browser; {id} is the paymentLinkRef or the externalRef;
                            ?method=mpesa|card|equity&customer=1&amount=400&again=true, each optional: again charges who has paid
                            once more
  POST /sandbox/jenga/payments/{id}/expire
                            its last day was yesterday
  GET  /sandbox/jenga/ipn   whom Jenga notifies; POST {\"url\": ..., \"username\": ..., \"password\": ...}
                            registers another; the last two may be left out; a url of null: nobody
  POST /sandbox/jopay/payments/{id}/succeed
                            send the exact amount and verify it, without a browser; {id} is the request_id or the order_id
                            of its metadata. After an expire or a cancellation it is a late success
  POST /sandbox/jopay/payments/{id}/attach
  POST /sandbox/jopay/payments/{id}/mismatch
                            send the exact amount, or too little, and attach its hash; it is not verified by itself
  POST /sandbox/jopay/payments/{id}/verify
                            find the exact amount on the chain
  POST /sandbox/jopay/payments/{id}/expire
                            its time to pay ends now
  GET  /sandbox/jopay/webhook
                            where JoPay's webhooks go; POST {\"url\": ..., \"secret\": ..., \"key_form\": \"utf8|hex\"} says so
                            anew; the last two may be left out; a url of null: nowhere
  GET  /sandbox/jopay/keys  the keys by name (test, live, restricted-1 ...), never themselves
  POST /sandbox/jopay/keys/{name}/revoke
  POST /sandbox/jopay/keys/{name}/restore
  GET  /                    a page that lists the payments
";

/// A provider a part.
const KEYS: &[&[Key]] = &[joyndpay::KEYS, jenga::KEYS, jopay::KEYS];

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_key_of_the_script_is_documented() {
        let mut undocumented = Vec::new();
        visit(
            "",
            &serde_json::to_value(Script::default()).unwrap(),
            &mut |path| {
                if !KEYS
                    .iter()
                    .copied()
                    .flatten()
                    .any(|it| it.key.split(", ").any(|key| key == path))
                {
                    undocumented.push(path.to_owned());
                }
            },
        );
        assert_eq!(undocumented, Vec::<String>::new());
    }

    #[test]
    fn the_example_is_a_script() {
        assert!(Script::read(example().to_string().as_bytes()).is_ok());
    }

    fn visit(path: &str, value: &Value, leaf: &mut impl FnMut(&str)) {
        match value.as_object() {
            Some(object) if !object.is_empty() => {
                for (key, value) in object {
                    visit(format!("{path}.{key}").trim_start_matches('.'), value, leaf);
                }
            }
            _ => leaf(path),
        }
    }
}

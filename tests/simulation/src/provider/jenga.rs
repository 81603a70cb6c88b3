//! Jenga: a token first, a signature over each request, a link that is sent to the shopper by the provider itself, and an
//! IPN with HTTP Basic that is the outcome. Nobody can be asked about a link, unless the merchant's agreement says so.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use malipo_server::clock::UnixMs;
use malipo_server::provider::{HttpRequest, HttpResponse};
use malipo_wire::Money;
use ring::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Value, json};

use super::ledger::Opening;
use super::{Ask, Kind, Ledger, Letter, Payment, Standing, Terms, header, json_response, number};
use crate::START;

/// The tokens that are good, each until when.
#[derive(Clone, Debug, Default)]
pub(super) struct Tokens {
    until: BTreeMap<String, u64>,
    given: u64,
}

impl Tokens {
    fn give(&mut self, now: u64) -> (String, u64) {
        self.given += 1;
        let (token, until) = (format!("TOKEN-CANARY-{}", self.given), now + TOKEN_MS);
        self.until.insert(token.clone(), until);
        (token, until)
    }

    pub(super) fn revoke(&mut self) {
        self.until.clear();
    }

    /// Whether a call brings a token that is good now.
    pub(super) fn admits(&self, request: &HttpRequest, now: u64) -> bool {
        let bearer = header(request, "authorization");
        let token = bearer.strip_prefix("Bearer ").unwrap_or_default();
        self.until.get(token).is_some_and(|it| now < *it)
    }
}

/// Reads a call as the provider does. It panics at what the provider does not know: the world's server is at fault then.
pub(super) fn read(request: &HttpRequest) -> Ask {
    let path = request.url.strip_prefix("https://uat.finserve.africa");
    match path.unwrap_or_default() {
        "/authentication/api/v3/authenticate/merchant" => {
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            let keys = (header(request, "api-key"), &body["consumerSecret"]);
            assert_eq!((keys.0.as_str(), keys.1), (API_KEY, &json!(CONSUMER)));
            assert_eq!(body["merchantCode"], MERCHANT);
            Ask::Token
        }
        "/api-checkout/api/v1/create/payment-link" => open_asked(request),
        path => {
            let details = "/v3-apis/transaction-api/v3.0/transactions/details/";
            let Some(name) = path.strip_prefix(details) else {
                panic!("a call to {}", request.url);
            };
            Ask::LookUp {
                name: name.to_owned(),
            }
        }
    }
}

fn open_asked(request: &HttpRequest) -> Ask {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let link = &body["paymentLink"];
    let text = |name: &str| link[name].as_str().unwrap().to_owned();
    assert_eq!((text("amountOption"), text("paymentLinkType")), said());
    let reference = text("externalRef");
    for name in ["firstName", "lastName", "email", "countryCode"] {
        let customer = &body["customers"][0];
        assert!(customer[name].is_string(), "{reference} is sent to nobody");
    }
    // Inclusive, in Nairobi.
    let end = format!("{}T20:59:59.999Z", text("expiryDate"));
    let end = UnixMs::from_rfc3339(&end).unwrap().0;
    Ask::Open {
        price: super::money(&link["amount"], &text("currency")).unwrap(),
        notify_path: "/pay/notify/jenga".to_owned(),
        back_url: text("redirectURL"),
        key: String::new(),
        order: String::new(),
        until: u64::try_from(end).ok().map(|it| it.saturating_sub(START)),
        reference,
    }
}

fn said() -> (String, String) {
    ("RESTRICTED".to_owned(), "SINGLE".to_owned())
}

/// The text that the merchant has to sign, character by character as it stands in the request.
fn signed_text(ask: &Ask, request: &HttpRequest) -> Option<String> {
    match ask {
        Ask::Open { .. } => {
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            let link = &body["paymentLink"];
            let text = |name: &str| link[name].as_str().unwrap().to_owned();
            let (until, currency) = (text("expiryDate"), text("currency"));
            let (option, reference) = (text("amountOption"), text("externalRef"));
            Some(format!(
                "{until}{}{currency}{option}{reference}",
                link["amount"]
            ))
        }
        Ask::LookUp { name } => Some(name.clone()),
        Ask::List { .. } | Ask::CallOff { .. } | Ask::Token => None,
    }
}

/// Panics where a call is not signed with the key whose public half the merchant has named.
pub(super) fn check_signature(ask: &Ask, request: &HttpRequest) {
    if let Some(text) = signed_text(ask, request) {
        let signature = STANDARD.decode(header(request, "signature")).unwrap();
        let fits = PUBLIC_KEY.verify(text.as_bytes(), &signature);
        assert!(fits.is_ok(), "the signature does not fit {text}");
    }
}

static PUBLIC_KEY: LazyLock<UnparsedPublicKey<Vec<u8>>> = LazyLock::new(|| {
    let der = PrivatePkcs8KeyDer::from_pem_slice(PRIVATE_KEY.as_bytes()).unwrap();
    let key = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let public = key.public_key().as_ref().to_vec();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
});

pub(super) fn token(ledger: &mut Ledger, now: u64) -> HttpResponse {
    let (token, until) = ledger.tokens.give(now);
    let until = UnixMs(i64::try_from(START + until).unwrap_or(i64::MAX));
    json_response(
        200,
        &json!({
            "accessToken": token, "refreshToken": "ctmB6G==", "expiresIn": until.to_rfc3339(), "tokenType": "Bearer",
        }),
    )
}

pub(super) fn not_authorised() -> HttpResponse {
    json_response(
        401,
        &json!({"status": false, "code": 401, "message": "Unauthorized"}),
    )
}

/// Whether a name is known does not matter: two creates are two links.
pub(super) fn open(ledger: &mut Ledger, opening: Opening, now: u64) -> HttpResponse {
    let index = ledger.open(opening, now);
    let it = ledger.at(index);
    json_response(
        200,
        &json!({
            "status": true, "code": 200, "message": "Payment link successfully generated", "metadata": {},
            "data": {
                "dateCreated": START + now, "paymentLinkRef": it.id, "externalRef": it.reference,
                "status": {"code": "PEND", "name": "Pending"},
            },
        }),
    )
}

/// The name of the next link.
pub(super) fn next_id(ledger: &Ledger) -> String {
    format!("45617557{:07}", ledger.payments().len())
}

/// Transaction details of a link: the last try, where they answer for links.
pub(super) fn details(payment: &Payment, then: u64) -> HttpResponse {
    let is_paid = payment.as_of(then) == Standing::Paid;
    let data = match (payment.paid.filter(|_| is_paid), payment.tries.last()) {
        (Some(paid), _) => json!({"state": "Success", "stateCode": 2, "amount": number(paid)}),
        (None, Some(_)) => json!({"state": "Failed", "stateCode": 1, "code": 400_105}),
        (None, None) => return unknown(),
    };
    json_response(
        200,
        &json!({"status": true, "code": 0, "message": "success", "data": data}),
    )
}

/// Transaction details answer for nothing that this provider knows.
pub(super) fn unknown() -> HttpResponse {
    json_response(
        404,
        &json!({"status": false, "code": 404, "message": "not found"}),
    )
}

/// What an answer about a transaction says was paid: it names no currency.
pub(super) fn says_paid(body: &Value) -> Option<Money> {
    let data = &body["data"];
    let is_it = body["status"] == true && data["stateCode"] == 2;
    super::money(&data["amount"], Kind::Jenga.currency()).filter(|_| is_it)
}

/// The IPN of a try.
pub(super) fn letter(payment: &Payment, number_of_try: usize, terms: Terms) -> Letter {
    let it = &payment.tries[number_of_try];
    let order = it.paid.unwrap_or(payment.price);
    let sum = Money::from_minor(order.minor() + it.charge, order.currency());
    let sum = sum.unwrap_or(order);
    let status = match it.paid {
        Some(_) => "SUCCESS",
        None => "FAILED",
    };
    // No page says which field carries which name.
    let bill = match terms.names_link_alone {
        true => "INVZCF",
        false => &payment.reference,
    };
    let body = json!({
        "callbackType": "IPN",
        "customer": {"name": "NAME CANARY-8", "mobileNumber": "254712345678", "reference": payment.id},
        "transaction": {
            "date": "2026-09-21 14:15:20", "reference": it.reference, "paymentMode": "MPESA", "amount": number(sum),
            "currency": sum.currency().code(), "billNumber": bill, "servedBy": "EQ", "additionalInfo": "MPESA",
            "orderAmount": number(order), "serviceCharge": it.charge, "orderCurrency": order.currency().code(),
            "status": status, "remarks": "00:Approved",
        },
        "bank": {"reference": it.reference, "transactionType": "C", "account": null},
    });
    let mut letter = Letter::new(&payment.notify_path, body.to_string());
    letter.headers.push(("authorization", basic(IPN_PASSWORD)));
    letter.tells = it.paid.map(|it| (payment.reference.clone(), it));
    letter.is_outcome = true;
    letter
}

/// The header by which an IPN proves who sent it.
pub(super) fn basic(password: &str) -> String {
    let text = STANDARD.encode(format!("ipnuser:{password}"));
    format!("Basic {text}")
}

/// The provider refuses, in its own form.
pub(super) fn refusal() -> HttpResponse {
    json_response(
        200,
        &json!({"status": false, "code": 400, "message": "not today"}),
    )
}

pub(crate) const API_KEY: &str = "API-CANARY-5";
pub(crate) const MERCHANT: &str = "9000000001";
pub(crate) const CONSUMER: &str = "CONSUMER-CANARY-6";
pub(crate) const IPN_PASSWORD: &str = "IPN-CANARY-7";
/// A key of the tests, which opens nothing.
pub(crate) const PRIVATE_KEY_FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../server/tests/it/jenga/key.pem"
);
const PRIVATE_KEY: &str = include_str!("../../../../server/tests/it/jenga/key.pem");
const TOKEN_MS: u64 = 15 * 60_000;
/// What its proxies say.
pub(super) const GARBAGE: &[&str] = &[
    "",
    "<html>502</html>",
    "null",
    r#"{"status":true}"#,
    r#"{"status":true,"code":200,"data":{}}"#,
    r#"{"status":true,"data":{"stateCode":2}}"#,
    r#"{"status":"success","data":{"stateCode":2,"amount":1}}"#,
    r#"{"status":"#,
];

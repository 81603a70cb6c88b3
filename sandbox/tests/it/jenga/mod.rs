//! Jenga: payment links, their pages, their messages, their notifications.

use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use crate::{
    merchant::Merchant,
    sandbox::{Sandbox, json_of},
};

mod authentication;
mod bulk;
mod control;
mod details;
mod links;
mod notifications;
mod outbox;
mod page;
mod records;
mod signature;
mod trouble;
mod validation;

/// A sandbox that takes unsigned calls, and a merchant who is logged in.
struct Jenga {
    sandbox: Sandbox,
    token: String,
}

impl Jenga {
    async fn start() -> Self {
        Self::start_with(&["--jenga-signature", "optional"]).await
    }

    /// Every payment is told to `merchant`.
    async fn telling(merchant: &Merchant) -> Self {
        let signature = ["--jenga-signature", "optional"];
        Self::start_with(&[&signature[..], &["--jenga-ipn-url", &merchant.ipn_url]].concat()).await
    }

    async fn start_with(arguments: &[&str]) -> Self {
        let sandbox = Sandbox::start_with(arguments).await;
        let token = log_in(&sandbox).await;
        Self { sandbox, token }
    }

    fn post(&self, body: &Value) -> RequestBuilder {
        let url = format!("{}{CREATE}", self.sandbox.base);
        let request = self.sandbox.http.post(url).bearer_auth(&self.token);
        request.json(body)
    }

    async fn create(&self, body: &Value) -> Response {
        self.post(body).send().await.unwrap()
    }

    /// Creates a link and gives its reference.
    async fn link(&self, body: &Value) -> String {
        let answer = self.create(body).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let answer = json_of(answer).await;
        answer["data"]["paymentLinkRef"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Creates a link and gives its page's address, on the address that the program listens on.
    async fn page(&self, body: &Value) -> String {
        let link_ref = self.link(body).await;
        format!("{}/jenga/link/{link_ref}", self.sandbox.base)
    }

    async fn script(&self, jenga: Value) {
        let script = json!({"jenga": jenga});
        let answer = self.sandbox.post("/sandbox/script", &script).await;
        assert_eq!(answer.status(), StatusCode::OK);
    }

    /// Settles through the control API and gives its answer.
    async fn settle(&self, what: &str) -> Value {
        let path = format!("/sandbox/jenga/payments/{what}");
        json_of(self.sandbox.post(&path, &json!({})).await).await
    }

    async fn html(&self, url: &str) -> (StatusCode, String) {
        let answer = self.sandbox.http.get(url).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// Presses a button of the page as John Doe does, with `more` fields.
    async fn press(&self, page: &str, action: &str, more: &[(&str, &str)]) -> Response {
        let mut fields = vec![
            ("action", action),
            ("name", "John Doe"),
            ("phone", "+254 712 345 678"),
        ];
        fields.extend([("method", "mpesa"), ("amount", "400")]);
        fields.retain(|(name, _)| more.iter().all(|(it, _)| it != name));
        fields.extend(more);
        self.sandbox.press(page, &fields).await
    }

    async fn messages(&self) -> Vec<Value> {
        let outbox = json_of(self.sandbox.get("/sandbox/outbox").await).await;
        outbox["messages"].as_array().unwrap().clone()
    }
}

/// A token, got with the default credentials.
async fn log_in(sandbox: &Sandbox) -> String {
    let answer = authenticate(sandbox).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    json_of(answer).await["accessToken"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// An authentication with the default credentials.
fn authenticate(sandbox: &Sandbox) -> RequestBuilder {
    let url = format!(
        "{}/jenga/authentication/api/v3/authenticate/merchant",
        sandbox.base
    );
    let request = sandbox
        .http
        .post(url)
        .header("Api-Key", "sandbox-jenga-api-key");
    request.json(
        &json!({"merchantCode": "9000000001", "consumerSecret": "sandbox-jenga-consumer-secret"}),
    )
}

/// A good request for a SINGLE link.
fn single(external_ref: &str) -> Value {
    json!({
        "customers": [john(external_ref)],
        "paymentLink": {"expiryDate": "2099-12-31", "saleDate": "2026-11-21", "paymentLinkType": "SINGLE",
            "saleType": "SERVICE", "name": "Hotel Reservation", "description": "Two nights", "externalRef": external_ref,
            "paymentLinkRef": "", "redirectURL": "http://shop.example/thanks?order=7", "amountOption": "RESTRICTED",
            "amount": 400, "currency": "KES"},
        "notifications": ["EMAIL", "SMS"],
    })
}

/// A good request for a BULK link for John Doe and Cliff Sed.
fn bulk(external_ref: &str) -> Value {
    let mut body = single(external_ref);
    body["paymentLink"]["paymentLinkType"] = json!("BULK");
    body["paymentLink"]["redirectURL"] = json!("");
    body["customers"] = json!([john("8398932700111222"), {"firstName": "Cliff", "lastName": "Sed",
        "email": "cliff.sed@bank.example", "phoneNumber": "254722577556", "firstAddress": "", "countryCode": "KE",
        "postalOrZipCode": "00100", "customerExternalRef": "839893272262515252"}]);
    body
}

fn john(reference: &str) -> Value {
    json!({"firstName": "John", "lastName": "Doe", "email": "john.doe@mail.example", "phoneNumber": "254764848636",
        "firstAddress": "", "countryCode": "KE", "postalOrZipCode": "00100", "customerExternalRef": reference})
}

fn refusal(code: u32, message: &str) -> Value {
    json!({"status": false, "code": code, "message": message, "metadata": {}})
}

const CREATE: &str = "/jenga/api-checkout/api/v1/create/payment-link";
/// The public key of the provider notes' signatures.
const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAy6R+aV4xoA6k4IKY15Jg
FaenBGeCCjlOInePS6nRVKEsgAYdVGcYk2tNrRKA7y0/BQkqBXaybGSK65NAS41y
VpTDtiylOLkpv4oyqCyIx0weo5FiOJNrrImbU5R0NdJN7d9u4pV2xRZ47QOD7D8T
ocIjC9+y1eztNQ3exj+nuk5CCrxxLLUVkfNsQsvtNEkOcH5nt+HPe74FgPQsEBB+
Zz7a49EqovVa23ez0tbN7DLhvWpf2ERgBWfArfd4+QUU8wp38axNFqOcw/ealKBF
tKSzdVV/lXQkU1UIsJ9PJ2ZrWTNauwuFWFWVbzRGbLFuskOH9yaiGrh+oo2FZZ1A
+wIDAQAB
-----END PUBLIC KEY-----
";
/// Over "2026-12-31400KESRESTRICTEDORD0000012345".
const SIGNED_LINK: &str = "X7XRDMoOJKYRFNoiWpPdX9ElOlUydSd+JmEkmVRTbsMB2ldzC95MYKNL/ofGmWD/gMm/dW9/zwG0PGjlp/IitCre\
    +3n/tfCwaYQlxMJYtinUnDWq0blcighI2LpZwQvEmoe1QQhfkXUw913x/CP8EdbtMErwiJ1Wcuk1W2/voUBdW3LsFpvgynOKdQ0VKpnusDmpxYpX\
    S+8qBSG+KvZJd5hxnssJAEPrsRqoc0fP/X9kmQf3u6+utOW9rFbt9YG3YdVDLrJ3FdMlok9UpQKQr1W+wK4BaF3rlMHJW/cFIybx6pZyiiJh5bxd\
    Ezn+MHFKoC4tSqjUnLyJy65U79K4/w==";
/// Over "ORD0000012345".
const SIGNED_DETAILS: &str = "scf8LD7th+uU8F5SB4WTrVOLDyPosk2wRrOtcyGOxjgdaKDK31Dv9J67wtTeYJVD/vzY0lMLGzsuPyn5aQ2r3XkZ\
    ygpUoWZimkLHcTX45oLcsZmjqyOlFTZv/co7vg8AScbCdfTvWCMG26e48jcMkOsb0wBgGQo8/5sjovg1niTMLJWai7DEKWZPGaf/Mg1EErVIE8Q1\
    9v9SRWdwRJZFYUUh8qDGnDfq2neSFS5TjsTxpBWucEMgxcvWi5ooD9X99oqixCcZpR5hCfpkeI6tiA2CL9Sc6lU2sfr/cnUi2CE/S66fJzbyOgmt\
    LgYKJiS4b6+x7J36ChNoSkicqf3zGQ==";

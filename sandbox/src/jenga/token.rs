//! Access tokens: JWTs to look at, opaque to whoever holds them, known here by their text alone.

use std::collections::HashMap;

use axum::http::{HeaderMap, header};
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::{Value, json};

/// The tokens that are good, with the time at which each ends.
#[derive(Default)]
pub(super) struct Tokens(HashMap<String, u64>);

impl Tokens {
    /// Makes a token for `account` that is good until `until_ms`. None where the system has no randomness.
    pub(super) fn issue(&mut self, account: &str, now_ms: u64, until_ms: u64) -> Option<Issued> {
        let claims = json!({"tokenType": "MERCHANT", "env": "UAT", "exp": until_ms / 1000, "iat": now_ms / 1000,
            "account": account});
        let part = |it: &Value| BASE64_URL_SAFE_NO_PAD.encode(it.to_string());
        let head = part(&json!({"alg": "RS512"}));
        let signature = BASE64_URL_SAFE_NO_PAD.encode(random::<256>()?);
        let access = format!("{head}.{}.{signature}", part(&claims));
        let refresh = BASE64_STANDARD.encode(random::<64>()?);
        self.0.retain(|_, until| *until > now_ms);
        self.0.insert(access.clone(), until_ms);
        Some(Issued { access, refresh })
    }

    /// Whether the token is good; with `revoke`, it never is again.
    ///
    /// # Errors
    /// A sentence for the merchant.
    pub(super) fn check(
        &mut self,
        headers: &HeaderMap,
        now_ms: u64,
        revoke: bool,
    ) -> Result<(), String> {
        let sent = headers
            .get(header::AUTHORIZATION)
            .and_then(|it| it.to_str().ok())
            .and_then(|it| it.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"));
        let Some((_, token)) = sent else {
            return Err(
                "Unauthorised: the Authorization header must be Bearer and an access token."
                    .to_owned(),
            );
        };
        if revoke {
            self.0.remove(token);
        }
        match self.0.get(token) {
            Some(until) if now_ms < *until => Ok(()),
            Some(_) => Err("Unauthorised: the access token has expired.".to_owned()),
            None => Err("Unauthorised: the access token is not valid.".to_owned()),
        }
    }
}

/// What an authentication is answered with.
pub(super) struct Issued {
    pub(super) access: String,
    /// Good for nothing: no endpoint that takes it is documented.
    pub(super) refresh: String,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tokens({} of them)", self.0.len())
    }
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Issued([redacted])")
    }
}

fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes)
}

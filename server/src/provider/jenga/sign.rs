//! What is sent to Jenga is signed: RSASSA-PKCS1-v1_5 with SHA-256 over the fields in a row, in base64.
//!
//! Source: Finserve's own WooCommerce plugin and every public integration; their page on signatures shows the header and
//! the keys alone (read 2026-11-21).

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;

use crate::provider::ProviderError;

/// The merchant's private key. Its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct PrivateKey(Arc<RsaKeyPair>);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey([redacted])")
    }
}

impl PrivateKey {
    /// Reads a key in PEM, PKCS#8 or PKCS#1.
    ///
    /// # Errors
    /// What is wrong with it; nothing of it is shown.
    pub fn from_pem(pem: &[u8]) -> Result<Self, &'static str> {
        let der = PrivateKeyDer::from_pem_slice(pem).map_err(|_| "holds no private key in PEM")?;
        let key = match &der {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            PrivateKeyDer::Sec1(_) | _ => return Err("holds a private key that is no RSA key"),
        };
        // ring takes 2048 to 4096 bits.
        let key = key.map_err(|_| "holds no RSA key of 2048 to 4096 bits")?;
        Ok(Self(Arc::new(key)))
    }

    /// The `Signature` header over these fields, without anything between them.
    pub(super) fn sign(&self, fields: &[&str]) -> Result<String, ProviderError> {
        let text = fields.concat();
        remembered(&text, |it| self.signature(it))
    }

    fn signature(&self, text: &str) -> Result<String, ProviderError> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            // Without randomness nothing is signed, and nothing has been sent.
            .map_err(|_| ProviderError::Unreachable)?;
        Ok(STANDARD.encode(signature))
    }
}

#[cfg(feature = "simulation")]
use crate::simulation::remembered;

/// Each text is signed when it is sent.
#[cfg(not(feature = "simulation"))]
fn remembered<E>(text: &str, sign: impl FnOnce(&str) -> Result<String, E>) -> Result<String, E> {
    sign(text)
}

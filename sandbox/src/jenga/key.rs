//! The merchant's public key and the signatures made with its private half: RSASSA-PKCS1-v1_5 over SHA-256, in base64.

use std::str::FromStr;

use axum::http::HeaderMap;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use rustls::pki_types::{SubjectPublicKeyInfoDer, pem::PemObject as _};
use spki::{ObjectIdentifier, SubjectPublicKeyInfoRef};

use super::args::SignatureRule;

/// An RSA public key of 2048 bits or more.
#[derive(Clone, Debug)]
pub(super) struct PublicKey(UnparsedPublicKey<Vec<u8>>);

impl PublicKey {
    /// Whether `signature`, in base64, is this key's over `text`.
    fn verifies(&self, text: &str, signature: &str) -> bool {
        BASE64_STANDARD
            .decode(signature)
            .is_ok_and(|it| self.0.verify(text.as_bytes(), &it).is_ok())
    }
}

impl FromStr for PublicKey {
    type Err = String;

    /// Reads PEM, or its content without the first and last line.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what is taken.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let pem = if text.starts_with("-----") {
            text.to_owned()
        } else {
            format!("{BEGIN}\n{text}\n{END}")
        };
        let der = SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| format!("it must be PEM from {BEGIN} to {END}, or what stands between"))?;
        let info = SubjectPublicKeyInfoRef::try_from(der.as_ref())
            .map_err(|error| format!("it is not a public key: {error}"))?;
        if info.algorithm.oid != RSA {
            return Err("it must be the key of RSA".to_owned());
        }
        let key = info.subject_public_key.raw_bytes();
        if key.len() < SHORTEST {
            return Err("it must have 2048 bits or more".to_owned());
        }
        Ok(Self(UnparsedPublicKey::new(
            &RSA_PKCS1_2048_8192_SHA256,
            key.to_vec(),
        )))
    }
}

/// Checks the `Signature` header over `text`.
///
/// # Errors
/// A sentence for the merchant.
pub(super) fn check_signature(
    key: Option<&PublicKey>,
    rule: SignatureRule,
    headers: &HeaderMap,
    text: &str,
) -> Result<(), String> {
    let sent = match headers.get("Signature").map(|it| it.to_str()) {
        Some(Ok(sent)) if !sent.is_empty() => Some(sent),
        Some(Err(_)) => return Err("The Signature header is not base64.".to_owned()),
        Some(Ok(_)) | None => None,
    };
    match (sent, key, rule) {
        (None, _, SignatureRule::Optional) | (Some(_), None, SignatureRule::Optional) => Ok(()),
        (None, _, SignatureRule::Required) => Err("The Signature header is missing.".to_owned()),
        (Some(_), None, SignatureRule::Required) => Err(
            "Invalid signature: the merchant has registered no public key (--jenga-public-key)."
                .to_owned(),
        ),
        (Some(sent), Some(key), _) if key.verifies(text, sent) => Ok(()),
        (Some(_), Some(_), _) => Err("Invalid signature.".to_owned()),
    }
}

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";
/// rsaEncryption of PKCS #1.
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// Bytes of an RSAPublicKey: modulus of 2048 bits with a leading zero (257), smallest exponent (1), and their headers.
const SHORTEST: usize = 257 + 1 + 4 + 2 + 4;

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of the provider notes, computed with a key pair whose private half was destroyed (2026-11-21).
    const PEM: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAy6R+aV4xoA6k4IKY15Jg
FaenBGeCCjlOInePS6nRVKEsgAYdVGcYk2tNrRKA7y0/BQkqBXaybGSK65NAS41y
VpTDtiylOLkpv4oyqCyIx0weo5FiOJNrrImbU5R0NdJN7d9u4pV2xRZ47QOD7D8T
ocIjC9+y1eztNQ3exj+nuk5CCrxxLLUVkfNsQsvtNEkOcH5nt+HPe74FgPQsEBB+
Zz7a49EqovVa23ez0tbN7DLhvWpf2ERgBWfArfd4+QUU8wp38axNFqOcw/ealKBF
tKSzdVV/lXQkU1UIsJ9PJ2ZrWTNauwuFWFWVbzRGbLFuskOH9yaiGrh+oo2FZZ1A
+wIDAQAB
-----END PUBLIC KEY-----
";
    const OF_A_LINK: &str = "X7XRDMoOJKYRFNoiWpPdX9ElOlUydSd+JmEkmVRTbsMB2ldzC95MYKNL/ofGmWD/gMm/dW9/zwG0PGjlp/IitCre\
        +3n/tfCwaYQlxMJYtinUnDWq0blcighI2LpZwQvEmoe1QQhfkXUw913x/CP8EdbtMErwiJ1Wcuk1W2/voUBdW3LsFpvgynOKdQ0VKpnusDmpxYpX\
        S+8qBSG+KvZJd5hxnssJAEPrsRqoc0fP/X9kmQf3u6+utOW9rFbt9YG3YdVDLrJ3FdMlok9UpQKQr1W+wK4BaF3rlMHJW/cFIybx6pZyiiJh5bxd\
        Ezn+MHFKoC4tSqjUnLyJy65U79K4/w==";
    const OF_DETAILS: &str = "scf8LD7th+uU8F5SB4WTrVOLDyPosk2wRrOtcyGOxjgdaKDK31Dv9J67wtTeYJVD/vzY0lMLGzsuPyn5aQ2r3XkZ\
        ygpUoWZimkLHcTX45oLcsZmjqyOlFTZv/co7vg8AScbCdfTvWCMG26e48jcMkOsb0wBgGQo8/5sjovg1niTMLJWai7DEKWZPGaf/Mg1EErVIE8Q1\
        9v9SRWdwRJZFYUUh8qDGnDfq2neSFS5TjsTxpBWucEMgxcvWi5ooD9X99oqixCcZpR5hCfpkeI6tiA2CL9Sc6lU2sfr/cnUi2CE/S66fJzbyOgmt\
        LgYKJiS4b6+x7J36ChNoSkicqf3zGQ==";

    #[track_caller]
    fn check(text: &str, signature: &str, expected: bool) {
        let block: String = PEM.lines().filter(|it| !it.starts_with('-')).collect();
        for written in [PEM, &block, &format!("  {block}\n")] {
            let key: PublicKey = written.parse().unwrap();
            assert_eq!(key.verifies(text, signature), expected, "{text}");
        }
    }

    #[test]
    fn the_vectors_verify_with_pem_and_with_its_content() {
        check("2026-12-31400KESRESTRICTEDORD0000012345", OF_A_LINK, true);
        check("ORD0000012345", OF_DETAILS, true);
    }

    #[test]
    fn another_text_of_the_same_amount_does_not_verify() {
        check(
            "2026-12-31400.00KESRESTRICTEDORD0000012345",
            OF_A_LINK,
            false,
        );
        check("ORD0000012345", OF_A_LINK, false);
        check("ORD0000012345", "not base64!", false);
        check("ORD0000012345", "", false);
    }

    #[test]
    fn what_is_no_rsa_key_is_refused_with_a_sentence() {
        let elliptic = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEdsQH5eBCo7R5RjkmhnxPplh6tuRn80rn44ytr0O/0tBZobVcMPZkFDpovgyLGzSR\
            mn5qo1ZMpRZp3owWvjqGQQ==";
        let of_1024_bits = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCog+rlGQDfKuFug7QucG6NZX8lAEm1lqz8Lio7vwf38Ohg1PK4JVE/rGiD7fkO\
            Qw5IQV9gutXcX24b2mrZGyQ89Y2JOLEZHqQic5DlI5/+ovoPcUqsaCDRBiBb518i/ZIb7UX1KelPOJgqAtDZ0aKUMlh4py1467ga\
            nMREmNqK7QIDAQAB";
        for (text, said) in [
            ("", "it is not a public key"),
            (
                "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
                "it must be PEM",
            ),
            ("AAAA", "it is not a public key"),
            (elliptic, "it must be the key of RSA"),
            (of_1024_bits, "it must have 2048 bits or more"),
        ] {
            let error = text.parse::<PublicKey>().unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}

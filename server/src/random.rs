//! Random names and secrets, from the operating system, but for the names of requests.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::payment::{AttemptId, Reference};
use crate::store::Hash;

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug)]
pub struct NoRandomness;

/// A secret of 256 bits as 43 characters of base64url.
///
/// # Errors
/// [`NoRandomness`].
pub fn secret() -> Result<String, NoRandomness> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<32>()?))
}

/// The hash under which a secret is kept and found. A secret of 256 random bits needs no slow hash.
#[must_use]
pub fn hash(secret: &str) -> Hash {
    Sha256::digest(secret.as_bytes()).into()
}

/// A name for an attempt.
///
/// # Errors
/// [`NoRandomness`].
pub fn attempt_id() -> Result<AttemptId, NoRandomness> {
    let uuid = uuid::Builder::from_random_bytes(bytes()?).into_uuid();
    Ok(AttemptId(uuid.to_string()))
}

/// 16 random characters out of `[A-Z0-9]`: 82 bits.
///
/// # Errors
/// [`NoRandomness`].
pub fn reference() -> Result<Reference, NoRandomness> {
    let mut text = String::with_capacity(REFERENCE_LENGTH);
    while text.len() < REFERENCE_LENGTH {
        for byte in bytes::<32>()? {
            // 252 is the largest multiple of 36 in a byte: what is above would make some letters likelier.
            if byte < 252
                && text.len() < REFERENCE_LENGTH
                && let Some(letter) = ALPHABET.get(usize::from(byte % 36))
            {
                text.push(char::from(*letter));
            }
        }
    }
    Ok(Reference(text))
}

/// A number for jitter; the middle where there is no randomness, since jitter is no secret.
#[must_use]
pub fn jitter() -> u32 {
    bytes().map_or(u32::MAX / 2, u32::from_le_bytes)
}

/// Eight characters to find a request's log line by. They are no secret: nothing is opened by them.
#[must_use]
pub fn request_id() -> String {
    format!("{:08x}", name())
}

/// Of a generator that each thread seeds once: the operating system would be asked for each request.
#[cfg(not(feature = "simulation"))]
fn name() -> u32 {
    fastrand::u32(..)
}

#[cfg(feature = "simulation")]
fn name() -> u32 {
    jitter()
}

#[cfg(not(feature = "simulation"))]
fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

#[cfg(feature = "simulation")]
use crate::simulation::bytes;

const ALPHABET: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const REFERENCE_LENGTH: usize = 16;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn requests_have_names_of_eight_characters_that_differ_whatever_thread_answers_them() {
        let some = || (0..1_000).map(|_| request_id()).collect::<Vec<_>>();
        let threads = [(); 4].map(|()| std::thread::spawn(some));
        let all: Vec<_> = threads
            .into_iter()
            .flat_map(|it| it.join().unwrap())
            .collect();
        for name in &all {
            assert!(
                name.len() == 8 && u32::from_str_radix(name, 16).is_ok(),
                "{name}"
            );
        }
        // Of 2^32, two of so many are the same once in five hundred runs; more than two never are.
        let different: BTreeSet<_> = all.iter().collect();
        assert!(3_998 <= different.len(), "{}", different.len());
    }
}

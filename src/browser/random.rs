//! Random bits, from the browser's cryptographic generator only.

/// 128 random bits; `None` where the browser gives none.
#[must_use]
pub fn bits() -> Option<u128> {
    let mut bytes = [0; 16];
    let crypto = web_sys::window()?.crypto().ok()?;
    crypto.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(u128::from_le_bytes(bytes))
}

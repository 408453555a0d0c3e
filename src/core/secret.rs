//! Secrets: values that are never shown. A document names one by its fingerprint; who may open it asks the vault.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::error::{Error, Result};
use super::parameter::Parameter;
use super::redact;

/// What stands before a fingerprint where a resolved argument names a secret: no text that a service takes has it.
pub const SEALED: &str = "\u{0}secret:";

/// A secret value. It is wiped when it is dropped, and its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    fingerprint: Fingerprint,
    text: Zeroizing<String>,
}

impl Secret {
    /// Returns the value, to be sent and never to be shown.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// Returns what it is told by.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.fingerprint)
    }
}

/// What a secret is told by: the first 16 bytes of an HMAC-SHA-256 of it, written as 32 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Fingerprint {
    type Err = Error;

    fn from_str(s: &str) -> Result<Fingerprint> {
        let bytes = hex::decode(s).ok().filter(|_| !s.bytes().any(|b| b.is_ascii_uppercase()));
        bytes.and_then(|b| b.try_into().ok()).map(Fingerprint).ok_or_else(|| {
            Error::input(format!(
                "`{}` is not a fingerprint (32 lowercase hexadecimal digits)",
                s.escape_debug()
            ))
        })
    }
}

/// The key that fingerprints are made with. Without it a fingerprint says nothing about a value that can be guessed.
#[derive(Clone)]
pub struct Seal(Arc<Zeroizing<[u8; 32]>>);

impl Seal {
    /// Returns the seal with this key.
    pub fn new(key: [u8; 32]) -> Seal {
        Seal(Arc::new(Zeroizing::new(key)))
    }

    /// Returns `text` as a secret, with its fingerprint. From now on this process shows it nowhere ([`super::redact`]).
    pub fn secret(&self, text: &str) -> Secret {
        redact::register(text);
        // A key of any length will do (RFC 2104), so this cannot fail.
        let mac = Hmac::<Sha256>::new_from_slice(&self.0[..]);
        let mut fingerprint = [0; 16];
        if let Ok(mut mac) = mac {
            mac.update(text.as_bytes());
            fingerprint.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        }
        Secret { fingerprint: Fingerprint(fingerprint), text: Zeroizing::new(text.to_string()) }
    }
}

/// A seal that no other process has: its fingerprints can be compared with each other, and with nothing that is kept.
impl Default for Seal {
    fn default() -> Seal {
        let mut key = [0; 32];
        // Without randomness nothing of this process would be safe.
        getrandom::fill(&mut key).expect("the system has randomness");
        Seal::new(key)
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal")
    }
}

/// Keeps secrets so that they can be put back, where the configuration says so.
#[async_trait]
pub trait Vault: Send + Sync {
    /// Keeps `secret`, if this vault keeps any.
    async fn keep(&self, secret: &Secret) -> Result<()>;

    /// Returns whether [`Vault::open`] would find it.
    async fn has(&self, fingerprint: &Fingerprint) -> Result<bool>;

    /// Returns the secret; `None` where it was never kept.
    async fn open(&self, fingerprint: &Fingerprint) -> Result<Option<Secret>>;

    /// Returns whether [`Vault::open`] of another process would find it, too.
    async fn keeps(&self, fingerprint: &Fingerprint) -> Result<bool> {
        self.has(fingerprint).await
    }

    /// Returns whether whatever is there when a run begins is kept before its first change.
    fn is_keeping(&self) -> bool {
        false
    }

    /// Opens one of the secrets that are kept, whichever. Returns whether there was one; fails where it does not open.
    async fn opens_one(&self) -> Result<bool> {
        Ok(false)
    }

    /// Holds `secret` for as long as this process lives, if this vault does that.
    fn hold(&self, _: Secret) {}

    /// Returns the value of a parameter in the environment's account. `NotFound` if there is none.
    async fn parameter(&self, of: &Parameter) -> Result<String> {
        Err(Error::not_found(format!("there are no parameters here, so no `{of}`")))
    }
}

/// A vault that keeps nothing.
pub struct Unkept;

#[async_trait]
impl Vault for Unkept {
    async fn keep(&self, _: &Secret) -> Result<()> {
        Ok(())
    }

    async fn has(&self, _: &Fingerprint) -> Result<bool> {
        Ok(false)
    }

    async fn open(&self, _: &Fingerprint) -> Result<Option<Secret>> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_told_by_key_and_value_and_shows_neither() {
        let seal = Seal::new([7; 32]);
        let (a, b) = (seal.secret("hunter2"), seal.secret("hunter3"));
        assert_eq!(a, seal.secret("hunter2"));
        assert_ne!(a.fingerprint(), b.fingerprint());
        assert_ne!(a.fingerprint(), Seal::new([8; 32]).secret("hunter2").fingerprint());
        assert_ne!(a.fingerprint(), Seal::default().secret("hunter2").fingerprint());
        let shown = format!("{a:?} {seal:?}");
        assert!(!shown.contains("hunter2") && shown.contains(&a.fingerprint().to_string()), "{shown}");
        assert_eq!(a.fingerprint().to_string().parse::<Fingerprint>().unwrap(), a.fingerprint());
        assert!("ABCD".parse::<Fingerprint>().is_err());
    }
}

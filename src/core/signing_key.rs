//! A key in a file, for teams without KMS: Ed25519.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::base64;
use super::error::{Error, Result};
use super::signature::Signer;

const SCHEMA: &str = "snapdeploy.signing-key/1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    /// The public half, as a policy names it.
    key: String,
    /// Both halves (RFC 5958), in base64.
    pkcs8: String,
}

/// A key that signs. It is never shown.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// Makes a key, and returns it with the bytes of its file.
    pub fn generate() -> Result<(SigningKey, Zeroizing<Vec<u8>>)> {
        let random = |_| Error::failed("a key cannot be made: there is no randomness");
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(random)?;
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref())
            .map_err(|e| Error::bug(format!("a key that was made cannot be read: {e}")))?;
        let key = SigningKey(pair);
        let mut file = File {
            schema: SCHEMA.into(),
            key: key.signer().to_string(),
            pkcs8: base64::encode(pkcs8.as_ref()),
        };
        let text = serde_json::to_vec_pretty(&file)
            .map_err(|e| Error::bug(format!("cannot write a key as JSON: {e}")))?;
        file.pkcs8.zeroize();
        Ok((key, Zeroizing::new(text)))
    }

    /// Returns the key in a file's bytes. What is wrong with them is not quoted: it may be a key.
    pub fn from_bytes(bytes: &[u8]) -> Result<SigningKey> {
        let bad = || {
            Error::input("this is not a key that signs").hint(
                "snapdeploy package keygen FILE makes one; --key also takes the ARN or alias of a KMS key",
            )
        };
        let mut file: File = serde_json::from_slice(bytes).map_err(|_| bad())?;
        let pkcs8 = base64::decode(&file.pkcs8).map(Zeroizing::new);
        file.pkcs8.zeroize();
        let pkcs8 = pkcs8.ok_or_else(bad)?;
        let key = SigningKey(Ed25519KeyPair::from_pkcs8(&pkcs8).map_err(|_| bad())?);
        match file.schema == SCHEMA && file.key == key.signer().to_string() {
            true => Ok(key),
            false => Err(bad()),
        }
    }

    /// Returns its name.
    pub fn signer(&self) -> Signer {
        let mut public = [0; 32];
        public.copy_from_slice(self.0.public_key().as_ref());
        Signer::Ed25519(public)
    }

    /// Returns the signature on `message`.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::digest::Digest;
    use super::super::signature::{STATEMENT_SCHEMA, Signature, Statement};
    use super::*;

    #[test]
    fn what_a_key_has_signed_is_good_and_no_bit_of_it_can_be_changed() {
        let (key, file) = SigningKey::generate().unwrap();
        let again = SigningKey::from_bytes(&file).unwrap();
        assert_eq!(again.signer(), key.signer());
        let package = Digest::of(b"a package");
        let statement = Statement {
            schema: STATEMENT_SCHEMA.into(),
            package,
            at: "2026-11-22T03:00:00Z".parse().unwrap(),
            signer: None,
            labels: BTreeMap::from([("ticket".into(), "CHG-1".into())]),
        };
        let (message, kept) = statement.to_bytes().unwrap();
        let signature = Signature::new(&key.signer(), &kept, &again.sign(&message));
        assert_eq!(signature.verify(&package, None).unwrap(), statement);
        assert!(signature.verify(&Digest::of(b"another"), None).is_err());
        let bytes = signature.to_bytes().unwrap();
        assert_eq!(Signature::from_bytes(&bytes).unwrap(), signature);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let read = Signature::from_bytes(&changed).and_then(|s| s.verify(&package, None));
            assert!(read.is_err(), "byte {at}");
        }
        let (other, _) = SigningKey::generate().unwrap();
        let forged = Signature::new(&other.signer(), &kept, &again.sign(&message));
        assert!(forged.verify(&package, None).is_err());
        assert!(SigningKey::from_bytes(b"{}").is_err());
    }
}

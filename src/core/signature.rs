//! Signatures: who says of a package, by its digest, that it may be deployed.
//!
//! What is signed is a statement, in canonical JSON, within DSSE's pre-authentication encoding, so that no signature of
//! something else can be taken for one of a package.
//! Source: "DSSE Protocol", <https://github.com/secure-systems-lab/dsse/blob/master/protocol.md>.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::arn::Arn;
use super::base64;
use super::digest::{Digest, canonical};
use super::error::{Error, Result};

/// The name and version of a signature.
pub const SIGNATURE_SCHEMA: &str = "snapdeploy.signature/1";
/// The name and version of what is signed.
pub const STATEMENT_SCHEMA: &str = "snapdeploy.statement/1";
/// What is signed is of this type, in DSSE's words.
const TYPE: &str = "application/vnd.snapdeploy.statement+json";
/// KMS signs no longer message than this. Source: Sign, AWS KMS API reference.
const LONGEST: usize = 4096;

/// Who signs: a key that stays the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signer {
    /// The KMS key of this ARN.
    Kms(String),
    /// A key in a file, by its public half.
    Ed25519([u8; 32]),
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Signer::Kms(arn) => f.write_str(arn),
            Signer::Ed25519(public) => write!(f, "ed25519:{}", base64::encode(public)),
        }
    }
}

impl FromStr for Signer {
    type Err = Error;

    fn from_str(text: &str) -> Result<Signer> {
        if let Some(public) = text.strip_prefix("ed25519:") {
            let public = base64::decode(public).and_then(|bytes| bytes.try_into().ok());
            return public.map(Signer::Ed25519).ok_or_else(|| {
                Error::input(format!("`{text}` is no public key: 32 bytes in base64 follow ed25519:"))
                    .hint("snapdeploy package keygen FILE prints the name of the key that it makes")
            });
        }
        match Arn::parse(text) {
            Some(arn) if arn.service == "kms" && arn.resource.starts_with("key/") => {
                Ok(Signer::Kms(text.to_string()))
            }
            _ => Err(Error::input(format!("`{text}` names no key that signs")).hint(
                "write the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID (an alias can be made to name \
                 another), or ed25519:PUBLIC as snapdeploy package keygen prints it",
            )),
        }
    }
}

/// What is said of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// `snapdeploy.statement/1`.
    pub schema: String,
    /// The package.
    pub package: Digest,
    /// When it was said.
    pub at: Timestamp,
    /// As whom the call was made, as STS says it; `None` with a key in a file.
    pub signer: Option<String>,
    /// The package's own labels.
    pub labels: BTreeMap<String, String>,
}

impl Statement {
    /// Returns the bytes that are signed, and those that the signature keeps. `Input` if they are more than KMS signs.
    pub fn to_bytes(&self) -> Result<(Vec<u8>, Vec<u8>)> {
        let value = serde_json::to_value(self)
            .map_err(|e| Error::bug(format!("cannot write a statement as JSON: {e}")))?;
        let statement = canonical(&value).into_bytes();
        let message = encoded(&statement);
        match message.len() > LONGEST {
            true => Err(Error::input(format!(
                "the package's labels are too long to be signed: {} bytes",
                message.len()
            ))
            .hint("make the package again, with shorter ones")),
            false => Ok((message, statement)),
        }
    }
}

/// Returns DSSE's pre-authentication encoding of a statement.
fn encoded(statement: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {TYPE} {} ", TYPE.len(), statement.len());
    [head.as_bytes(), statement].concat()
}

/// A statement and the signature on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// `snapdeploy.signature/1`.
    pub schema: String,
    /// The key, as the policy of an environment names it.
    pub key: String,
    /// `ed25519` (RFC 8032), or `ecdsa_sha_256` on P-256 with the signature in DER, as KMS makes it.
    pub algorithm: Algorithm,
    /// The statement's bytes, in base64.
    pub statement: String,
    /// In base64.
    pub signature: String,
}

/// How it is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// RFC 8032.
    Ed25519,
    /// KMS's `ECDSA_SHA_256`, with a key of `ECC_NIST_P256`.
    #[serde(rename = "ecdsa_sha_256")]
    EcdsaSha256,
}

impl Signature {
    /// Returns the signature `made` by `signer` on a statement's bytes.
    pub fn new(signer: &Signer, statement: &[u8], made: &[u8]) -> Signature {
        Signature {
            schema: SIGNATURE_SCHEMA.into(),
            key: signer.to_string(),
            algorithm: match signer {
                Signer::Kms(_) => Algorithm::EcdsaSha256,
                Signer::Ed25519(_) => Algorithm::Ed25519,
            },
            statement: base64::encode(statement),
            signature: base64::encode(made),
        }
    }

    /// Returns the bytes of its file: one line.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let value = serde_json::to_value(self)
            .map_err(|e| Error::bug(format!("cannot write a signature as JSON: {e}")))?;
        Ok(format!("{}\n", canonical(&value)).into_bytes())
    }

    /// Returns the signature that `bytes` hold; whether it is good is not asked. `Corrupt` unless every byte counts.
    pub fn from_bytes(bytes: &[u8]) -> Result<Signature> {
        let bad = |why: &dyn fmt::Display| Error::corrupt(format!("this is not a signature: {why}"));
        let signature: Signature = serde_json::from_slice(bytes).map_err(|e| bad(&e))?;
        match signature.schema == SIGNATURE_SCHEMA && signature.to_bytes()? == bytes {
            true => Ok(signature),
            false => Err(bad(&"it is of another version, or not in canonical form")),
        }
    }

    /// Returns who says that they have signed.
    pub fn signer(&self) -> Result<Signer> {
        let signer: Signer = self.key.parse().map_err(|e: Error| Error::corrupt(e.message))?;
        let fits = matches!(
            (&signer, self.algorithm),
            (Signer::Kms(_), Algorithm::EcdsaSha256) | (Signer::Ed25519(_), Algorithm::Ed25519)
        );
        match fits {
            true => Ok(signer),
            false => Err(Error::corrupt(format!("{} does not sign in that way", self.key))),
        }
    }

    /// Returns what is said of `package`, once the signature has been verified. `public` is the public key of a KMS key
    /// (DER, `SubjectPublicKeyInfo`); a key in a file is named by its own.
    ///
    /// `Corrupt` where the signature is not of this key, or is on another package.
    pub fn verify(&self, package: &Digest, public: Option<&[u8]>) -> Result<Statement> {
        let signer = self.signer()?;
        let bad = |why: &str| Error::corrupt(format!("the signature of {} {why}", self.key));
        let statement = base64::decode(&self.statement).ok_or_else(|| bad("is no base64"))?;
        let made = base64::decode(&self.signature).ok_or_else(|| bad("is no base64"))?;
        let message = encoded(&statement);
        let verified = match (&signer, public) {
            (Signer::Ed25519(own), _) => UnparsedPublicKey::new(&ED25519, own).verify(&message, &made),
            (Signer::Kms(_), Some(public)) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public).verify(&message, &made)
            }
            (Signer::Kms(_), None) => return Err(bad("cannot be verified without its public key")),
        };
        verified.map_err(|_| bad("is not good"))?;
        // Only what was signed is read.
        let value: Value = serde_json::from_slice(&statement).map_err(|_| bad("is on no statement"))?;
        if canonical(&value).as_bytes() != statement {
            return Err(bad("is on a statement that is not in canonical form"));
        }
        let statement: Statement = serde_json::from_value(value).map_err(|_| bad("is on no statement"))?;
        if statement.schema != STATEMENT_SCHEMA || statement.package != *package {
            return Err(bad("is on something else"));
        }
        Ok(statement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signer_is_a_key_and_no_alias() {
        let arn = "arn:aws:kms:eu-central-1:111111111111:key/1b4e28ba-2fa1-11d2-883f-0016d3cca427";
        assert_eq!(arn.parse::<Signer>().unwrap(), Signer::Kms(arn.into()));
        let own = Signer::Ed25519([7; 32]);
        assert_eq!(own.to_string().parse::<Signer>().unwrap(), own);
        for bad in
            ["arn:aws:kms:eu-central-1:111111111111:alias/release", "alias/x", "ed25519:", "ed25519:AAAA", ""]
        {
            assert!(bad.parse::<Signer>().unwrap_err().hint.is_some(), "{bad}");
        }
    }

    #[test]
    fn the_encoding_is_that_of_dsse() {
        let text = String::from_utf8(encoded(b"{}")).unwrap();
        assert_eq!(text, "DSSEv1 41 application/vnd.snapdeploy.statement+json 2 {}");
    }
}

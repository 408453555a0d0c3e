//! Keys: envelopes for secrets, with data keys that KMS makes and opens.
//!
//! Source: "Envelope encryption" and "Encryption context", AWS KMS Developer Guide: what was wrapped with a context is
//! opened with the very same one only. The value itself is sealed with AES-256-GCM, with the context as what is
//! authenticated besides, so that an envelope that was put in the place of another does not open either.

use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::rpc::KMS;
use super::session::Account;
use crate::core::{Error, ErrorKind, Result, base64};

/// A KMS key of the environment's account.
#[derive(Clone)]
pub struct Keys {
    account: Account,
    key: String,
}

/// What a secret becomes. Who has it and may not ask KMS learns how long the value is, and no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// The ARN of the KMS key that the data key is wrapped with.
    pub key: String,
    /// What it is bound to.
    pub context: BTreeMap<String, String>,
    /// The wrapped data key, in base64.
    pub data_key: String,
    /// In base64.
    pub nonce: String,
    /// The value, encrypted with AES-256-GCM, and the tag, in base64.
    pub ciphertext: String,
}

impl Keys {
    /// Returns the key that is called `key` in `account`: an ARN, an id, or an alias as `alias/NAME`.
    pub fn new(account: Account, key: &str) -> Keys {
        Keys { account, key: key.to_string() }
    }

    /// Returns `text` sealed with a new data key. `Denied` where the key may not be used.
    pub async fn seal(&self, text: &str, context: BTreeMap<String, String>) -> Result<Sealed> {
        let asked = json!({ "KeyId": self.key, "KeySpec": "AES_256", "EncryptionContext": context });
        let answer = self.ask("GenerateDataKey", &asked).await?;
        let cipher = cipher(plaintext(&answer)?)?;
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|e| Error::failed(format!("there is no randomness: {e}")))?;
        let mut sealed = text.as_bytes().to_vec();
        cipher
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(bound(&context)),
                &mut sealed,
            )
            .map_err(|_| Error::bug("a secret could not be encrypted"))?;
        let (key, data_key) = (answer["KeyId"].as_str(), answer["CiphertextBlob"].as_str());
        let (Some(key), Some(data_key)) = (key, data_key) else { return Err(unexpected("GenerateDataKey")) };
        Ok(Sealed {
            key: key.to_string(),
            context,
            data_key: data_key.to_string(),
            nonce: base64::encode(&nonce),
            ciphertext: base64::encode(&sealed),
        })
    }

    /// Returns what `sealed` holds. `Denied` where its key may not be used, `Corrupt` where it is not what was sealed.
    pub async fn open(&self, sealed: &Sealed) -> Result<Zeroizing<String>> {
        let asked = json!({
            "KeyId": sealed.key, "CiphertextBlob": sealed.data_key, "EncryptionContext": sealed.context,
        });
        let answer = self.ask("Decrypt", &asked).await?;
        let cipher = cipher(plaintext(&answer)?)?;
        let corrupt = || Error::corrupt("a kept secret is not what was sealed");
        let nonce = base64::decode(&sealed.nonce).and_then(|n| <[u8; NONCE_LEN]>::try_from(n).ok());
        let mut bytes = Zeroizing::new(base64::decode(&sealed.ciphertext).ok_or_else(corrupt)?);
        let nonce = Nonce::assume_unique_for_key(nonce.ok_or_else(corrupt)?);
        let opened = cipher
            .open_in_place(nonce, Aad::from(bound(&sealed.context)), &mut bytes)
            .map_err(|_| corrupt())?;
        let text = std::str::from_utf8(opened).map_err(|_| corrupt())?;
        Ok(Zeroizing::new(text.to_string()))
    }

    async fn ask(&self, operation: &'static str, asked: &Value) -> Result<Value> {
        self.account.ask(&KMS, operation, asked).await.map_err(|failure| {
            let error = failure.error.context(format!("the KMS key {} cannot be used", self.key));
            let refused = matches!(error.kind, ErrorKind::Denied | ErrorKind::NotFound);
            match refused {
                true => error.hint(
                    "kms_key has to name a key of the environment's account and region that its role may use \
                     (kms:GenerateDataKey, kms:Decrypt)",
                ),
                false => error,
            }
        })
    }
}

/// Returns what is authenticated with a value: the context, written in one way.
fn bound(context: &BTreeMap<String, String>) -> Vec<u8> {
    serde_json::to_vec(context).unwrap_or_default()
}

fn plaintext(answer: &Value) -> Result<Zeroizing<Vec<u8>>> {
    let text = answer["Plaintext"].as_str().and_then(base64::decode);
    text.map(Zeroizing::new).ok_or_else(|| unexpected("KMS"))
}

fn cipher(key: Zeroizing<Vec<u8>>) -> Result<LessSafeKey> {
    let key = UnboundKey::new(&AES_256_GCM, &key).map_err(|_| unexpected("KMS"))?;
    Ok(LessSafeKey::new(key))
}

/// What was answered is never quoted: it may hold a key.
fn unexpected(who: &str) -> Error {
    Error::failed(format!("{who} did not answer with a data key"))
}

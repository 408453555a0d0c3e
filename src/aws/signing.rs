//! Signing with a KMS key, and its public half.
//!
//! Source: Sign and GetPublicKey, AWS KMS API reference: with `ECDSA_SHA_256` and a key of `ECC_NIST_P256` the signature
//! is DER (ANSI X9.62-2005), the public key `SubjectPublicKeyInfo` in DER (RFC 5280), and `KeyId` in the answer the ARN of
//! the key, whatever it was asked by.

use serde_json::{Value, json};

use super::rpc::KMS;
use super::session::Account;
use crate::core::{Error, ErrorKind, Result, base64};

const ALGORITHM: &str = "ECDSA_SHA_256";

/// Returns the ARN of the key that is called `key` (an ARN, an id, or `alias/NAME`), and its signature on `message`, at
/// most 4,096 bytes. `Denied` where the key may not be used, `Input` where it is not one that signs so.
pub async fn sign(account: &Account, key: &str, message: &[u8]) -> Result<(String, Vec<u8>)> {
    let asked = json!({
        "KeyId": key, "Message": base64::encode(message), "MessageType": "RAW", "SigningAlgorithm": ALGORITHM,
    });
    let answer = ask(account, "Sign", key, &asked, "kms:Sign").await?;
    let signature = answer["Signature"].as_str().and_then(base64::decode);
    match (answer["KeyId"].as_str(), signature) {
        (Some(arn), Some(signature)) => Ok((arn.to_string(), signature)),
        _ => Err(Error::failed("KMS did not answer with a signature")),
    }
}

/// Returns the public half of the key of this ARN. `Input` where it is not a key that signs so.
pub async fn public_key(account: &Account, arn: &str) -> Result<Vec<u8>> {
    let region = arn.split(':').nth(3).unwrap_or_default();
    let account = account.in_region(region);
    let answer = ask(&account, "GetPublicKey", arn, &json!({ "KeyId": arn }), "kms:GetPublicKey").await?;
    let signs = answer["SigningAlgorithms"].as_array().is_some_and(|all| all.contains(&json!(ALGORITHM)));
    match answer["PublicKey"].as_str().and_then(base64::decode) {
        Some(public) if signs && answer["KeyId"] == arn => Ok(public),
        _ => Err(Error::input(format!("the KMS key {arn} is not one of ECC_NIST_P256 that signs"))),
    }
}

async fn ask(
    account: &Account,
    operation: &'static str,
    key: &str,
    asked: &Value,
    needed: &str,
) -> Result<Value> {
    account.ask(&KMS, operation, asked).await.map_err(|failure| {
        let error = failure.error.context(format!("the KMS key {key} cannot be used"));
        match error.kind {
            ErrorKind::Denied | ErrorKind::NotFound => error.hint(format!(
                "it has to be a key that the environment's role may use ({needed}), of ECC_NIST_P256 and \
                 SIGN_VERIFY"
            )),
            _ => error,
        }
    })
}

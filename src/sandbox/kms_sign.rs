//! KMS keys that sign: `ECC_NIST_P256` with `ECDSA_SHA_256`, for real.
//!
//! Source: Sign, Verify and GetPublicKey, AWS KMS API reference.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use serde_json::{Map, Value, json};

use super::answer::Fail;
use super::base64;
use super::kms::{KmsKey, bytes, invalid};

/// The keys that sign are of this sort.
pub(super) const SPEC: &str = "ECC_NIST_P256";
/// And in this way.
pub(super) const ALGORITHM: &str = "ECDSA_SHA_256";

/// Makes both halves of a key.
pub(super) fn generate() -> Option<Vec<u8>> {
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new()).ok()?;
    Some(made.as_ref().to_vec())
}

/// Answers `operation` with `key`.
pub(super) fn answer(key: &KmsKey, operation: &str, body: &Map<String, Value>) -> Result<Value, Fail> {
    let internal = || Fail::new(500, "KMSInternalException", "the sandbox cannot use the key");
    let Some(pair) = key.pair() else {
        // "GetPublicKey ... on a symmetric KMS key" is an unsupported operation; signing with it is the wrong usage.
        if operation == "GetPublicKey" {
            return Err(Fail::new(400, "UnsupportedOperationException", ""));
        }
        let message = format!("{} key usage is ENCRYPT_DECRYPT which is not valid for {operation}.", key.arn);
        return Err(Fail::new(400, "InvalidKeyUsageException", message));
    };
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pair).map_err(|_| internal())?;
    if operation == "GetPublicKey" {
        let public = pair.public_key().as_der().map_err(|_| internal())?;
        return Ok(json!({
            "KeyId": key.arn, "PublicKey": base64::encode(public.as_ref()), "CustomerMasterKeySpec": SPEC,
            "KeySpec": SPEC, "KeyUsage": "SIGN_VERIFY", "SigningAlgorithms": [ALGORITHM],
        }));
    }
    let said = |name: &str| body.get(name).and_then(Value::as_str);
    if said("SigningAlgorithm") != Some(ALGORITHM) {
        let message = format!(
            "Algorithm {} and key spec {SPEC} are incompatible.",
            said("SigningAlgorithm").unwrap_or("null")
        );
        return Err(Fail::new(400, "InvalidKeyUsageException", message));
    }
    if said("MessageType").unwrap_or("RAW") != "RAW" {
        return Err(Fail::not_implemented("kms messages that are digests already"));
    }
    let message = bytes(body, "Message")?;
    // "The message can be 0-4096 bytes" when it is RAW.
    if message.len() > 4096 {
        return Err(invalid(
            "1 validation error detected: Value at 'message' failed to satisfy constraint: Member must have length less \
             than or equal to 4096",
        ));
    }
    match operation {
        "Sign" => {
            let made = pair.sign(&SystemRandom::new(), &message).map_err(|_| internal())?;
            Ok(json!({
                "KeyId": key.arn, "Signature": base64::encode(made.as_ref()), "SigningAlgorithm": ALGORITHM,
            }))
        }
        _ => {
            let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, pair.public_key().as_ref());
            // "the signature verification failed" is an exception, never SignatureValid = false.
            public
                .verify(&message, &bytes(body, "Signature")?)
                .map_err(|_| Fail::new(400, "KMSInvalidSignatureException", ""))?;
            Ok(json!({ "KeyId": key.arn, "SignatureValid": true, "SigningAlgorithm": ALGORITHM }))
        }
    }
}

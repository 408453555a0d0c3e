//! KMS as far as envelopes use it: symmetric keys, aliases, data keys bound to an encryption context (awsJson1.1).
//!
//! Real AES-256-GCM with the context as additional data, so that a wrong context, another key or a changed ciphertext
//! fails as it does at AWS ("Encryption context" and "AWS KMS cryptographic details", KMS Developer Guide).

use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde_json::{Map, Value, json};

use super::answer::{Answer, Fail};
use super::call::Call;
use super::world::{Account, World};
use super::{base64, clock, digest, ids, kms_sign};

/// A symmetric key.
#[derive(Debug, Clone)]
pub(crate) struct KmsKey {
    pub(crate) arn: String,
    material: [u8; 32],
    description: String,
    created: f64,
    /// Made by AWS for one of its services.
    managed: bool,
    /// Of a key that signs: both halves (PKCS #8).
    pair: Option<Vec<u8>>,
}

/// The keys of one account, by region and id, and their aliases, by region and name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    keys: BTreeMap<(String, String), KmsKey>,
    aliases: BTreeMap<(String, String), String>,
}

const ID: usize = 36;

impl Keys {
    /// Makes a key, and its ARN.
    pub(crate) fn make(
        &mut self,
        account: &str,
        region: &str,
        description: &str,
        at: f64,
    ) -> (String, String) {
        let id = ids::random_uuid();
        let arn = format!("arn:aws:kms:{region}:{account}:key/{id}");
        let key = KmsKey {
            arn: arn.clone(),
            material: ids::random::<32>(),
            description: description.into(),
            created: at,
            managed: false,
            pair: None,
        };
        self.keys.insert((region.into(), id.clone()), key);
        (id, arn)
    }

    /// Makes a key of `ECC_NIST_P256` that signs, and its ARN.
    pub(crate) fn make_signing(
        &mut self,
        account: &str,
        region: &str,
        description: &str,
        at: f64,
    ) -> (String, String) {
        let (id, arn) = self.make(account, region, description, at);
        if let Some(key) = self.keys.get_mut(&(region.to_owned(), id.clone())) {
            key.pair = kms_sign::generate();
        }
        (id, arn)
    }

    pub(crate) fn alias(&mut self, region: &str, alias: &str, id: &str) {
        self.aliases.insert((region.into(), alias.into()), id.into());
    }

    /// Finds a key by id, ARN, alias or alias ARN. AWS's own keys are made when they are first used ("AWS managed keys").
    pub(crate) fn find(
        &mut self,
        account: &str,
        region: &str,
        given: &str,
        at: f64,
    ) -> Result<&KmsKey, Fail> {
        let not_found = |what: String| Fail::new(400, "NotFoundException", what);
        let mut name = given;
        if given.starts_with("arn:") {
            let parts: Vec<&str> = given.splitn(6, ':').collect();
            let ["arn", _, "kms", arn_region, arn_account, rest] = parts.as_slice() else {
                return Err(Fail::new(400, "InvalidArnException", format!("Invalid arn {given}")));
            };
            if *arn_region != region {
                return Err(not_found(format!("Invalid arn {arn_region}")));
            }
            if *arn_account != account {
                // The sandbox has no key policies, and by default no other account may use a key.
                let message = "The ciphertext refers to a customer master key that does not exist, does not exist in \
                               this region, or you are not allowed to access.";
                return Err(Fail::new(400, "AccessDeniedException", message));
            }
            name = rest.strip_prefix("key/").unwrap_or(rest);
        }
        let id = if name.starts_with("alias/") {
            if name.starts_with("alias/aws/") && !self.aliases.contains_key(&(region.into(), name.into())) {
                let (id, _) = self.make(account, region, "Default key that AWS makes", at);
                if let Some(key) = self.keys.get_mut(&(region.to_owned(), id.clone())) {
                    key.managed = true;
                }
                self.alias(region, name, &id);
            }
            let known = self.aliases.get(&(region.to_owned(), name.to_owned())).cloned();
            known.ok_or_else(|| {
                not_found(format!("Alias arn:aws:kms:{region}:{account}:{name} is not found."))
            })?
        } else {
            name.to_owned()
        };
        self.keys
            .get(&(region.to_owned(), id.clone()))
            .ok_or_else(|| not_found(format!("Key 'arn:aws:kms:{region}:{account}:key/{id}' does not exist")))
    }

    /// Names of keys and aliases; never their material.
    pub(crate) fn state(&self) -> Value {
        let keys: Vec<&String> = self.keys.values().map(|key| &key.arn).collect();
        let aliases: Map<String, Value> =
            self.aliases.iter().map(|((region, name), id)| (format!("{region}/{name}"), json!(id))).collect();
        json!({"keys": keys, "aliases": aliases})
    }
}

impl KmsKey {
    fn id(&self) -> &str {
        self.arn.rsplit('/').next().unwrap_or_default()
    }

    /// "This field is present for symmetric encryption keys" whose origin is KMS (botocore, BackingKeyIdType: 64 hex digits).
    fn material_id(&self) -> String {
        digest::sha256_hex(self.id().as_bytes())
    }

    fn cipher(&self) -> Result<LessSafeKey, Fail> {
        if self.pair.is_some() {
            // "The request was rejected ... the KeyUsage must be ENCRYPT_DECRYPT" (InvalidKeyUsageException, API reference).
            let message =
                format!("{} key usage is SIGN_VERIFY which is not valid for the operation.", self.arn);
            return Err(Fail::new(400, "InvalidKeyUsageException", message));
        }
        let internal = |_| Fail::new(500, "KMSInternalException", "the sandbox cannot make a cipher");
        UnboundKey::new(&AES_256_GCM, &self.material).map(LessSafeKey::new).map_err(internal)
    }

    /// Encrypts: the key's id, a nonce, the ciphertext and its tag.
    pub(crate) fn encrypt(&self, plain: &[u8], context: &BTreeMap<String, String>) -> Result<Vec<u8>, Fail> {
        let nonce = ids::random::<NONCE_LEN>();
        let mut sealed = plain.to_vec();
        let aad = serde_json::to_vec(context).unwrap_or_default();
        self.cipher()?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut sealed)
            .map_err(|_| Fail::new(500, "KMSInternalException", "the sandbox cannot encrypt"))?;
        Ok([self.id().as_bytes(), &nonce, &sealed].concat())
    }

    fn decrypt(&self, blob: &[u8], context: &BTreeMap<String, String>) -> Result<Vec<u8>, Fail> {
        let mut sealed = blob.get(ID + NONCE_LEN..).ok_or_else(invalid_ciphertext)?.to_vec();
        let nonce =
            blob.get(ID..ID + NONCE_LEN).and_then(|n| n.try_into().ok()).ok_or_else(invalid_ciphertext)?;
        let aad = serde_json::to_vec(context).unwrap_or_default();
        let opened = self
            .cipher()?
            .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut sealed)
            .map_err(|_| invalid_ciphertext())?;
        Ok(opened.to_vec())
    }

    /// Returns both halves of a key that signs.
    pub(super) fn pair(&self) -> Option<&[u8]> {
        self.pair.as_deref()
    }

    fn metadata(&self, account: &str) -> Value {
        if self.pair.is_some() {
            return json!({
                "AWSAccountId": account, "KeyId": self.id(), "Arn": self.arn, "Enabled": true,
                "CreationDate": clock::epoch(self.created), "Description": self.description, "KeyUsage": "SIGN_VERIFY",
                "KeyState": "Enabled", "Origin": "AWS_KMS", "KeyManager": "CUSTOMER", "MultiRegion": false,
                "CustomerMasterKeySpec": kms_sign::SPEC, "KeySpec": kms_sign::SPEC, "SigningAlgorithms": [kms_sign::ALGORITHM],
            });
        }
        json!({
            "AWSAccountId": account, "KeyId": self.id(), "Arn": self.arn, "CreationDate": clock::epoch(self.created),
            "Enabled": true, "Description": self.description, "KeyUsage": "ENCRYPT_DECRYPT", "KeyState": "Enabled",
            "Origin": "AWS_KMS", "KeyManager": if self.managed { "AWS" } else { "CUSTOMER" },
            "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT", "KeySpec": "SYMMETRIC_DEFAULT",
            "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"], "MultiRegion": false,
            "CurrentKeyMaterialId": self.material_id(),
        })
    }
}

/// Without words, as KMS has it: it does not say what is wrong (API reference, Decrypt).
fn invalid_ciphertext() -> Fail {
    Fail::new(400, "InvalidCiphertextException", "")
}

/// Whether an operation can change state.
pub(crate) fn mutates(operation: &str) -> bool {
    operation.starts_with("Create")
}

fn context(body: &Map<String, Value>) -> BTreeMap<String, String> {
    let members = body.get("EncryptionContext").and_then(Value::as_object).into_iter().flatten();
    members.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, Fail> {
    body.get(name).and_then(Value::as_str).ok_or_else(|| {
        invalid(format!(
            "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
        ))
    })
}

pub(super) fn invalid(message: impl Into<String>) -> Fail {
    Fail::new(400, "ValidationException", message)
}

pub(super) fn bytes(body: &Map<String, Value>, name: &str) -> Result<Vec<u8>, Fail> {
    base64::decode(text(body, name)?).ok_or_else(|| Fail::new(400, "SerializationException", "not base64"))
}

pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    let body = call.json()?;
    let now = world.clock.now();
    let account = world
        .accounts
        .get_mut(&call.caller.account)
        .ok_or_else(|| Fail::new(400, "AccessDeniedException", "no such account"))?;
    operation(account, call, &body, now).map(|value| match value {
        Value::Null => Answer::empty(200),
        value => {
            let mut answer = Answer::json(&value);
            answer.headers = vec![("content-type".into(), "application/x-amz-json-1.1".into())];
            answer
        }
    })
}

fn operation(account: &mut Account, call: &Call, body: &Map<String, Value>, now: f64) -> Result<Value, Fail> {
    let (id, region) = (account.id.clone(), call.region.as_str());
    let keys = &mut account.keys;
    Ok(match call.operation.as_str() {
        "CreateKey" => {
            let spec = body.get("KeySpec").and_then(Value::as_str).unwrap_or("SYMMETRIC_DEFAULT");
            let description = body.get("Description").and_then(Value::as_str).unwrap_or_default();
            if spec == kms_sign::SPEC {
                // "You must specify a KeyUsage" for an asymmetric key (CreateKey, API reference).
                if body.get("KeyUsage").and_then(Value::as_str) != Some("SIGN_VERIFY") {
                    return Err(invalid("You must specify a KeyUsage value for an asymmetric CMK."));
                }
                let (made, _) = keys.make_signing(&id, region, description, now);
                return Ok(json!({"KeyMetadata": keys.find(&id, region, &made, now)?.metadata(&id)}));
            }
            if spec != "SYMMETRIC_DEFAULT" {
                return Err(Fail::not_implemented(&format!("kms keys of {spec}")));
            }
            let (made, _) = keys.make(&id, region, description, now);
            json!({"KeyMetadata": keys.find(&id, region, &made, now)?.metadata(&id)})
        }
        "CreateAlias" => {
            let (alias, target) = (text(body, "AliasName")?, text(body, "TargetKeyId")?);
            if !alias.starts_with("alias/") || alias.starts_with("alias/aws/") {
                return Err(Fail::new(
                    400,
                    "InvalidAliasNameException",
                    "Alias must start with the prefix \"alias/\"",
                ));
            }
            let target = keys.find(&id, region, target, now)?.id().to_owned();
            if keys.aliases.contains_key(&(region.to_owned(), alias.to_owned())) {
                let message =
                    format!("An alias with the name arn:aws:kms:{region}:{id}:{alias} already exists");
                return Err(Fail::new(400, "AlreadyExistsException", message));
            }
            keys.alias(region, alias, &target);
            Value::Null
        }
        "DescribeKey" => {
            json!({"KeyMetadata": keys.find(&id, region, text(body, "KeyId")?, now)?.metadata(&id)})
        }
        "Encrypt" => {
            let plain = bytes(body, "Plaintext")?;
            // "Encrypts plaintext of up to 4,096 bytes" (API reference).
            if plain.is_empty() || plain.len() > 4096 {
                return Err(invalid(
                    "1 validation error detected: 'plaintext' must have length between 1 and 4096",
                ));
            }
            let key = keys.find(&id, region, text(body, "KeyId")?, now)?;
            let blob = key.encrypt(&plain, &context(body))?;
            json!({"CiphertextBlob": base64::encode(&blob), "KeyId": key.arn, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"})
        }
        "GenerateDataKey" => {
            let length = match (body.get("KeySpec").and_then(Value::as_str), body.get("NumberOfBytes")) {
                (Some("AES_256"), None) => 32,
                (Some("AES_128"), None) => 16,
                (None, Some(n)) => n.as_u64().filter(|n| (1..=1024).contains(n)).unwrap_or(0) as usize,
                // "You must specify either the KeySpec or the NumberOfBytes parameter (but not both)" (API reference).
                _ => return Err(invalid("Please specify either number of bytes or key spec.")),
            };
            if length == 0 {
                return Err(invalid(
                    "1 validation error detected: 'numberOfBytes' must be between 1 and 1024",
                ));
            }
            let plain: Vec<u8> = std::iter::repeat_with(ids::random::<32>).flatten().take(length).collect();
            let key = keys.find(&id, region, text(body, "KeyId")?, now)?;
            let blob = key.encrypt(&plain, &context(body))?;
            json!({
                "CiphertextBlob": base64::encode(&blob), "Plaintext": base64::encode(&plain), "KeyId": key.arn,
                "KeyMaterialId": key.material_id(),
            })
        }
        "Decrypt" => {
            let blob = bytes(body, "CiphertextBlob")?;
            let named =
                blob.get(..ID).and_then(|b| std::str::from_utf8(b).ok()).ok_or_else(invalid_ciphertext)?;
            if let Some(given) = body.get("KeyId").and_then(Value::as_str)
                && keys.find(&id, region, given, now)?.id() != named
            {
                let message =
                    "The key ID in the request does not identify a CMK that can perform this operation.";
                return Err(Fail::new(400, "IncorrectKeyException", message));
            }
            let key = keys.find(&id, region, named, now).map_err(|_| {
                let message = "The ciphertext refers to a customer master key that does not exist, does not exist in \
                               this region, or you are not allowed to access.";
                Fail::new(400, "AccessDeniedException", message)
            })?;
            let plain = key.decrypt(&blob, &context(body))?;
            json!({"Plaintext": base64::encode(&plain), "KeyId": key.arn, "KeyMaterialId": key.material_id(), "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"})
        }
        "Sign" | "Verify" | "GetPublicKey" => {
            let key = keys.find(&id, region, text(body, "KeyId")?, now)?;
            kms_sign::answer(key, &call.operation, body)?
        }
        other => return Err(Fail::not_implemented(&format!("kms:{other}"))),
    })
}

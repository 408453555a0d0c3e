//! The vault: secrets of one environment in the store, each in an envelope that only its KMS key opens.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::aws::{Keys, Sealed};
use crate::core::objects::{Key, Objects};
use crate::core::secret::{Fingerprint, Seal, Secret, Vault};
use crate::core::{Error, ErrorKind, Pin, Result};

/// The name and version of an envelope.
const SCHEMA: &str = "snapdeploy.secret/1";

/// Keeps secrets under `secrets/PIN/FINGERPRINT.json`. What is there is not written again, so that keeping what has not
/// changed asks KMS nothing and writes nothing.
pub struct SealedVault {
    objects: Arc<dyn Objects>,
    keys: Keys,
    seal: Seal,
    project: String,
    pin: Pin,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    schema: String,
    #[serde(flatten)]
    sealed: Sealed,
}

impl SealedVault {
    /// Returns the vault of the environment that points at `pin`, in `objects`.
    pub fn new(objects: Arc<dyn Objects>, keys: Keys, seal: Seal, project: &str, pin: Pin) -> SealedVault {
        SealedVault { objects, keys, seal, project: project.to_string(), pin }
    }

    fn key(&self, fingerprint: &Fingerprint) -> Result<Key> {
        Key::new(format!("secrets/{}/{fingerprint}.json", self.pin))
    }

    /// Returns what an envelope is bound to. It is seen in CloudTrail, so it says nothing of the value.
    fn context(&self, fingerprint: &Fingerprint) -> BTreeMap<String, String> {
        BTreeMap::from([
            ("snapdeploy:project".to_string(), self.project.clone()),
            ("snapdeploy:pin".to_string(), self.pin.to_string()),
            ("snapdeploy:fingerprint".to_string(), fingerprint.to_string()),
        ])
    }

    async fn read(&self, fingerprint: &Fingerprint) -> Result<Option<Sealed>> {
        let key = self.key(fingerprint)?;
        let bytes = match self.objects.read(&key).await {
            Ok(bytes) => bytes,
            Err(e) if e.kind == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e),
        };
        let corrupt =
            |why: String| Error::corrupt(format!("the kept secret {key} is not what it has to be: {why}"));
        let envelope: Envelope = serde_json::from_slice(&bytes).map_err(|e| corrupt(e.to_string()))?;
        if envelope.schema != SCHEMA {
            return Err(corrupt(format!("its schema is {}", envelope.schema)));
        }
        let bound = |name: &str| envelope.sealed.context.get(name).cloned().unwrap_or_default();
        if bound("snapdeploy:pin") != self.pin.to_string()
            || bound("snapdeploy:fingerprint") != fingerprint.to_string()
        {
            return Err(corrupt("it belongs to something else".into()));
        }
        Ok(Some(envelope.sealed))
    }
}

#[async_trait]
impl Vault for SealedVault {
    async fn keep(&self, secret: &Secret) -> Result<()> {
        let fingerprint = secret.fingerprint();
        if self.has(&fingerprint).await? {
            return Ok(());
        }
        let sealed = self.keys.seal(secret.reveal(), self.context(&fingerprint)).await?;
        let envelope = Envelope { schema: SCHEMA.into(), sealed };
        let bytes = serde_json::to_vec(&envelope)
            .map_err(|e| Error::bug(format!("cannot write an envelope: {e}")))?;
        match self.objects.create(&self.key(&fingerprint)?, Bytes::from(bytes)).await {
            Ok(_) => Ok(()),
            // Somebody else has kept the same value meanwhile, with another data key: as good as this one.
            Err(e) if e.kind == ErrorKind::Corrupt => match self.open(&fingerprint).await? {
                Some(_) => Ok(()),
                None => Err(e),
            },
            Err(e) => Err(e),
        }
    }

    fn is_keeping(&self) -> bool {
        true
    }

    async fn opens_one(&self) -> Result<bool> {
        let under = format!("secrets/{}/", self.pin);
        let page = self.objects.list(&under, None).await?;
        let named = |key: &Key| key.as_str().strip_prefix(&under)?.strip_suffix(".json")?.parse().ok();
        let Some(fingerprint) = page.items.iter().find_map(named) else { return Ok(false) };
        self.open(&fingerprint).await.map(|secret| secret.is_some())
    }

    async fn has(&self, fingerprint: &Fingerprint) -> Result<bool> {
        self.objects.has(&self.key(fingerprint)?).await
    }

    async fn open(&self, fingerprint: &Fingerprint) -> Result<Option<Secret>> {
        let Some(sealed) = self.read(fingerprint).await? else { return Ok(None) };
        let text = self.keys.open(&sealed).await?;
        let secret = self.seal.secret(&text);
        match secret.fingerprint() == *fingerprint {
            true => Ok(Some(secret)),
            false => Err(Error::corrupt(format!(
                "the kept secret {} holds another value than its name says",
                self.key(fingerprint)?
            ))),
        }
    }
}

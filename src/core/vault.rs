//! The vault of one environment in one process: what is kept for good, what is held for a while, and where secrets of
//! overlays are read.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::document::Document;
use super::driver::Live;
use super::error::Result;
use super::means::Means;
use super::parameter::{Parameter, Parameters};
use super::secret::{Fingerprint, Secret, Vault};

/// Keeps with another vault, and holds in memory what that does not keep.
pub struct Holding {
    kept: Box<dyn Vault>,
    parameters: Box<dyn Parameters>,
    held: Mutex<BTreeMap<Fingerprint, Secret>>,
}

impl Holding {
    /// Returns a vault that keeps with `kept`, reads `parameters`, and holds nothing yet.
    pub fn new(kept: Box<dyn Vault>, parameters: Box<dyn Parameters>) -> Holding {
        Holding { kept, parameters, held: Mutex::default() }
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<Fingerprint, Secret>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Vault for Holding {
    async fn keep(&self, secret: &Secret) -> Result<()> {
        self.kept.keep(secret).await
    }

    async fn has(&self, fingerprint: &Fingerprint) -> Result<bool> {
        let held = self.held().contains_key(fingerprint);
        Ok(held || self.kept.has(fingerprint).await?)
    }

    async fn open(&self, fingerprint: &Fingerprint) -> Result<Option<Secret>> {
        let held = self.held().get(fingerprint).cloned();
        match held {
            Some(secret) => Ok(Some(secret)),
            None => self.kept.open(fingerprint).await,
        }
    }

    async fn keeps(&self, fingerprint: &Fingerprint) -> Result<bool> {
        self.kept.keeps(fingerprint).await
    }

    fn is_keeping(&self) -> bool {
        self.kept.is_keeping()
    }

    async fn opens_one(&self) -> Result<bool> {
        self.kept.opens_one().await
    }

    fn hold(&self, secret: Secret) {
        self.held().insert(secret.fingerprint(), secret);
    }

    async fn parameter(&self, of: &Parameter) -> Result<String> {
        self.parameters.value(of).await
    }
}

/// Keeps the secrets of `lives`, each once. What a vault does not keep is no error.
pub async fn keep<'a>(means: &Means<'_>, lives: impl IntoIterator<Item = &'a Live>) -> Result<()> {
    let secrets = lives.into_iter().flat_map(|l| &l.secrets);
    let unique: BTreeMap<Fingerprint, &Secret> = secrets.map(|s| (s.fingerprint(), s)).collect();
    for secret in unique.into_values() {
        means.vault.keep(secret).await?;
    }
    Ok(())
}

/// Returns how many values `documents` name that no other process could open: the same value in two places is two.
pub async fn unrestorable<'a>(
    means: &Means<'_>,
    documents: impl IntoIterator<Item = &'a Document>,
) -> Result<usize> {
    let mut kept: BTreeMap<Fingerprint, bool> = BTreeMap::new();
    let mut lost = 0;
    for document in documents {
        for fingerprint in super::secret_paths::sealed(&document.local).into_values() {
            let known = match kept.get(&fingerprint) {
                Some(known) => *known,
                None => means.vault.keeps(&fingerprint).await?,
            };
            kept.insert(fingerprint, known);
            lost += usize::from(!known);
        }
    }
    Ok(lost)
}

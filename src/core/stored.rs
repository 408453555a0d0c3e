//! Packages and plans in the store, and the blobs that they name.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::Value;

use super::digest::Digest;
use super::error::{Error, ErrorKind, Result};
use super::holes::blobs;
use super::means::Means;
use super::objects::Key;
use super::package::Package;
use super::plan::{PLAN_SCHEMA, Plan};
use super::repository::{Repository, other_version};

impl Repository<'_> {
    /// Keeps the package, after the blobs in it, and returns its digest.
    pub async fn put_package(&self, package: &Package) -> Result<Digest> {
        self.mark().await?;
        let bytes = package.to_bytes()?;
        self.put_blobs(package.blobs.values().cloned()).await?;
        let digest = Digest::of(&bytes);
        self.objects.create(&package_key(&digest)?, Bytes::from(bytes)).await?;
        Ok(digest)
    }

    /// Returns the package with this digest.
    pub async fn package(&self, digest: &Digest) -> Result<Package> {
        let bytes = self.objects.read(&package_key(digest)?).await.map_err(|e| match e.kind {
            ErrorKind::NotFound => {
                Error::not_found(format!("there is no package {digest} in {}", self.place()))
            }
            _ => e,
        })?;
        digest.check(&bytes, format!("the package {digest}"))?;
        Package::from_bytes(&bytes)
    }

    /// Returns the digests of all packages.
    pub async fn packages(&self) -> Result<Vec<Digest>> {
        let mut digests = Vec::new();
        let mut after: Option<Key> = None;
        loop {
            let page = self.objects.list("packages/sha256/", after.as_ref()).await?;
            let names = page.items.iter().filter_map(|k| k.as_str().strip_prefix("packages/sha256/"));
            digests.extend(names.filter_map(|n| n.strip_suffix(".zip")?.parse::<Digest>().ok()));
            after = page.items.last().cloned();
            if !page.more || after.is_none() {
                return Ok(digests);
            }
        }
    }

    /// Keeps the plan and returns its digest. `Stale` if bytes that it writes are not in the store any more.
    pub async fn put_plan(&self, plan: &Plan) -> Result<Digest> {
        self.mark().await?;
        let digest = plan.digest();
        let named = blobs_of(plan);
        self.spare(&named, None).await?;
        if let Some(lost) = self.lacking(named.iter()).await?.first() {
            let message =
                format!("the plan needs the blob {lost}, which is not in {} any more", self.place());
            return Err(Error::new(ErrorKind::Stale, message).hint("make the plan again"));
        }
        self.objects.create(&plan_key(&digest)?, Bytes::from(plan.to_bytes())).await?;
        Ok(digest)
    }

    /// Returns the plan with this digest.
    pub async fn plan(&self, digest: &Digest) -> Result<Plan> {
        let bytes = self.objects.read(&plan_key(digest)?).await?;
        digest.check(&bytes, format!("the plan {digest}"))?;
        let bad = |e| Error::corrupt(format!("the plan {digest} is not what it has to be: {e}"));
        let value: Value = serde_json::from_slice(&bytes).map_err(bad)?;
        if value["schema"] != PLAN_SCHEMA {
            return Err(other_version(&format!("the plan {digest}")));
        }
        let plan: Plan = serde_json::from_value(value).map_err(bad)?;
        Ok(plan)
    }
}

/// Returns the blobs whose bytes the moves of `plan` write.
fn blobs_of(plan: &Plan) -> BTreeSet<Digest> {
    plan.moves.iter().flat_map(|m| blobs(&m.args)).collect()
}

/// Keeps `plan`, after those bytes of it that the configuration gives, so that whoever goes on with it elsewhere has them, and
/// returns its digest. `Stale` if bytes that it writes are not in the store any more.
pub(super) async fn keep_plan(means: &Means<'_>, plan: &Plan) -> Result<Digest> {
    let named = blobs_of(plan);
    let given = means.values.sites.values().flat_map(|site| site.given.values());
    let given: Vec<Bytes> = given.filter(|bytes| named.contains(&Digest::of(bytes))).cloned().collect();
    means.repository.put_blobs(given).await?;
    means.repository.put_plan(plan).await
}

fn package_key(digest: &Digest) -> Result<Key> {
    Key::new(format!("packages/sha256/{digest}.zip"))
}

fn plan_key(digest: &Digest) -> Result<Key> {
    Key::new(format!("plans/sha256/{digest}.json"))
}

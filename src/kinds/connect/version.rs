//! Versions of modules: read once each, since they never change; known by the digest of what they mean.
//!
//! Source: botocore's `connect` model, `CreateContactFlowModuleVersion` ("an immutable snapshot of a contact flow module,
//! preserving its content and settings").

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use aws_sdk_connect::Client;
use futures::future::try_join_all;
use serde_json::{Map, Value, json};

use super::calls::Calls;
use super::family::Family;
use crate::aws::Failure;
use crate::core::Digest;
use crate::core::document::Document;
use crate::core::driver::Freshness;
use crate::core::inventory::Found;
use crate::core::portable::{Encoder, encode};
use crate::core::{Error, Result};
use crate::wire;

/// The member of a document's exact part that says which version has which content: digests by number.
const VERSIONS: &str = "Versions";

/// What a version keeps.
const KEPT: [&str; 2] = ["Content", "Settings"];

/// How many versions are looked at that no alias names.
const NEWEST: usize = 10;

/// What versions were read already, by the module's id and the number.
#[derive(Default)]
pub struct Shelf(Mutex<HashMap<(String, u64), Value>>);

impl Shelf {
    /// Adds the aliases of the module `of` to `wire`, and the versions that they name; of what is fresh also the newest
    /// ones that none names.
    pub async fn read(
        &self,
        calls: &Calls,
        of: &Found,
        how: Freshness,
        wire: &mut Map<String, Value>,
    ) -> Result<()> {
        if of.address.kind() != "connect/module" {
            return Ok(());
        }
        let aliases =
            calls.list("ListContactFlowModuleAliases", "ContactFlowModuleAliasSummaryList", &of.id).await?;
        if aliases.is_empty() {
            return Ok(());
        }
        let mut numbers: Vec<u64> = aliases.iter().filter_map(|a| a["Version"].as_u64()).collect();
        if how == Freshness::Fresh {
            numbers.extend(newest(calls, &of.id).await?.into_iter().take(NEWEST));
        }
        numbers.sort_unstable();
        numbers.dedup();
        let versions = try_join_all(numbers.into_iter().map(|n| self.version(calls, &of.id, n))).await?;
        wire.insert("Aliases".into(), Value::Array(aliases));
        wire.insert(VERSIONS.into(), versions.into_iter().collect::<Map<String, Value>>().into());
        Ok(())
    }

    /// Returns what the version `number` keeps, under its number.
    async fn version(&self, calls: &Calls, id: &str, number: u64) -> Result<(String, Value)> {
        let key = (id.to_string(), number);
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let kept = match known {
            Some(kept) => kept,
            None => {
                let kept = calls.kept(&format!("{id}:{number}")).await?;
                self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, kept.clone());
                kept
            }
        };
        Ok((number.to_string(), kept))
    }
}

/// Takes the versions out of `wire`. Returns the digest of what each means, by number.
pub fn take(
    family: &Family,
    encoder: &mut Encoder<'_>,
    wire: &mut Map<String, Value>,
) -> BTreeMap<String, Digest> {
    let Some(Value::Object(versions)) = wire.remove(VERSIONS) else { return BTreeMap::new() };
    let mut digests = BTreeMap::new();
    // What an old version names is no matter until something is to be that version.
    let (said, dangling) = (encoder.findings.len(), encoder.dangling.clone());
    for (number, kept) in versions {
        let Value::Object(kept) = kept else { continue };
        digests.insert(number, content(&encode(&kept, family.fields, encoder)));
    }
    encoder.findings.truncate(said);
    encoder.dangling = dangling;
    digests
}

/// Returns the digest of the content of `document`: what a version of it would keep.
pub fn content(document: &Document) -> Digest {
    let kept = KEPT.iter().filter_map(|name| document.portable.get_key_value(*name));
    Digest::of_json(&Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect()))
}

/// Notes in `document` which version has which content.
pub fn note(document: &mut Document, digests: &BTreeMap<String, Digest>) {
    if !digests.is_empty() {
        let versions = digests.iter().map(|(number, digest)| (number.clone(), json!(digest.to_string())));
        document.exact.insert(VERSIONS.into(), Value::Object(versions.collect()));
    }
}

/// Returns what `document` says of versions: the digest of the content of each, by number.
pub fn noted(document: &Document) -> BTreeMap<u64, String> {
    let noted = document.exact.get(VERSIONS).and_then(Value::as_object).into_iter().flatten();
    noted.filter_map(|(number, digest)| Some((number.parse().ok()?, digest.as_str()?.to_string()))).collect()
}

/// Returns the numbers of the versions of a module, the newest first.
async fn newest(calls: &Calls, id: &str) -> Result<Vec<u64>> {
    let all = calls.list("ListContactFlowModuleVersions", "ContactFlowModuleVersionSummaryList", id).await?;
    let mut numbers: Vec<u64> = all.iter().filter_map(|v| v["Version"].as_u64()).collect();
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    Ok(numbers)
}

impl Calls {
    /// Returns what a version of the module that `id` names would keep, or what the version that it names keeps.
    async fn kept(&self, id: &str) -> Result<Value> {
        let mut answer = self.describe("DescribeContactFlowModule", id).await?;
        let module = answer["ContactFlowModule"].take();
        let kept = KEPT.iter().filter_map(|name| Some((name.to_string(), module.get(*name)?.clone())));
        Ok(Value::Object(kept.filter(|(_, v)| !v.is_null()).collect()))
    }

    /// Returns the number of the version that keeps what is published of the module `id`: the newest, if that does,
    /// else a new one, made with `c`.
    pub(super) async fn published_version(&self, c: &Client, id: &str) -> Result<u64, Failure> {
        let later = |error: Error| Failure { error, fate: crate::aws::Fate::Later };
        let now = self.kept(id).await.map_err(later)?;
        if let Some(last) = newest(self, id).await.map_err(later)?.first()
            && self.kept(&format!("{id}:{last}")).await.map_err(later)? == now
        {
            return Ok(*last);
        }
        let call = "CreateContactFlowModuleVersion";
        self.account.pace.take(call).await;
        let create = c.create_contact_flow_module_version();
        let answer = wire!(call, create.instance_id(&self.instance).contact_flow_module_id(id))?;
        answer["Version"].as_u64().ok_or_else(|| Failure {
            error: Error::failed(format!("{call} answers without a number")),
            fate: crate::aws::Fate::Unknown,
        })
    }
}

//! Fetching: one resource and its parts, one by one or out of a search of all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::future::try_join_all;
use serde_json::{Map, Value};
use tokio::sync::OnceCell;

use super::association;
use super::calls::Calls;
use super::family::{Family, Listed};
use super::part::Part;
use crate::aws::http;
use crate::core::driver::{Freshness, Raw};
use crate::core::inventory::Found;
use crate::core::{Digest, Error, ErrorKind, Result};

/// The items of a search, by the resource that they belong to; `None` where it cannot be searched.
type Hits = Option<HashMap<String, Vec<Value>>>;

/// What searches have answered since the last listing: each is asked once.
#[derive(Default)]
pub struct Index(Mutex<HashMap<&'static str, Arc<OnceCell<Hits>>>>);

impl Index {
    /// Forgets what it knows.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Returns what `call` answers for `id`; `None` where that cannot be asked.
    async fn of(
        &self,
        calls: &Calls,
        call: &'static str,
        items: &'static str,
        key: &'static str,
        id: &str,
    ) -> Option<Vec<Value>> {
        let cell = {
            let mut searches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(searches.entry(call).or_default())
        };
        let hits = cell
            .get_or_init(|| async {
                // A search that is refused costs time only: each resource is then read by itself.
                let all = calls.list(call, items, "").await.ok()?;
                let mut hits: HashMap<String, Vec<Value>> = HashMap::new();
                for item in all {
                    let owner = item[key].as_str().unwrap_or_default().to_string();
                    hits.entry(owner).or_default().push(item);
                }
                Some(hits)
            })
            .await;
        hits.as_ref().map(|hits| hits.get(id).cloned().unwrap_or_default())
    }
}

/// Reads the resource `of` with all its parts.
pub async fn fetch(calls: &Calls, index: &Index, family: &Family, of: &Found, how: Freshness) -> Result<Raw> {
    let parts = try_join_all(family.parts.iter().map(|p| part(calls, index, p, &of.id, how)));
    let (wire, parts) = tokio::try_join!(whole(calls, index, family, of, how), parts)?;
    let mut raw = Raw { wire, ..Raw::default() };
    for (member, value, blob) in parts {
        raw.blobs.extend(blob);
        raw.wire.extend(value.map(|v| (member.to_string(), v)));
    }
    if let Some(form) = family.form {
        form(&mut raw.wire);
    }
    Ok(raw)
}

/// Reads the resource without its parts.
async fn whole(
    calls: &Calls,
    index: &Index,
    family: &Family,
    of: &Found,
    how: Freshness,
) -> Result<Map<String, Value>> {
    if let (Freshness::Indexed, Some(search)) = (how, family.search) {
        let hits = index.of(calls, search.call, search.items, search.id, &of.id).await;
        let hit = hits.into_iter().flatten().next();
        if let Some(Value::Object(members)) = hit
            && search.needs.iter().all(|name| members.get(*name).is_some_and(|v| !v.is_null()))
        {
            return Ok(members);
        }
    }
    let Some((call, member)) = family.describe else {
        return match family.list {
            Some(list) => from_listing(calls, index, &list, of, how).await,
            None => associated(calls, of).await,
        };
    };
    let mut answer = match family.kind {
        "connect/evaluation-form" => calls.form(&of.id).await,
        // What is stored is a part of which it is.
        "connect/storage-config" => calls.describe(call, &format!("{}:{}", of.name(), of.id)).await,
        _ => calls.describe(call, &of.id).await,
    };
    // A flow that was never published is read as its draft.
    let unpublished = |e: &Error| e.code.as_deref().is_some_and(|c| c == "ContactFlowNotPublishedException");
    if answer.as_ref().is_err_and(unpublished) {
        answer = calls.describe(call, &format!("{}:$SAVED", of.id)).await;
    }
    let mut answer = answer?;
    if let ("", Value::Object(members)) = (member, &mut answer) {
        return Ok(std::mem::take(members));
    }
    match answer.get_mut(member).map(Value::take) {
        Some(Value::Object(members)) => Ok(members),
        _ => Err(Error::failed(format!("{call} answers without {member}"))),
    }
}

/// Reads what no operation describes: its listing says all.
async fn from_listing(
    calls: &Calls,
    index: &Index,
    list: &Listed,
    of: &Found,
    how: Freshness,
) -> Result<Map<String, Value>> {
    let found = match how {
        Freshness::Indexed => index.of(calls, list.call, list.items, list.id, &of.id).await,
        Freshness::Fresh | Freshness::Recent => None,
    };
    let found = match found {
        Some(found) => found,
        None => calls.list(list.call, list.items, "").await?,
    };
    match found.into_iter().find(|item| item[list.id] == *of.id) {
        Some(Value::Object(members)) => Ok(members),
        _ => Err(Error::not_found(format!("there is no {}", of.address))),
    }
}

/// Reads an association: whether it is there is all that there is to know.
async fn associated(calls: &Calls, of: &Found) -> Result<Map<String, Value>> {
    let all = association::ids(calls, of.address.kind()).await?;
    match all.contains(&of.id) {
        true => Ok(association::wire(of)),
        false => Err(Error::not_found(format!("there is no {}", of.address))),
    }
}

type Read = (&'static str, Option<Value>, Option<(Digest, Bytes)>);

async fn part(calls: &Calls, index: &Index, part: &Part, id: &str, how: Freshness) -> Result<Read> {
    match *part {
        Part::List { member, call, items, item, search } => {
            let found = match (how, search) {
                (Freshness::Indexed, Some((call, items, key))) => index.of(calls, call, items, key, id).await,
                _ => None,
            };
            let found = match found {
                Some(found) => found,
                None => calls.list(call, items, id).await?,
            };
            let list: Vec<Value> = found.iter().map(item).collect();
            Ok((member, (!list.is_empty()).then_some(Value::Array(list)), None))
        }
        Part::Found { member, call, items, of, value } => {
            let found = match how {
                Freshness::Indexed => index.of(calls, call, items, of, id).await,
                Freshness::Fresh | Freshness::Recent => None,
            };
            let found = match found {
                Some(found) => found,
                None => calls.list(call, items, "").await?,
            };
            let own = found.iter().find(|item| item[of].as_str().is_some_and(|o| names(o, id)));
            // The id of what it leads to, however it is named: by its id or by its ARN.
            let bare = |text: &str| text.rsplit('/').next().unwrap_or(text).to_string();
            let value = own.and_then(|item| item[value].as_str()).map(bare);
            Ok((member, value.map(Value::String), None))
        }
        Part::Audio { member } => {
            let answer = calls.describe("GetPromptFile", id).await?;
            let url = answer["PromptPresignedUrl"].as_str().unwrap_or_default();
            let bytes = http::get(url).await.map_err(|e| match e.kind {
                // The prompt is there; it is its file that cannot be had.
                ErrorKind::NotFound => Error::failed(e.message),
                _ => e,
            })?;
            let digest = Digest::of(&bytes);
            Ok((member, Some(Value::String(digest.to_string())), Some((digest, bytes))))
        }
    }
}

/// Returns whether `resource`, an id or an ARN, is what has `id`.
fn names(resource: &str, id: &str) -> bool {
    resource == id || resource.strip_suffix(id).is_some_and(|head| head.ends_with('/'))
}

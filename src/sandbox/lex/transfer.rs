//! Exports and imports under way, and what comes to its end as time passes.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::presigned;
use super::super::s3::{Bucket, Object};
use super::super::world::Account;
use super::ask::{Ask, missing, new_id};
use super::export::{self, Of};
use super::import::{self, Import};

/// Where Lex keeps archives: a bucket that no account can create (names have no underscore), of an owner that is no
/// account.
pub(crate) const BUCKET: &str = "lex_archives";

/// "The URL is only available for 5 minutes" (DescribeExport; the guide says the same of CreateUploadUrl).
const VALID_SECONDS: u32 = 300;

/// How long exports and imports are kept: seven days.
const HISTORY_SECONDS: f64 = 604_800.0;

/// How an export stands; it counts from its due time on.
#[derive(Debug, Clone)]
pub(crate) enum Status {
    Running,
    Packed(Bytes),
    Failed(Vec<String>),
}

/// An export.
#[derive(Debug, Clone)]
pub(crate) struct Export {
    pub(crate) id: String,
    pub(crate) file: String,
    pub(crate) region: String,
    pub(crate) of: Of,
    pub(crate) specification: Value,
    pub(crate) status: Status,
    pub(crate) created: f64,
    pub(crate) due: f64,
}

impl Export {
    /// Its `ExportStatus`.
    pub(crate) fn word(&self, now: f64) -> &'static str {
        match &self.status {
            _ if now < self.due => "InProgress",
            Status::Running => "InProgress",
            Status::Packed(_) => "Completed",
            Status::Failed(_) => "Failed",
        }
    }
}

/// What is under way in an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transfers {
    pub(crate) exports: BTreeMap<String, Export>,
    pub(crate) imports: BTreeMap<String, Import>,
    /// Uploads that CreateUploadUrl has made room for: the import's id and the region.
    pub(crate) uploads: BTreeMap<String, String>,
    /// Bots being deleted, and when they are gone.
    pub(crate) deleting: Vec<(String, f64)>,
}

/// Brings to its end what is due.
pub(crate) fn settle(account: &mut Account, ask: &Ask<'_>) {
    let now = ask.now;
    let due = |import: &&Import| import.is_running() && now >= import.due;
    let mut imports: Vec<(f64, String)> = account
        .transfers
        .imports
        .values()
        .filter(due)
        .map(|import| (import.due, import.id.clone()))
        .collect();
    imports.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (_, id) in imports {
        import::finish(account, ask, &id);
    }
    for export in account.transfers.exports.values_mut() {
        if matches!(export.status, Status::Running) && now >= export.due {
            let bot = account.bots.iter().find(|bot| bot.region == export.region && bot.id == export.of.bot);
            export.status = match bot {
                Some(bot) => export::packed(bot, &export.of, ask.switches),
                None => Status::Failed(vec!["What was to be exported is gone.".to_owned()]),
            };
        }
    }
    // "Imports remain in the list for seven days" (guide, "Importing"; "Exporting" says the same of exports). What is
    // still described after that is assumed: nothing.
    account.transfers.exports.retain(|_, export| now < export.created + HISTORY_SECONDS);
    account.transfers.imports.retain(|_, import| now < import.created + HISTORY_SECONDS);
    let gone: Vec<String> =
        account.transfers.deleting.iter().filter(|(_, due)| now >= *due).map(|(id, _)| id.clone()).collect();
    account.bots.retain(|bot| !gone.contains(&bot.id));
    account.transfers.deleting.retain(|(_, due)| now < *due);
}

/// The bucket of archives.
fn bucket<'a>(buckets: &'a mut BTreeMap<String, Bucket>, ask: &Ask<'_>) -> &'a mut Bucket {
    let own = || Bucket::new(presigned::LEX_OWNER, &ask.call.region);
    buckets.entry(BUCKET.to_owned()).or_insert_with(own)
}

fn url(ask: &Ask<'_>, method: &str, key: &str) -> String {
    let host = ask.call.header("host").unwrap_or_default();
    let place = format!("/{BUCKET}/{key}");
    presigned::signed(presigned::LEX_KEY, method, host, &place, &ask.call.region, ask.now, VALID_SECONDS)
}

/// CreateUploadUrl: the id of an import to come, and where to PUT its archive.
pub(crate) fn upload(
    account: &mut Account,
    ask: &Ask<'_>,
    buckets: &mut BTreeMap<String, Bucket>,
) -> Result<Answer, Fail> {
    bucket(buckets, ask);
    let id = new_id();
    account.transfers.uploads.insert(id.clone(), ask.call.region.clone());
    let url = url(ask, "PUT", &key_of(&id));
    Ok(Answer::json(&json!({"importId": id, "uploadUrl": url})))
}

fn key_of(import: &str) -> String {
    format!("uploads/{import}.zip")
}

/// What was uploaded for an import.
pub(crate) fn uploaded(buckets: &BTreeMap<String, Bucket>, import: &str) -> Option<Bytes> {
    Some(buckets.get(BUCKET)?.objects.get(&key_of(import))?.body.clone())
}

/// DescribeExport, with a URL that is good from now on for five minutes.
pub(crate) fn describe_export(
    account: &Account,
    ask: &Ask<'_>,
    buckets: &mut BTreeMap<String, Bucket>,
) -> Result<Answer, Fail> {
    let id = ask.call.label(0);
    let found = account.transfers.exports.get(id).filter(|export| export.region == ask.call.region);
    let found = found.ok_or_else(|| missing(ask.call, &format!("The export {id}")))?;
    let mut out = export::described(found, ask.now);
    if let (Status::Packed(bytes), "Completed") = (&found.status, found.word(ask.now)) {
        let key = format!("exports/{}", found.file);
        let object = || Object::of(bytes.clone(), "application/zip", found.due);
        bucket(buckets, ask).objects.entry(key.clone()).or_insert_with(object);
        out["downloadUrl"] = json!(url(ask, "GET", &key));
    }
    Ok(Answer::json(&out))
}

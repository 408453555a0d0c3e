//! Sending one move: the function settled first, the revision that was looked at named, one attempt.

use serde_json::{Map, Value, json};

use super::calls::{Calls, PACE};
use super::fetch::Shelf;
use super::form::{code_digest, form, kept};
use super::moves::{CODE, CONFIGURE, CREATE, CREATE_ALIAS, DELETE_ALIAS, PUBLISH, UPDATE_ALIAS, WAIT};
use super::wait::{Patience, gave_up, trouble};
use super::{names, permission, secret, source, write};
use crate::aws::{Failure, Fate};
use crate::core::driver::{Reply, Sending};
use crate::core::event::Event;
use crate::core::inventory::Found;
use crate::core::means::Values;
use crate::core::moves::{Does, Move};
use crate::core::{Digest, Error, ErrorKind, Pin, Result};
use crate::kinds::tag::{TAG, UNTAG};

/// How the text of a blob begins once its placeholder is resolved.
const BLOB: &str = "blob:";
/// The most bytes of an archive that a call takes; what is larger comes from S3.
///
/// Source: "Lambda quotas": 50 MB zipped for direct uploads.
const MOST_INLINE: usize = 50 << 20;

/// Somebody who sends moves of one function.
pub struct Sender<'a> {
    pub(super) calls: &'a Calls,
    pub(super) shelf: &'a Shelf,
    pub(super) values: &'a Values,
    pub(super) pin: &'a Pin,
    pub(super) with: &'a Sending<'a>,
}

impl Sender<'_> {
    /// Sends `m`, with its arguments resolved, on the function `of`.
    pub async fn send(&self, m: &Move, of: Option<&Found>, args: Value) -> Reply {
        let found = match of {
            Some(found) => found.clone(),
            None => names::function(self.pin, &self.values.names.physical(&m.address)),
        };
        if m.call != CREATE && of.is_none() {
            return Reply::Refused(Error::not_found(format!("{} is gone", m.address)));
        }
        let sent = match m.call.as_str() {
            CREATE => self.create(m, &found, args).await,
            CONFIGURE | CODE => self.update(m, &found, args).await,
            WAIT => return self.wait(m, &found).await,
            PUBLISH => self.publish(&found, &args, None).await.map(|_| ()),
            UPDATE_ALIAS if m.rollout.is_some() => return self.begin(m, &found, args).await,
            CREATE_ALIAS | UPDATE_ALIAS | DELETE_ALIAS => self.alias(m, &found, args).await,
            _ => self.other(m, &found, args).await,
        };
        match sent {
            Ok(()) if m.does == Does::Create => Reply::Done(Some((found.id, found.arn))),
            Ok(()) => Reply::Done(None),
            Err(failure) => reply(m, failure),
        }
    }

    /// Sends the call `call` as `body` says, once the function `name` is settled. Where another update is under way all
    /// the same, waits for its end.
    pub(super) async fn call(&self, call: &str, name: &str, mut body: Value) -> Result<Value, Failure> {
        let mut patience = Patience::new(self.calls, self.with);
        let looked_at = body.get("RevisionId").is_some();
        loop {
            let pace = format!("{PACE}{call}");
            let sent = self.calls.account.write(&pace, self.with.lease.until(), async |guard| {
                let client = self.calls.account.lambda_under(&guard);
                write::write(&client, call, name, &body).await
            });
            let failure = match sent.await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let busy = matches!(
                failure.error.code.as_deref(),
                Some("ResourceConflictException" | "ResourceInUseException")
            );
            if !busy || call == CREATE || call == CREATE_ALIAS || call == permission::ADD {
                return Err(failure);
            }
            patience.pause(&format!("another update of {name}")).await.map_err(later)?;
            if [CONFIGURE, CODE, PUBLISH].contains(&call) && looked_at {
                body["RevisionId"] = json!(self.revision(name).await?);
            }
        }
    }

    /// Returns the revision of the function `name`, settled: the one that was looked at, or the one that it has since
    /// what was under way ended.
    ///
    /// Fails as stale where its content is not what was looked at.
    async fn revision(&self, name: &str) -> Result<String, Failure> {
        let seen = self.shelf.seen(name);
        if let Some(seen) = seen.as_ref().filter(|s| s.settled) {
            return self.unless_busy(name, &seen.latest.0, &seen.latest.1).await;
        }
        let now = self.settled(name).await?;
        match seen {
            Some(seen) if seen.latest.1 != now.1 => Err(stale(name)),
            _ => Ok(now.0),
        }
    }

    /// Returns `revision`, or the one after an update that was under way and changed nothing of `content`.
    async fn unless_busy(
        &self,
        name: &str,
        revision: &str,
        content: &Map<String, Value>,
    ) -> Result<String, Failure> {
        let now = self.calls.configuration(name, None).await.map_err(later)?;
        if super::fetch::is_settled(&now) {
            return Ok(revision.to_string());
        }
        let (revision, now) = self.settled(name).await?;
        if now == *content { Ok(revision) } else { Err(stale(name)) }
    }

    /// Waits until the function is settled. Returns its revision and its content.
    async fn settled(&self, name: &str) -> Result<(String, Map<String, Value>), Failure> {
        Patience::new(self.calls, self.with).settled(name, None).await.map_err(later)?;
        let function = self.calls.function(name, None).await.map_err(later)?;
        let revision = function["Configuration"]["RevisionId"].as_str().unwrap_or_default().to_string();
        Ok((revision, kept(&form(&function))))
    }

    async fn create(&self, m: &Move, found: &Found, mut args: Value) -> Result<(), Failure> {
        let (vault, seal) = (self.with.vault, &self.values.seal);
        secret::open(self.calls, seal, vault, &m.address, None, &mut args).await.map_err(refused)?;
        let code = args["Code"].take();
        args["Code"] = self.code(found, code).await?;
        self.call(CREATE, &found.id, args).await.map(drop)
    }

    async fn update(&self, m: &Move, found: &Found, mut args: Value) -> Result<(), Failure> {
        let name = found.id.as_str();
        if m.call == CODE {
            let architectures = args.get("Architectures").cloned();
            args = self.code(found, args).await?;
            args.as_object_mut().into_iter().for_each(|a| {
                a.extend(architectures.clone().map(|v| ("Architectures".to_string(), v)));
            });
        }
        let (vault, seal) = (self.with.vault, &self.values.seal);
        secret::open(self.calls, seal, vault, &m.address, Some(name), &mut args).await.map_err(refused)?;
        args["RevisionId"] = json!(self.revision(name).await?);
        self.call(&m.call, name, args).await.map(drop)
    }

    /// Returns the members of a request that say where the code is that `code` names.
    async fn code(&self, found: &Found, code: Value) -> Result<Value, Failure> {
        let mut out = json!({});
        for name in ["ImageUri", "SourceKMSKeyArn"] {
            if let Some(text) = code.get(name) {
                out[name] = text.clone();
            }
        }
        let Some(text) = code["ZipFile"].as_str() else { return Ok(out) };
        let digest = text.strip_prefix(BLOB).and_then(|hex| hex.parse::<Digest>().ok());
        let digest = digest.ok_or_else(|| refused(Error::bug("the code of a function is no blob")))?;
        let bytes = match self.with.blobs.bytes(&digest).await {
            Ok(bytes) => bytes,
            // What a version has needs not be in the store.
            Err(e) if e.kind == ErrorKind::NotFound => {
                self.calls.archive(found, &digest).await.map_err(|_| refused(e))?
            }
            Err(e) => return Err(later(e)),
        };
        if bytes.len() > MOST_INLINE {
            let place = self.values.staging.as_deref();
            let staged = super::staging::stage(&self.calls.account, place, &digest, bytes);
            let (bucket, key) = staged.await.map_err(refused)?;
            let place = place.unwrap_or_default().to_string();
            self.with.events.emit(Event::Staged { place });
            out["S3Bucket"] = json!(bucket);
            out["S3Key"] = json!(key);
        } else {
            out["ZipFile"] = json!(aws_smithy_types::base64::encode(&bytes));
        }
        Ok(out)
    }

    async fn wait(&self, m: &Move, found: &Found) -> Reply {
        let now = match Patience::new(self.calls, self.with).settled(&found.id, None).await {
            Ok(now) => now,
            Err(e) => return gave_up(&m.address, e),
        };
        match trouble(&now) {
            None => Reply::Done(None),
            Some(why) => Reply::Refused(Error::failed(format!("{} was not updated: {why}", m.address))),
        }
    }

    /// Returns the number of a version that has the content of `$LATEST`: one that is there, else a new one.
    ///
    /// Fails as stale where that is not what was `looked_at`, if something was.
    pub(super) async fn publish(
        &self,
        found: &Found,
        args: &Value,
        looked_at: Option<&Map<String, Value>>,
    ) -> Result<String, Failure> {
        let name = found.id.as_str();
        let (revision, content) = self.settled(name).await?;
        if looked_at.is_some_and(|seen| *seen != content) {
            return Err(stale(name));
        }
        let wanted = args["CodeSha256"].as_str().and_then(|t| t.strip_prefix(BLOB));
        if wanted.is_some_and(|digest| content["Code"]["ZipFile"] != digest) {
            return Err(stale(name));
        }
        if let Some(number) = self.same(name, &content).await? {
            return Ok(number);
        }
        let mut body = json!({ "RevisionId": revision });
        if let Some(bytes) = wanted.and_then(|hex| hex::decode(hex).ok()) {
            body["CodeSha256"] = json!(aws_smithy_types::base64::encode(bytes));
        }
        let answer = self.call(PUBLISH, name, body).await?;
        let number = answer["Version"].as_str().unwrap_or_default().to_string();
        let version =
            Patience::new(self.calls, self.with).settled(name, Some(&number)).await.map_err(later)?;
        match trouble(&version) {
            None => Ok(number),
            Some(why) => {
                Err(refused(Error::failed(format!("version {number} of {name} is not active: {why}"))))
            }
        }
    }

    /// Returns the number of the newest version that keeps `content`, if one does.
    async fn same(&self, name: &str, content: &Map<String, Value>) -> Result<Option<String>, Failure> {
        let versions = self.calls.versions(name).await.map_err(later)?;
        let code = content["Code"]["ZipFile"].as_str();
        let has = |v: &Value| code.is_none() || code_digest(v).map(|d| d.to_string()).as_deref() == code;
        for (number, _) in versions.iter().rev().filter(|(_, v)| has(v)) {
            let version = self.calls.function(name, Some(&number.to_string())).await.map_err(later)?;
            if kept(&form(&version)) == *content {
                return Ok(Some(number.to_string()));
            }
        }
        Ok(None)
    }

    async fn alias(&self, m: &Move, found: &Found, mut args: Value) -> Result<(), Failure> {
        let name = found.id.as_str();
        let alias = self.alias_name(m, &args["Name"]);
        args["Name"] = json!(alias);
        if args.get("FunctionVersion").is_some_and(Value::is_null) {
            let seen = self.shelf.seen(name).map(|s| s.latest.1);
            args["FunctionVersion"] = json!(self.publish(found, &json!({}), seen.as_ref()).await?);
        }
        if m.call == UPDATE_ALIAS
            && let Some(revision) = self.shelf.seen(name).and_then(|s| s.aliases.get(&alias).cloned())
        {
            args["RevisionId"] = json!(revision);
        }
        self.call(&m.call, name, args).await.map(drop)
    }

    /// Returns what the alias of this name is called there.
    pub(super) fn alias_name(&self, m: &Move, name: &Value) -> String {
        self.values.names.physical_alias(&m.address, name.as_str().unwrap_or_default())
    }

    async fn other(&self, m: &Move, found: &Found, mut args: Value) -> Result<(), Failure> {
        let name = found.id.as_str();
        match m.call.as_str() {
            permission::ADD | permission::REMOVE => {
                let key = args["Statement"].as_str().unwrap_or_default().to_string();
                let (alias, sid) = permission::parts(&key);
                let alias = alias.map(|a| self.alias_name(m, &json!(a)));
                args.as_object_mut().map(|a| a.remove("Statement"));
                args["StatementId"] = json!(sid);
                let policies = self.shelf.seen(name).map(|s| s.policies).unwrap_or_default();
                if let Some(revision) = policies.get(alias.as_deref().unwrap_or_default()) {
                    args["RevisionId"] = json!(revision);
                }
                if let Some(alias) = alias {
                    args["Qualifier"] = json!(alias);
                }
            }
            TAG | UNTAG => args["Resource"] = json!(found.arn),
            source::CREATE | source::UPDATE | source::DELETE => {
                return self.source(m, found, args).await;
            }
            _ => {}
        }
        self.call(&m.call, name, args).await.map(drop)
    }

    async fn source(&self, m: &Move, found: &Found, mut args: Value) -> Result<(), Failure> {
        let key = args["Source"].as_str().unwrap_or_default().to_string();
        let alias = source::alias_of(&key).map(|a| self.alias_name(m, &json!(a)));
        let members = args.as_object_mut();
        members.map(|a| a.remove("Source"));
        let of = alias.as_ref().map_or(found.arn.clone(), |a| format!("{}:{a}", found.arn));
        if m.call == source::CREATE {
            args["FunctionName"] = json!(of);
            return self.call(&m.call, &found.id, args).await.map(drop);
        }
        let logical = |a: &str| self.values.names.logical_alias(&m.address, a);
        let all = self.calls.sources(&found.id, alias.as_deref()).await.map_err(later)?;
        let Some(own) = all.iter().find(|s| source::key_of(s, logical) == key) else {
            return Err(refused(Error::not_found(format!("there is no mapping of {key}"))));
        };
        args["UUID"] = own["UUID"].clone();
        self.call(&m.call, &found.id, args).await.map(drop)
    }
}

fn stale(name: &str) -> Failure {
    let message = format!("the function {name} has been changed by somebody else since it was looked at");
    refused(Error::new(ErrorKind::Stale, message))
}

pub(super) fn refused(error: Error) -> Failure {
    Failure { error, fate: Fate::Refused }
}

/// Nothing was sent.
pub(super) fn later(error: Error) -> Failure {
    let fate = if error.kind == ErrorKind::Unavailable { Fate::Later } else { Fate::Refused };
    Failure { error, fate }
}

pub(super) fn reply(m: &Move, failure: Failure) -> Reply {
    let mut error = failure.error;
    if error.code.as_deref() == Some("PreconditionFailedException") {
        error.kind = ErrorKind::Stale;
        error.message =
            format!("it has been changed by somebody else since it was looked at ({})", error.message);
    }
    if m.call == CREATE && error.code.as_deref() == Some("ResourceConflictException") {
        // The same as other services say of a name that is taken.
        error.code = Some("DuplicateResourceException".into());
    }
    let error = error.context(format!("cannot write {}", m.address));
    match failure.fate {
        Fate::Refused => Reply::Refused(error),
        Fate::Later => Reply::Later(error),
        Fate::Unknown => Reply::Unknown(error),
    }
}

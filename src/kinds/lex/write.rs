//! Writing: each move of a bot, sent.

use serde_json::{Map, Value, json};

use super::alias;
use super::bot::{UID_TAG, arguments};
use super::moves;
use super::normal::normalise;
use super::policy;
use super::prepare::{Aim, Bench};
use super::version::Mark;
use super::wait::{Seen, seen};
use crate::aws::{Failure, Fate, Guard};
use crate::core::moves::{Does, Move};
use crate::core::naming::Naming;
use crate::core::{Error, ErrorKind, Result};
use crate::wire;

/// Sends one call that changes something, with a client under the guard.
macro_rules! write {
    ($bench:expr, $call:expr, |$client:ident| $builder:expr $(, $body:expr)?) => {{
        let send = async |guard: Guard| {
            let $client = $bench.calls.account.lex_under(&guard);
            wire!($call, $builder $(, $body)?)
        };
        $bench.calls.account.write($call, $bench.with.lease.until(), send).await
    }};
}

impl Bench<'_> {
    /// Sends `m` for the bot with `arn`, `args` being its resolved arguments. Returns the id of what was made.
    pub async fn send(
        &self,
        m: &Move,
        arn: &str,
        naming: &Naming,
        args: &Value,
    ) -> Result<Option<String>, Failure> {
        match m.call.as_str() {
            moves::CREATE => return self.create(args).await.map(Some),
            moves::UPDATE => {
                let mut body = args.as_object().map(arguments).unwrap_or_default();
                body.insert("botName".into(), json!(self.name));
                self.update(body).await?;
            }
            moves::DELETE => self.delete().await?,
            moves::IMPORT if m.does == Does::Prepare => self.prepare(args, Aim::Version).await?,
            moves::IMPORT => self.prepare(args, Aim::Draft).await?,
            moves::CREATE_ALIAS | moves::UPDATE_ALIAS | moves::DELETE_ALIAS => {
                let name = args["Alias"].as_str().unwrap_or_default();
                self.alias(&m.call, &naming.physical_alias(self.address, name), args).await?;
            }
            moves::TAG => {
                let call = "TagResource (Lex)";
                write!(self, call, |c| c.tag_resource().resource_arn(arn), json!({ "tags": args["tags"] }))?;
            }
            moves::UNTAG => {
                let call = "UntagResource (Lex)";
                let keys = args["tagKeys"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let keys: Vec<String> = keys.map(String::from).collect();
                write!(self, call, |c| c
                    .untag_resource()
                    .resource_arn(arn)
                    .set_tag_keys(Some(keys.clone())))?;
            }
            moves::CREATE_POLICY | moves::UPDATE_POLICY | moves::DELETE_POLICY => {
                let id = match args["Of"].as_str().and_then(|of| of.strip_prefix('#')) {
                    Some(name) => Some(self.alias_id(&naming.physical_alias(self.address, name)).await?),
                    None => None,
                };
                self.policy(&m.call, &policy::arn(arn, id.as_deref()), &args["Policy"]).await?;
            }
            call => {
                let error = Error::bug(format!("there is no call {call}"));
                return Err(Failure { error, fate: Fate::Refused });
            }
        }
        Ok(None)
    }

    async fn create(&self, args: &Value) -> Result<String, Failure> {
        let mut body = args.as_object().map(arguments).unwrap_or_default();
        body.insert("botName".into(), json!(self.name));
        if let Some(tags) = args.get("Tags") {
            body.insert("botTags".into(), tags.clone());
        }
        let body = Value::Object(body);
        let answer = write!(self, moves::CREATE, |c| c.create_bot(), body)?;
        let none =
            || Failure { error: Error::failed("CreateBot answers without an id"), fate: Fate::Unknown };
        answer["botId"].as_str().map(String::from).ok_or_else(none)
    }

    async fn delete(&self) -> Result<(), Failure> {
        // Its aliases go with it: the plan has shown them.
        write!(self, moves::DELETE, |c| c.delete_bot().bot_id(self.id).skip_resource_in_use_check(true))?;
        let look = || async {
            match self.calls.bot(self.id).await {
                Ok(_) => Ok(Seen::Going),
                Err(failure) if failure.error.kind == ErrorKind::NotFound => Ok(Seen::Over(Value::Null)),
                Err(failure) => Err(failure),
            }
        };
        self.calls
            .wait(&format!("the deletion of {}", self.address), Some(self.with.lease), look)
            .await
            .map(drop)
    }

    async fn alias_id(&self, name: &str) -> Result<String, Failure> {
        let all = self.calls.aliases(self.id).await?;
        let own = all.iter().find(|a| a["botAliasName"] == name).and_then(|a| a["botAliasId"].as_str());
        own.map(String::from).ok_or_else(|| Failure {
            error: Error::not_found(format!("there is no alias `{name}` of {}", self.address)),
            fate: Fate::Refused,
        })
    }

    /// Makes, points or deletes the alias that is called `name` there.
    async fn alias(&self, call: &str, name: &str, args: &Value) -> Result<(), Failure> {
        let id = match call {
            moves::CREATE_ALIAS => None,
            _ => Some(self.alias_id(name).await?),
        };
        if call == moves::DELETE_ALIAS {
            let id = id.unwrap_or_default();
            write!(self, call, |c| c.delete_bot_alias().bot_id(self.id).bot_alias_id(id.clone()))?;
            let look = || async {
                let there = self.calls.aliases(self.id).await?;
                let gone = there.iter().all(|a| a["botAliasName"] != name);
                Ok(if gone { Seen::Over(Value::Null) } else { Seen::Going })
            };
            let what = format!("the deletion of the alias {name}");
            return self.calls.wait(&what, Some(self.with.lease), look).await.map(drop);
        }
        let body = alias::body(args, name, &self.number(args).await?);
        let answer = match &id {
            None => write!(self, call, |c| c.create_bot_alias().bot_id(self.id), body)?,
            Some(id) => {
                write!(self, call, |c| c.update_bot_alias().bot_id(self.id).bot_alias_id(id.clone()), body)?
            }
        };
        let id = id.or_else(|| answer["botAliasId"].as_str().map(String::from)).unwrap_or_default();
        let look =
            || async { Ok(seen(self.calls.alias(self.id, &id).await?, "botAliasStatus", &["Available"])) };
        self.calls.wait(&format!("the alias {name}"), Some(self.with.lease), look).await.map(drop)
    }

    /// Returns the number of the version that an alias is to name: seen to be there and to be what it is taken for.
    async fn number(&self, args: &Value) -> Result<String, Failure> {
        let refused = |message: String| Failure {
            error: Error::failed(message).hint("run the same command again: what is missing is then made"),
            fate: Fate::Refused,
        };
        let content = args["Content"].as_str().unwrap_or_default();
        if let Some(number) = args["Version"].as_str() {
            let status = self.calls.version(self.id, number).await?["botStatus"].take();
            return match status.as_str() {
                Some("Available") => Ok(number.to_string()),
                status => Err(refused(format!(
                    "version {number} of {} is {} and cannot be used",
                    self.address,
                    status.unwrap_or("gone")
                ))),
            };
        }
        let mut definition = args["Definition"].clone();
        normalise(&mut definition);
        let there = self.there(&Mark::of(content, &definition)).await?;
        there.ok_or_else(|| refused(format!("no version of {} has the content {content}", self.address)))
    }

    async fn policy(&self, call: &str, arn: &str, policy: &Value) -> Result<(), Failure> {
        let text = match policy {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let body = json!({ "policy": text });
        if call == moves::CREATE_POLICY {
            return write!(self, call, |c| c.create_resource_policy().resource_arn(arn), body).map(drop);
        }
        // What was changed since is not overwritten.
        let revision = self.calls.policy(arn).await?.and_then(|p| p["revisionId"].as_str().map(String::from));
        if call == moves::UPDATE_POLICY {
            let update = |c: aws_sdk_lexmodelsv2::Client| {
                c.update_resource_policy().resource_arn(arn).set_expected_revision_id(revision.clone())
            };
            return write!(self, call, |c| update(c), body).map(drop);
        }
        let delete = |c: aws_sdk_lexmodelsv2::Client| {
            c.delete_resource_policy().resource_arn(arn).set_expected_revision_id(revision.clone())
        };
        write!(self, call, |c| delete(c)).map(drop)
    }
}

/// Returns why Lex would refuse a call with `args`, whatever the environment.
///
/// Source: botocore's `lexv2-models` model, `CreateBotRequest` (`roleArn` is required), `TagMap` (200 tags at most).
pub fn refusals(m: &Move, args: &Value) -> Vec<String> {
    let mut refusals = Vec::new();
    if [moves::CREATE, moves::UPDATE].contains(&m.call.as_str())
        && args["RoleArn"].as_str().is_none_or(str::is_empty)
    {
        refusals.push("it has no RoleArn, and Lex takes no bot without one".into());
    }
    let tags = args["Tags"].as_object().map_or(0, Map::len);
    if tags > MOST_TAGS {
        let own = if args["Tags"].get(UID_TAG).is_some() { ", snapdeploy's own among them" } else { "" };
        refusals.push(format!("it has {tags} tags{own}, and Lex takes {MOST_TAGS} at most"));
    }
    refusals
}

/// The most tags of a bot.
const MOST_TAGS: usize = 200;

//! Sending one move: one attempt, and no second revision of what there is already.

use async_trait::async_trait;
use serde_json::{Map, Value, json};

use super::already::{Already, already};
use super::calls::{Calls, family_of, parts};
use super::codedeploy::{self, START};
use super::driver::Services;
use super::fetch::{Seen, task_definition};
use super::fields::{CONTAINERS, DEFINITION};
use super::images::{Image, resolve};
use super::moves::{BEGUN, CLONE_TAG, CREATE, DELETE, REGISTER, REVISION, RUNS, UPDATE};
use super::routing::{self, CONFIGURE};
use super::started::started;
use super::ticket::starts;
use super::{climbing, encode, form, names, secret, stop};
use crate::aws::{Failure, Fate};
use crate::core::driver::{Reply, Sending};
use crate::core::inventory::Found;
use crate::core::moves::{Does, Move};
use crate::core::{Error, ErrorKind, Result};
use crate::kinds::tag::{TAG, UNTAG};

/// How many revisions are looked through for one with a content, or with a secret.
const SEARCHED: usize = 20;

/// Somebody who sends moves of one service.
pub struct Sender<'a> {
    pub(super) services: &'a Services,
    pub(super) with: &'a Sending<'a>,
}

impl Sender<'_> {
    /// Sends `m`, with its arguments resolved, on the service `of`.
    pub async fn send(&self, m: &Move, of: Option<&Found>, args: Value) -> Reply {
        let physical = self.services.values.names.physical(&m.address);
        let found = of.cloned().unwrap_or_else(|| names::service(&self.services.pin, &physical));
        if ![CREATE, REGISTER].contains(&m.call.as_str()) && of.is_none() {
            return Reply::Refused(Error::not_found(format!("{} is gone", m.address)));
        }
        let sent = match m.call.as_str() {
            REGISTER => self.register(m, of, args).await.map(|()| None),
            UPDATE => self.update(m, &found, args).await,
            CREATE => self.create(m, &found, args).await.map(|()| None),
            BEGUN => self.begun(&found).await,
            CONFIGURE => routing::make(self.services, &args, self.with).await.map(|()| None),
            START => match self.revised(m, &found, args).await {
                Ok(args) => match self.back(m, &found, &args).await {
                    Ok(None) => return codedeploy::start(self.services, m, &found, args, self.with).await,
                    other => other,
                },
                Err(failure) => Err(failure),
            },
            _ => self.other(m, &found, args).await.map(|()| None),
        };
        match sent {
            Ok(Some(ticket)) => Reply::Started(ticket),
            Ok(None) if m.does == Does::Create => Reply::Done(Some((found.id, found.arn))),
            Ok(None) => Reply::Done(None),
            Err(failure) => reply(m, failure),
        }
    }

    fn calls(&self) -> &Calls {
        &self.services.calls
    }

    async fn tell(&self, call: &'static str, body: Value) -> std::result::Result<Value, Failure> {
        self.calls().tell(call, &body, self.with.lease.until()).await
    }

    /// Registers the task definition that `content` is, unless a revision is ACTIVE that has it.
    async fn register(
        &self,
        m: &Move,
        of: Option<&Found>,
        content: Value,
    ) -> std::result::Result<(), Failure> {
        let content = self.opened(m, of, content).await?;
        if self.equal(&content).await?.is_some() {
            return Ok(());
        }
        self.tell(REGISTER, Value::Object(form::request(&content))).await.map(drop)
    }

    /// Returns `content` with the values of its secrets.
    async fn opened(
        &self,
        m: &Move,
        of: Option<&Found>,
        mut content: Value,
    ) -> std::result::Result<Map<String, Value>, Failure> {
        let family = content["family"].as_str().unwrap_or_default().to_string();
        let first = content["tags"][CLONE_TAG].as_str().map(|number| format!("{family}:{number}"));
        let mut older =
            Revisions { sender: self, family, first, service: of.map(|f| f.id.clone()), newest: None };
        let seal = &self.services.values.seal;
        secret::open(seal, self.with.vault, &m.address, &mut content, &mut older).await.map_err(unsent)?;
        Ok(content.as_object().cloned().unwrap_or_default())
    }

    /// Returns the ARN of the newest ACTIVE revision that is what `content` says, if there is one.
    async fn equal(&self, content: &Map<String, Value>) -> std::result::Result<Option<String>, Failure> {
        let family = content.get("family").and_then(Value::as_str).unwrap_or_default();
        let mut wanted = content.clone();
        wanted.remove("family");
        let wanted = bare(wanted);
        let arns = match self.calls().revisions(family, SEARCHED).await {
            Ok(arns) => arns,
            Err(e) => return Err(unsent(e)),
        };
        for arn in arns {
            // Its tags may have been changed since it was read.
            let definition = self.calls().task_definition(&arn).await.map_err(unsent)?;
            if bare(form::definition(&definition)) == wanted {
                return Ok(Some(arn));
            }
        }
        Ok(None)
    }

    /// Returns `args` with the ARN of a revision in the place of what says which: the one whose content they hold, or
    /// the one that they name, if its images still stand for what was planned.
    pub(super) async fn revised(
        &self,
        m: &Move,
        found: &Found,
        mut args: Value,
    ) -> std::result::Result<Value, Failure> {
        let Some(members) = args.as_object_mut() else { return Ok(args) };
        let (content, runs) = (members.remove(DEFINITION), members.remove(RUNS));
        if let Some(content) = content {
            let content = self.opened(m, Some(found), content).await?;
            let Some(arn) = self.equal(&content).await? else {
                let message = "the revision that was registered for it is not there any more";
                return Err(refused(Error::new(ErrorKind::Stale, message)));
            };
            args[REVISION] = json!(arn);
            return Ok(args);
        }
        let (Some(Value::Object(runs)), Some(name)) = (runs, args[REVISION].as_str()) else {
            return Ok(args);
        };
        let definition = self.calls().task_definition(name).await.map_err(unsent)?;
        if definition["status"] != "ACTIVE" {
            let message = format!("revision {name} is {} since the plan was made", definition["status"]);
            return Err(refused(Error::new(ErrorKind::Stale, message)));
        }
        let texts = encode::written(&definition).into_values();
        let resolved = resolve(&self.calls().account, texts).await;
        let digest = |_: &str, text: &str| resolved.get(text)?.as_deref().ok();
        for (container, image) in encode::images(&definition, digest) {
            if runs.get(&container).is_some_and(|planned| *planned != json!(image)) {
                // Who may not ask, or was not answered, does not know that it has been moved.
                if let (Some(Err(why)), false) = (resolved.get(&image), image.contains("@sha256:")) {
                    let message = format!("cannot tell what {image} in {container} stands for now: {why}");
                    return Err(refused(
                        Error::blocked(message).hint("make the plan again: run the same command"),
                    ));
                }
                let message = format!(
                    "revision {name} would run {image} in {container} now, where {} was planned: its tag has been moved",
                    runs[&container]
                );
                return Err(refused(Error::new(ErrorKind::Stale, message)));
            }
        }
        args[REVISION] = definition["taskDefinitionArn"].clone();
        Ok(args)
    }

    /// Stops what is in flight on the service where `body` goes back to what that has left. Where it has gone back, the next
    /// look tells what of `body` there is still to send.
    async fn turned_back(&self, m: &Move, found: &Found, body: &Value) -> std::result::Result<(), Failure> {
        let Some(to) = body[REVISION].as_str() else { return Ok(()) };
        match Box::pin(stop::turn_back(self.services, m, found, to, self.with)).await {
            Ok(false) => Ok(()),
            Ok(true) => {
                let message = format!("what was in flight on {} was stopped and has gone back", m.address);
                Err(Failure { error: Error::new(ErrorKind::Unavailable, message), fate: Fate::Later })
            }
            Err(e) => Err(unended(e)),
        }
    }

    /// Returns the ticket of the way back from what CodeDeploy has in flight on the service, where `body` goes back to what
    /// that has left: the tasks are there yet, and a deployment would have to make them anew.
    async fn back(
        &self,
        m: &Move,
        found: &Found,
        body: &Value,
    ) -> std::result::Result<Option<String>, Failure> {
        let Some(to) = body[REVISION].as_str() else { return Ok(None) };
        Box::pin(stop::back(self.services, m, found, to, self.with)).await.map_err(unended)
    }

    /// Makes one UpdateService, and returns what it has started.
    async fn update(
        &self,
        m: &Move,
        found: &Found,
        args: Value,
    ) -> std::result::Result<Option<String>, Failure> {
        let seen = self.services.shelf.seen(&found.id);
        let mut body = self.revised(m, found, args).await?;
        self.turned_back(m, found, &body).await?;
        let (cluster, name) = parts(&found.id);
        (body["cluster"], body["service"]) = (json!(cluster), json!(name));
        let (forced, deploys) = (body["forceNewDeployment"] == true, starts(&body));
        let mut answer = self.tell(UPDATE, body.clone()).await?;
        if !deploys {
            return Ok(None);
        }
        let is_seen = |now: &Seen| {
            seen.primary.is_some() && now.primary == seen.primary && now.deployment == seen.deployment
        };
        if !forced && is_seen(&Seen::of(&answer["service"])) {
            // Nothing new has begun, since it was all so already. What failed as it is now takes more than to ask for it.
            match already(self.calls(), &found.id, &answer["service"]).await.map_err(unsent)? {
                Already::Well => return Ok(None),
                Already::Goes(ticket) => return Ok(Some(ticket)),
                Already::GoesBack => {
                    let message = format!("ECS is going back to what {} is to be", m.address);
                    let error = Error::new(ErrorKind::Unavailable, message);
                    return Err(Failure { error, fate: Fate::Later });
                }
                Already::Fell => {
                    body["forceNewDeployment"] = json!(true);
                    answer = self.tell(UPDATE, body).await?;
                }
            }
        }
        let service = &answer["service"];
        // It was sent: who cannot see what it has started does not know more.
        let begun = started(self.calls(), found, service, &seen).await;
        Ok(begun.map_err(|error| Failure { error, fate: Fate::Unknown })?.or(Seen::of(service).primary))
    }

    async fn create(&self, m: &Move, found: &Found, args: Value) -> std::result::Result<(), Failure> {
        let mut body = self.revised(m, found, args).await?;
        let (cluster, name) = parts(&found.id);
        (body["cluster"], body["serviceName"]) = (json!(cluster), json!(name));
        if let Some(tags) = body.get_mut("tags") {
            *tags = form::tag_list(tags);
        }
        self.tell(CREATE, body).await.map(drop)
    }

    /// Returns the deployment that a service begins with. CodeDeploy's own begins without one.
    async fn begun(&self, found: &Found) -> std::result::Result<Option<String>, Failure> {
        let service = self.calls().service(&found.id).await.map_err(unsent)?;
        if service["deploymentController"]["type"].as_str().is_some_and(|by| by != "ECS") {
            return Ok(None);
        }
        let begun = started(self.calls(), found, &service, &Seen::default()).await.map_err(unsent)?;
        Ok(begun.or(Seen::of(&service).primary))
    }

    async fn other(&self, m: &Move, found: &Found, args: Value) -> std::result::Result<(), Failure> {
        let (cluster, name) = parts(&found.id);
        let (call, body) = match m.call.as_str() {
            DELETE => (DELETE, json!({ "cluster": cluster, "service": name, "force": true })),
            TAG => (TAG, json!({ "resourceArn": found.arn, "tags": form::tag_list(&args["tags"]) })),
            UNTAG => (UNTAG, json!({ "resourceArn": found.arn, "tagKeys": args["tagKeys"] })),
            other => return Err(refused(Error::bug(format!("there is no call {other}")))),
        };
        self.tell(call, body).await.map(drop)
    }
}

/// The revisions in which a secret may be: the one that is cloned, the one that the service has, then the newest.
struct Revisions<'a> {
    sender: &'a Sender<'a>,
    first: Option<String>,
    service: Option<String>,
    family: String,
    newest: Option<Vec<String>>,
}

#[async_trait]
impl secret::Older for Revisions<'_> {
    async fn next(&mut self) -> Result<Option<Value>> {
        let (calls, shelf) = (&self.sender.services.calls, &self.sender.services.shelf);
        if let Some(first) = self.first.take() {
            // Deleted for good, it is not known any more ("DescribeTaskDefinition" of the API reference: ClientException).
            let gone = |e: &crate::core::Error| {
                e.kind == ErrorKind::NotFound || e.code.as_deref() == Some("ClientException")
            };
            return match shelf.definition(calls, &first).await {
                Ok(definition) => Ok(Some(definition)),
                Err(e) if gone(&e) => Ok(Some(Value::Null)),
                Err(e) => Err(e),
            };
        }
        if let Some(service) = self.service.take() {
            let service = calls.service(&service).await?;
            let Some(arn) = task_definition(&service) else { return Ok(Some(Value::Null)) };
            if self.family.is_empty() {
                self.family = family_of(arn).to_string();
            }
            return shelf.definition(calls, arn).await.map(Some);
        }
        if self.newest.is_none() {
            let mut newest = calls.revisions(&self.family, SEARCHED).await?;
            newest.reverse();
            self.newest = Some(newest);
        }
        match self.newest.as_mut().and_then(Vec::pop) {
            Some(arn) => shelf.definition(calls, &arn).await.map(Some),
            None => Ok(None),
        }
    }
}

/// Returns the members of a task definition without tags that say nothing of what it is, and with its images as they are
/// told: a tag beside a digest is a word.
fn bare(mut members: Map<String, Value>) -> Map<String, Value> {
    if let Some(tags) = members.get_mut("tags").and_then(Value::as_object_mut) {
        tags.retain(|key, _| {
            !key.starts_with("aws:") && ![CLONE_TAG, crate::kinds::connect::UID_TAG].contains(&key.as_str())
        });
    }
    let containers = members.get_mut(CONTAINERS).and_then(Value::as_object_mut);
    for (_, container) in containers.into_iter().flatten() {
        let image = Image::of(container["image"].as_str().unwrap_or_default());
        if let Some(digest) = &image.digest {
            container["image"] = json!(image.at(digest));
        }
    }
    form::definition_defaults(&mut members);
    members
}

fn refused(error: Error) -> Failure {
    Failure { error, fate: Fate::Refused }
}

/// Nothing was sent.
fn unsent(error: Error) -> Failure {
    let fate = if error.kind == ErrorKind::Unavailable { Fate::Later } else { Fate::Refused };
    Failure { error, fate }
}

/// Something was asked to stop: where nobody has seen the end of that, the move is begun.
fn unended(error: Error) -> Failure {
    match error.kind {
        ErrorKind::InProgress => Failure { error, fate: Fate::Unknown },
        _ => unsent(error),
    }
}

fn reply(m: &Move, failure: Failure) -> Reply {
    let (mut error, mut fate) = (failure.error, failure.fate);
    if m.call == CREATE && fate == Fate::Refused {
        // Source: "CreateService" of the API reference: a name is taken as long as the service is ACTIVE or DRAINING.
        if error.message.contains("not idempotent") {
            // The same as other services say of a name that is taken.
            error.code = Some("DuplicateResourceException".into());
        } else if error.message.contains("Draining") {
            fate = Fate::Later;
        }
    }
    if m.call == UPDATE && fate == Fate::Refused && climbing::is_about_its_pause(m, &error) {
        error = error.hint(climbing::WITHOUT_PAUSE);
    }
    if error.kind != ErrorKind::InProgress {
        error = error.context(format!("cannot write {}", m.address));
    }
    match fate {
        Fate::Refused => Reply::Refused(error),
        Fate::Later => Reply::Later(error),
        Fate::Unknown => Reply::Unknown(error),
    }
}

//! A log group of CloudWatch Logs that is told what is written into the audit, with metrics in each event.
//!
//! An event is one JSON document in the Embedded Metric Format, so that CloudWatch counts deployments, rollbacks, failures
//! and refusals, and how long they took, without anything more being set up. Nothing of any resource's content is in it.
//!
//! Sources: "Specification: Embedded metric format" (Amazon CloudWatch user guide), whose header is optional in
//! `PutLogEvents`; "PutLogEvents" and "CreateLogStream" (CloudWatch Logs API): several may write to one stream, sequence
//! tokens are ignored, a name is 1 to 512 characters without `:` and `*`.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::aws::{Failure, LOGS, Rpc};
use crate::core::ledger::{Act, Entry};
use crate::core::redact::redact;
use crate::core::run::{Actor, RunKind, RunStart, RunStatus};
use crate::core::witness::Listener;
use crate::core::{Error, ErrorKind, Result};

/// The namespace of the metrics.
const NAMESPACE: &str = "snapdeploy";
/// How long an event may take: a run waits for it.
const LIMIT: Duration = Duration::from_secs(10);

/// A log group.
#[derive(Clone, Debug)]
pub struct LogGroup {
    rpc: Rpc,
    name: String,
    project: String,
}

impl LogGroup {
    /// Returns the log group `name`, which is there, as `rpc` reaches it; what is told is of `project`.
    pub fn new(rpc: Rpc, name: &str, project: &str) -> LogGroup {
        LogGroup { rpc, name: name.into(), project: project.into() }
    }

    /// Sends the event; the stream is made where it is not there.
    async fn put(&self, stream: &str, at: Timestamp, message: String) -> Result<()> {
        let names = json!({ "logGroupName": self.name, "logStreamName": stream });
        let mut body = names.clone();
        body["logEvents"] = json!([{ "timestamp": at.as_millisecond(), "message": message }]);
        let answer = match self.rpc.once(&LOGS, "PutLogEvents", &body).await {
            Err(failure) if is(&failure, "ResourceNotFoundException") => {
                match self.rpc.once(&LOGS, "CreateLogStream", &names).await {
                    // Another process was faster.
                    Err(failure) if !is(&failure, "ResourceAlreadyExistsException") => {
                        return Err(self.hinted(failure));
                    }
                    _ => self.rpc.once(&LOGS, "PutLogEvents", &body).await,
                }
            }
            sent => sent,
        };
        match answer.map_err(|failure| self.hinted(failure))?.get("rejectedLogEventsInfo") {
            None | Some(Value::Null) => Ok(()),
            Some(why) => Err(Error::failed(format!("CloudWatch Logs did not take it: {why}"))),
        }
    }

    fn hinted(&self, failure: Failure) -> Error {
        let wants = "it needs logs:CreateLogStream and logs:PutLogEvents";
        let missing = is(&failure, "ResourceNotFoundException");
        let error = Error::from(failure);
        match missing {
            true => error.context(format!("there is no log group {}", self.name)),
            false if error.kind == ErrorKind::Denied => error.context(wants),
            false => error,
        }
    }
}

fn is(failure: &Failure, code: &str) -> bool {
    failure.error.code.as_deref() == Some(code)
}

#[async_trait]
impl Listener for LogGroup {
    async fn hear(&self, entry: &Entry, start: Option<&RunStart>) -> Result<()> {
        let (environment, event) = event(&self.project, entry, start);
        let stream = format!("{environment}/{}", entry.at.strftime("%Y/%m/%d"));
        let message = redact(&event.to_string()).into_owned();
        match tokio::time::timeout(LIMIT, self.put(&stream, entry.at, message)).await {
            Ok(put) => put,
            Err(_) => Err(Error::new(ErrorKind::Unavailable, "it does not answer")),
        }
    }

    fn place(&self) -> String {
        format!("the log group {}", self.name)
    }
}

/// Returns the environment that `entry` is about, or its pin where the entry does not name one, and the event.
fn event(project: &str, entry: &Entry, start: Option<&RunStart>) -> (String, Value) {
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| drop(out.insert(name.into(), value));
    put("schema", json!("snapdeploy.event/1"));
    put("at", json!(entry.at));
    put("pin", json!(entry.pin));
    put("entry", json!(entry.seq));
    put("run", json!(entry.run));
    let environment = start.map(|start| start.environment.clone());
    let mut environment = environment.unwrap_or_else(|| entry.pin.to_string());
    let mut metrics: Vec<(&str, &str, u64)> = Vec::new();
    let about = |put: &mut dyn FnMut(&str, Value), start: &RunStart| {
        put("kind", json!(start.kind));
        put("source", json!(start.source));
        put("reason", json!(start.reason));
    };
    let who = |put: &mut dyn FnMut(&str, Value), actor: &Actor| put("actor", json!(actor));
    match &entry.what {
        Act::Start { start } => {
            put("act", json!("start"));
            about(&mut put, start);
            who(&mut put, &start.actor);
        }
        Act::Resume { actor } => {
            put("act", json!("resume"));
            who(&mut put, actor);
        }
        Act::End { finish, .. } => {
            put("act", json!("end"));
            put("status", json!(finish.status));
            put("changed", json!(finish.changed));
            put("wrote", json!(finish.wrote.len()));
            put("message", json!(finish.message));
            put("turned_into", json!(finish.turned_into));
            if let Some(start) = start {
                about(&mut put, start);
                who(&mut put, &start.actor);
                let failed = !matches!(finish.status, RunStatus::Succeeded | RunStatus::Superseded);
                let count = match start.kind {
                    RunKind::Deploy => "Deployments",
                    RunKind::Rollback => "Rollbacks",
                };
                let took = finish.at.duration_since(start.at).as_millis();
                metrics.push((count, "Count", 1));
                metrics.push(("Failures", "Count", u64::from(failed)));
                metrics.push(("Duration", "Milliseconds", u64::try_from(took).unwrap_or(0)));
            }
        }
        Act::Refused { refusal } => {
            environment.clone_from(&refusal.environment);
            put("act", json!("refused"));
            put("kind", json!(refusal.kind));
            put("source", json!(refusal.source));
            put("reason", json!(refusal.reason));
            put("code", json!(refusal.code));
            put("why", json!(refusal.why));
            who(&mut put, &refusal.actor);
            metrics.push(("Refusals", "Count", 1));
        }
        Act::Saved { plan, actor, .. } => {
            put("act", json!("saved"));
            put("plan", json!(plan));
            who(&mut put, actor);
        }
        Act::Approved { plan, actor, reason } => {
            put("act", json!("approved"));
            put("plan", json!(plan));
            put("reason", json!(reason));
            who(&mut put, actor);
        }
        Act::Imported { runs, from, actor } => {
            put("act", json!("imported"));
            put("runs", json!(runs));
            put("from", json!(from));
            who(&mut put, actor);
        }
        Act::Released { source_digest, actor, reason } => {
            put("act", json!("released"));
            put("source_digest", json!(source_digest));
            put("reason", json!(reason));
            who(&mut put, actor);
        }
        Act::Forgotten { snapshots, packages, policy, actor, reason } => {
            put("act", json!("forgotten"));
            put("snapshots", json!(snapshots));
            put("packages", json!(packages));
            put("policy", json!(policy));
            put("reason", json!(reason));
            who(&mut put, actor);
        }
    }
    out.insert("Project".into(), json!(project));
    out.insert("Environment".into(), json!(environment));
    if !metrics.is_empty() {
        let named: Vec<Value> =
            metrics.iter().map(|(name, unit, _)| json!({ "Name": name, "Unit": unit })).collect();
        let directive = json!({
            "Namespace": NAMESPACE, "Dimensions": [["Project", "Environment"]], "Metrics": named,
        });
        out.insert(
            "_aws".into(),
            json!({ "Timestamp": entry.at.as_millisecond(), "CloudWatchMetrics": [directive] }),
        );
        out.extend(metrics.into_iter().map(|(name, _, value)| (name.to_string(), json!(value))));
    }
    (environment, Value::Object(out))
}

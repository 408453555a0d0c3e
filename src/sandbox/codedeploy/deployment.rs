//! A deployment: what it is of, and how far it is.

use serde_json::{Map, Value, json};

use super::super::clock;
use super::appspec::AppSpec;
use super::config::Traffic;

/// `DeploymentStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Created,
    InProgress,
    Baking,
    Ready,
    Succeeded,
    Failed,
    Stopped,
}

impl Status {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Status::Created => "Created",
            Status::InProgress => "InProgress",
            Status::Baking => "Baking",
            Status::Ready => "Ready",
            Status::Succeeded => "Succeeded",
            Status::Failed => "Failed",
            Status::Stopped => "Stopped",
        }
    }

    /// Whether it is the end.
    pub(crate) fn terminal(self) -> bool {
        matches!(self, Status::Succeeded | Status::Failed | Status::Stopped)
    }
}

/// One step of a deployment, in the order of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Before the first event.
    Start,
    /// A lifecycle event that does nothing but call its hook.
    Hook(&'static str),
    Install,
    AllowTestTraffic,
    /// Waits for ContinueDeployment, if the group says so.
    Ready,
    AllowTraffic,
    /// Waits before the original task set is terminated.
    TerminationWait,
    Terminate,
}

impl Step {
    /// The lifecycle event that it is.
    pub(crate) fn event(self) -> Option<&'static str> {
        match self {
            Step::Hook(name) => Some(name),
            Step::Install => Some("Install"),
            Step::AllowTestTraffic => Some("AllowTestTraffic"),
            Step::AllowTraffic => Some("AllowTraffic"),
            Step::Start | Step::Ready | Step::TerminationWait | Step::Terminate => None,
        }
    }
}

/// A lifecycle event.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) name: &'static str,
    /// `LifecycleEventStatus`.
    pub(crate) status: &'static str,
    pub(crate) start: Option<f64>,
    pub(crate) end: Option<f64>,
    /// The id that its hook is called with.
    pub(crate) execution: String,
    /// What the hook has reported, or will at its end.
    pub(crate) report: Option<String>,
    pub(crate) message: String,
}

/// A stop that was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stop {
    pub(crate) at: f64,
    /// `autoRollbackEnabled`, if it was given.
    pub(crate) rollback: Option<bool>,
}

/// A deployment.
#[derive(Debug, Clone)]
pub(crate) struct Deployment {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) application: String,
    pub(crate) group: String,
    pub(crate) config: String,
    pub(crate) traffic: Traffic,
    pub(crate) description: Option<String>,
    /// `user` or `codeDeployRollback`.
    pub(crate) creator: &'static str,
    pub(crate) revision: Option<Value>,
    pub(crate) previous: Option<Value>,
    pub(crate) spec: Option<AppSpec>,
    /// `autoRollbackConfiguration` that counts: its own, or that of its group.
    pub(crate) auto_rollback: Option<Value>,
    pub(crate) override_alarms: Option<Value>,
    /// Members of the group as they were when it was created.
    pub(crate) settings: Map<String, Value>,
    pub(crate) status: Status,
    /// Code and message.
    pub(crate) error: Option<(String, String)>,
    pub(crate) created: f64,
    pub(crate) started: Option<f64>,
    pub(crate) completed: Option<f64>,
    pub(crate) cluster: String,
    pub(crate) service: String,
    pub(crate) plan: Vec<Step>,
    /// The place in the plan.
    pub(crate) at: usize,
    /// When this step began.
    pub(crate) since: f64,
    /// Whether this step has done what it does at its beginning.
    pub(crate) entered: bool,
    pub(crate) events: Vec<Event>,
    /// Task sets: the original one and the replacement, by id.
    pub(crate) blue: Option<String>,
    pub(crate) green: Option<String>,
    /// The target groups of both, by ARN.
    pub(crate) blue_group: String,
    pub(crate) green_group: String,
    /// Percent of the traffic that the replacement has.
    pub(crate) weight: u32,
    pub(crate) continued: bool,
    pub(crate) stop: Option<Stop>,
    /// When the rollback deployment is made.
    pub(crate) rollback_at: Option<f64>,
    pub(crate) rollback_id: Option<String>,
    pub(crate) rollback_message: Option<String>,
    /// A rollback: the deployment that it takes back.
    pub(crate) triggered_by: Option<String>,
}

impl Deployment {
    pub(crate) fn step(&self) -> Step {
        self.plan.get(self.at).copied().unwrap_or(Step::Terminate)
    }

    /// The event of the step it is at.
    pub(crate) fn event_mut(&mut self) -> Option<&mut Event> {
        let name = self.step().event()?;
        self.events.iter_mut().find(|event| event.name == name)
    }

    /// Whether the step has begun or is behind it.
    pub(crate) fn reached(&self, step: Step) -> bool {
        self.plan.iter().position(|one| *one == step).is_some_and(|at| self.at >= at)
    }

    /// Something in the settings of its group.
    pub(crate) fn setting(&self, pointer: &str) -> Option<&Value> {
        let (first, rest) = pointer.split_once('/').unwrap_or((pointer, ""));
        let value = self.settings.get(first)?;
        if rest.is_empty() { Some(value) } else { value.pointer(&format!("/{rest}")) }
    }

    /// The listener of production or test traffic (`prodTrafficRoute`, `testTrafficRoute`).
    pub(crate) fn listener(&self, route: &str) -> Option<String> {
        let pointer = format!("loadBalancerInfo/targetGroupPairInfoList/0/{route}/listenerArns/0");
        self.setting(&pointer)?.as_str().map(str::to_owned)
    }

    /// Whether it keeps others of its group out: it is under way, or its rollback is about to be made.
    pub(crate) fn active(&self) -> bool {
        !self.status.terminal() || self.rollback_at.is_some()
    }

    /// For state dumps.
    pub(crate) fn state(&self) -> Value {
        let events: Vec<_> = self
            .events
            .iter()
            .map(|event| json!({"name": event.name, "status": event.status, "execution": event.execution}))
            .collect();
        json!({
            "deploymentId": self.id, "application": self.application, "group": self.group, "creator": self.creator,
            "status": self.status.word(), "error": self.error.as_ref().map(|(code, _)| code), "events": events,
            "weight": self.weight, "rollback": self.rollback_id, "triggeredBy": self.triggered_by,
        })
    }
}

/// A lifecycle event as answers have it.
pub(crate) fn shown(event: &Event) -> Value {
    let mut out = json!({"lifecycleEventName": event.name, "status": event.status});
    if let Some(at) = event.start {
        out["startTime"] = clock::epoch(at);
    }
    if let Some(at) = event.end {
        out["endTime"] = clock::epoch(at);
    }
    if event.status == "Failed" {
        out["diagnostics"] = json!({
            "errorCode": "ScriptFailed", "scriptName": "", "message": event.message, "logTail": "",
        });
    }
    out
}

//! A hook: what is run before or after a deployment or a rollback, and what its failure means.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::address::Address;
use super::driver::Sending;
use super::error::{Error, Result};
use super::finding::Finding;
use super::inventory::Found;
use super::moves::Move;
use super::run::{Process, RunKind};
use super::select::Selection;

/// When a hook is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HookAt {
    /// Before the first change of a deployment.
    BeforeDeploy,
    /// Once a deployment is verified and its gates have passed.
    AfterDeploy,
    /// Before the first change of a rollback.
    BeforeRollback,
    /// Once a rollback is verified.
    AfterRollback,
}

impl HookAt {
    /// Returns what is run before the first change of a run.
    pub fn before(kind: RunKind) -> HookAt {
        match kind {
            RunKind::Deploy => HookAt::BeforeDeploy,
            RunKind::Rollback => HookAt::BeforeRollback,
        }
    }

    /// Returns what is run once a run is verified.
    pub fn after(kind: RunKind) -> HookAt {
        match kind {
            RunKind::Deploy => HookAt::AfterDeploy,
            RunKind::Rollback => HookAt::AfterRollback,
        }
    }

    /// Returns the word for it, as the configuration has it.
    pub fn word(self) -> &'static str {
        match self {
            HookAt::BeforeDeploy => "before_deploy",
            HookAt::AfterDeploy => "after_deploy",
            HookAt::BeforeRollback => "before_rollback",
            HookAt::AfterRollback => "after_rollback",
        }
    }
}

/// What the failure of a hook means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HookFailure {
    /// The run has failed.
    Fail,
    /// It is said, and the run goes on.
    Warn,
}

/// A hook as it is configured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hook {
    /// Its name: unique in its environment.
    pub name: String,
    /// When it is run.
    pub at: Vec<HookAt>,
    /// The addresses, or globs of addresses, of which one at least has to change; everything, if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
    /// What is run.
    pub deed: HookDeed,
    /// How long it may take.
    pub limit: Duration,
    /// What its failure means.
    pub on_failure: HookFailure,
    /// Whether it changes a database, which snapdeploy never puts back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub migrates: bool,
    /// Whether it may be run again where nobody knows how it ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repeatable: bool,
}

/// What a hook runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "runs", rename_all = "snake_case")]
pub enum HookDeed {
    /// A command, on this machine.
    Command {
        /// What a shell runs.
        line: String,
    },
    /// A function.
    Invoke {
        /// Its name, with `:ALIAS` behind it where it is one.
        function: String,
        /// What it is given.
        #[serde(default, skip_serializing_if = "Value::is_null")]
        payload: Value,
    },
    /// One task of ECS, which ends by itself.
    Task {
        /// The cluster.
        cluster: String,
        /// The service whose network and, unless a family is named, whose task definition it gets: as it is to be.
        service: Option<String>,
        /// The family, or family and revision, of its task definition.
        family: Option<String>,
        /// The container that counts; the first essential one, if none is said.
        container: Option<String>,
        /// What that runs in the place of its own command.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        command: Vec<String>,
        /// Subnets, where no service says them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        subnets: Vec<String>,
        /// Security groups, where no service says them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        security_groups: Vec<String>,
    },
}

/// How a hook ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookEnd {
    /// Whether all is well.
    pub good: bool,
    /// A lowercase fragment: `ended with 3`.
    pub said: String,
    /// The last lines that it printed, for the audit, without known secrets.
    pub output: Vec<String>,
}

/// What a hook is run with.
pub struct Running<'a> {
    /// The run.
    pub run: &'a str,
    /// The environment.
    pub environment: &'a str,
    /// When.
    pub at: HookAt,
    /// Which attempt to run the hook it is, from 0: what is begun again on purpose is another one.
    pub attempt: u32,
    /// Since when the hook has been running.
    pub since: Timestamp,
    /// What the run changes.
    pub addresses: Vec<Address>,
    /// What calls are sent with.
    pub sending: &'a Sending<'a>,
    /// The calls that the run is going to make for what [`Hooks::awaits`] names, in order.
    pub coming: Vec<Coming<'a>>,
    /// Where to say which process of this machine runs it.
    pub noting: &'a dyn Noting,
}

/// Notes which process runs a hook.
#[async_trait]
pub trait Noting: Send + Sync {
    /// Notes it. When this returns it is durable: whoever goes on after this process can look for that one.
    async fn runs_as(&self, process: Process) -> Result<()>;
}

/// A call that a run is going to make.
pub struct Coming<'a> {
    /// The move.
    pub m: &'a Move,
    /// What it writes, where that is there.
    pub of: Option<Found>,
    /// Its arguments, with every placeholder resolved.
    pub args: Value,
}

/// What is known of a hook that an earlier process was about to begin, and of whose end it has noted nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trace {
    /// It was begun, and has this ticket.
    Begun(String),
    /// It was not begun, or beginning it again is the same as not having begun it twice.
    Not,
    /// Nobody can tell: why.
    Lost(String),
}

impl Hook {
    /// Returns whether it is about one of `addresses`.
    pub fn is_about<'a>(&self, mut addresses: impl Iterator<Item = &'a Address>) -> bool {
        // The patterns were read once already, where they were written.
        let about = Selection::new(&self.about).unwrap_or_default();
        addresses.any(|a| about.picks(a))
    }
}

/// Runs hooks in one environment.
#[async_trait]
pub trait Hooks: Send + Sync {
    /// Begins `hook`. Returns the ticket of what goes on by itself, if that is what it is: then [`Hooks::end`] follows it,
    /// also from another process. Else it has ended when this returns.
    async fn begin(&self, hook: &Hook, with: &Running<'_>) -> Result<Begun>;

    /// Returns what is known of what an earlier process was about to begin of `hook` for this run at `since`.
    async fn trace(&self, hook: &Hook, since: Timestamp, with: &Running<'_>) -> Result<Trace>;

    /// Returns what of `changing` has to be made ready before `hook` begins, as far as that changes nothing that runs: its
    /// calls are then in [`Running::coming`].
    fn awaits(&self, _hook: &Hook, _at: HookAt, _changing: &[Address]) -> Option<Address> {
        None
    }

    /// Follows what goes on under `ticket` to its end. `NotFound` where nobody can tell that any more; `Interrupted` where
    /// somebody wishes to let go of it.
    async fn end(&self, hook: &Hook, ticket: &str, with: &Running<'_>) -> Result<HookEnd>;

    /// Returns what is to be said of `hook` before a run begins that depends on it, and that makes `new`. Only looks.
    async fn foresee(&self, hook: &Hook, new: &[Address]) -> Vec<Finding>;
}

/// What beginning a hook came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It goes on by itself under this ticket: the ARN of a task.
    Started(String),
    /// It has ended.
    Ended(HookEnd),
    /// It may have run, or may still run, and nobody can tell: why.
    Lost(String),
}

/// Somebody who runs none.
pub struct NoHooks;

#[async_trait]
impl Hooks for NoHooks {
    async fn begin(&self, hook: &Hook, _with: &Running<'_>) -> Result<Begun> {
        Err(Error::bug(format!("nobody runs the hook {} here", hook.name)))
    }

    async fn trace(&self, _hook: &Hook, _since: Timestamp, _with: &Running<'_>) -> Result<Trace> {
        Ok(Trace::Not)
    }

    async fn end(&self, hook: &Hook, _ticket: &str, _with: &Running<'_>) -> Result<HookEnd> {
        Err(Error::bug(format!("nobody runs the hook {} here", hook.name)))
    }

    async fn foresee(&self, _hook: &Hook, _new: &[Address]) -> Vec<Finding> {
        Vec::new()
    }
}

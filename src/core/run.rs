//! A run: one deploy or rollback, with an id, a journal and an end.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::address::Address;
use super::digest::Digest;
use super::gate::Decision;
use super::hook::HookAt;
use super::id::{RunId, SnapshotId};
use super::pin::Pin;

/// What sort of run it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// Puts a release into an environment.
    Deploy,
    /// Puts back what was there before.
    Rollback,
}

/// Who runs it, and from where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The ARN that STS answered for the base credentials, or `local` where there is none.
    pub identity: String,
    /// The user and host of the process: `user@host`.
    pub host: String,
    /// The CI's own link to the job, where there is one.
    pub ci: Option<String>,
    /// What the CI says of the job.
    #[serde(flatten)]
    pub job: Job,
}

/// What a CI says of the job that runs this, each as far as it says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Who began it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The CI's own number for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The commit that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// The process that holds a lease, so that another on the same machine can tell whether it lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// The machine's boot id (empty where it is not known).
    pub boot: String,
    /// The process id.
    pub pid: u32,
    /// When the process started, in the kernel's own count, so that a reused pid is not taken for it.
    pub started: u64,
    /// Where the process id means something: the host's name and the pid namespace (empty where it is not known). Two
    /// containers on one machine have one boot id, and each its own pids.
    #[serde(default)]
    pub space: String,
}

/// What is known when a run begins. It is the audit's START.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStart {
    /// The run.
    pub run: RunId,
    /// Deploy or rollback.
    pub kind: RunKind,
    /// The environment's name at the time.
    pub environment: String,
    /// What the name pointed at.
    pub pin: Pin,
    /// Who.
    pub actor: Actor,
    /// The process that runs it.
    pub process: Process,
    /// When.
    pub at: Timestamp,
    /// Why, in the words of who ran it.
    pub reason: Option<String>,
    /// The stored plan that is performed.
    pub plan: Digest,
    /// What is put there, as the user named it: `dev@latest`, a package, a snapshot.
    pub source: String,
    /// The digest of the package, or the id of the snapshot, that the source turned out to be.
    pub source_digest: String,
    /// The run that this one undoes.
    pub undoes: Option<RunId>,
    /// The version of snapdeploy.
    pub tool: String,
    /// What the source was taken from; `None` where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_pin: Option<Pin>,
    /// When the source was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_taken_at: Option<Timestamp>,
    /// What it destroys for good, as its plan says that somebody has accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<Address>,
}

/// A deployment or rollback that was asked for, and refused before it began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Deploy or rollback.
    pub kind: RunKind,
    /// The environment's name at the time.
    pub environment: String,
    /// Who asked.
    pub actor: Actor,
    /// Why, in the words of who asked.
    pub reason: Option<String>,
    /// What was to be put there, as the user named it; `None` where it was not known yet.
    pub source: Option<String>,
    /// The exit code that it ended with.
    pub code: u8,
    /// Why it was refused, a reason each.
    pub why: Vec<String>,
    /// The version of snapdeploy.
    pub tool: String,
}

/// How a run ended, or that it has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Begun, not ended: alive, interrupted or stopped part-way.
    Open,
    /// Everything was written and verified.
    Succeeded,
    /// It failed before anything was changed.
    Failed,
    /// It failed, and another run (`turned_into`) undoes it.
    Turned,
    /// It failed, and AWS put back what was there before.
    TakenBack,
    /// Somebody else's deployment took its place, which is left as it is.
    Superseded,
}

/// How a run ended. It is the audit's END.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finish {
    /// Never `Open`.
    pub status: RunStatus,
    /// When.
    pub at: Timestamp,
    /// Whether anything was changed.
    pub changed: bool,
    /// The addresses that it wrote.
    pub wrote: Vec<Address>,
    /// The addresses that are not as planned: somebody else had changed them, or somebody said to leave them out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Address>,
    /// What happened, in a sentence.
    pub message: String,
    /// The run that undoes this one from here on.
    pub turned_into: Option<RunId>,
    /// The snapshot of what it left, as its verification saw it; `None` where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<SnapshotId>,
}

/// What the ledger knows of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// How it began.
    pub start: RunStart,
    /// How it ended; `None` while it is open.
    pub finish: Option<Finish>,
    /// The rollback that undid it, once that has succeeded.
    pub undone_by: Option<RunId>,
}

impl RunRecord {
    /// Returns the status.
    pub fn status(&self) -> RunStatus {
        self.finish.as_ref().map_or(RunStatus::Open, |f| f.status)
    }
}

/// One line of a run's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its place in the journal, from 0, without gaps.
    pub seq: u32,
    /// When it was written.
    pub at: Timestamp,
    /// What it says.
    pub what: Note,
}

/// What a line of the journal says. Moves are named by their index in the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "note", rename_all = "snake_case")]
pub enum Note {
    /// The snapshot of all that the plan touches was committed and verified.
    Before {
        /// The snapshot.
        snapshot: SnapshotId,
    },
    /// The move is about to be sent. Durable before the call.
    Intent {
        /// The move.
        index: usize,
        /// What the service calls the newest thing of the sort that the move starts, as it is before the call.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        newest: Option<String>,
    },
    /// The move's effect is there.
    Done {
        /// The move.
        index: usize,
        /// What it made, if it made something.
        made: Option<Made>,
        /// How it came about.
        how: How,
    },
    /// AWS goes on with the move by itself.
    Started {
        /// The move.
        index: usize,
        /// What AWS calls it: the id of a deployment.
        ticket: String,
    },
    /// What AWS went on with by itself has not succeeded.
    Fell {
        /// The move.
        index: usize,
        /// What came out.
        verdict: Verdict,
        /// Why.
        why: String,
        /// What explains it, a line each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        explained: Vec<String>,
    },
    /// So much traffic reaches what the move writes.
    Rung {
        /// The move.
        index: usize,
        /// Its place in the move's ladder, from 0.
        rung: usize,
        /// How much, for people: `10%`.
        share: String,
    },
    /// A gate was asked.
    Gate {
        /// Which.
        gate: String,
        /// The move that it decides about; none after all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        index: Option<usize>,
        /// The place in the move's ladder.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rung: Option<usize>,
        /// What it says.
        decision: Decision,
        /// What was seen.
        said: String,
    },
    /// A hook was begun, or has ended.
    Hook {
        /// Which.
        hook: String,
        /// When it is run.
        at: HookAt,
        /// How far it is.
        state: HookState,
    },
    /// AWS refused the move: it has had no effect.
    Refused {
        /// The move.
        index: usize,
        /// AWS's words.
        error: String,
    },
    /// Nobody knows yet whether the move had an effect; the next reader looks.
    Unknown {
        /// The move.
        index: usize,
        /// What was seen.
        error: String,
    },
    /// Somebody else has changed what the move was to write; a rollback leaves that as it is.
    Left {
        /// The move.
        index: usize,
        /// What was seen.
        why: String,
    },
    /// Somebody said to leave out what the move writes; the run goes on without it.
    Skipped {
        /// The move.
        index: usize,
        /// Who.
        actor: Actor,
        /// Why, in their words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The move only tidies up, and cannot be made; the run goes on without it.
    Forgone {
        /// The move.
        index: usize,
        /// Why.
        why: String,
    },
    /// The run was stopped on purpose between two moves.
    Stopped {
        /// Why.
        why: String,
    },
    /// The run goes on in another process.
    Resumed {
        /// Who goes on.
        actor: Actor,
    },
    /// Verification found this.
    Verdict {
        /// Whether everything is as planned.
        good: bool,
        /// What is not, one line each.
        problems: Vec<String>,
    },
}

/// What came out of something that AWS went on with by itself, and that has not succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It failed, and is still there.
    Failed,
    /// It failed, and AWS put back what was there before.
    TakenBack,
    /// Somebody else's took its place.
    Superseded,
}

/// How far a hook is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum HookState {
    /// It is about to begin. Durable before it does.
    Begins {
        /// Which attempt it is, from 0.
        #[serde(default)]
        attempt: u32,
        /// The process that runs it and that leads its group, where it is a command: it may outlive who has begun it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        process: Option<Process>,
    },
    /// It goes on by itself.
    Started {
        /// What AWS calls it.
        ticket: String,
    },
    /// It has ended.
    Ended {
        /// Whether all is well.
        good: bool,
        /// How it ended.
        said: String,
        /// The last lines that it printed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        output: Vec<String>,
    },
    /// It is not run, since somebody said so.
    Skipped,
}

/// How a move's effect came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// This process sent it, and AWS said yes.
    Sent,
    /// A call of this run whose answer was lost had done it.
    Found,
    /// It was so already.
    Already,
}

/// A resource that a move made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Its address.
    pub address: Address,
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
}

//! The state of one sandbox: accounts and what is in them, sessions, faults, the call log.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde_json::{Map, Value};

use super::answer::{Answer, Fail};
use super::call::{Call, Caller};
use super::clock::Clock;
use super::cloudwatch::AlarmState;
use super::dynamodb::Table;
use super::fault::{self, Armed, FaultKind, Hold};
use super::history::History;
use super::ids::Kind;
use super::kms::Keys;
use super::lex::{Bot, Transfers};
use super::quota::Buckets;
use super::record::CallRecord;
use super::route;
use super::s3::Bucket;
use super::secretsmanager::StoredSecret;
use super::ssm::Parameter;
use super::storm::Raging;
use super::switch::Switches;
use super::told::Told;
use super::{action, cloudfront, cloudwatch, codedeploy, ecr, ecs, elb, lambda, logs};

/// Something inside a Connect instance.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) name: String,
    /// Its members as Describe has them, without ids, name, tags and what changes by itself.
    pub(crate) body: Map<String, Value>,
    pub(crate) tags: BTreeMap<String, String>,
    /// Flows and modules: the content that calls run.
    pub(crate) published: Option<String>,
    /// Flows and modules: the content last saved.
    pub(crate) saved: String,
    /// Flows and modules: how often it was published.
    pub(crate) version: u64,
    /// The number of the call that made it; 0 when seeded.
    pub(crate) born: u64,
    pub(crate) modified: f64,
}

/// A Connect instance.
#[derive(Debug, Clone)]
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) alias: String,
    pub(crate) account: String,
    pub(crate) region: String,
    /// CONNECT_MANAGED, SAML or EXISTING_DIRECTORY.
    pub(crate) identity: String,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) resources: BTreeMap<(Kind, String), Resource>,
    /// Versions and aliases of flows and modules; what has none is not here.
    pub(crate) history: BTreeMap<(Kind, String), History>,
    /// The sound of each prompt, by id.
    pub(crate) audio: BTreeMap<String, Bytes>,
    /// What each ClientToken made: the digest of the request, and the id.
    pub(crate) tokens: BTreeMap<String, (String, String)>,
}

/// A role that callers may assume.
#[derive(Debug, Clone, Default)]
pub(crate) struct Role {
    pub(crate) external_id: Option<String>,
    /// Refused operations, as `connect:ListPrompts`.
    pub(crate) deny: BTreeSet<String>,
    /// The IAM actions that it is allowed; all, where nothing is said.
    pub(crate) allow: Option<BTreeSet<String>>,
}

/// An AWS account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) roles: BTreeMap<String, Role>,
    /// The IAM actions that its users are allowed; all, where nothing is said.
    pub(crate) allow: Option<BTreeSet<String>>,
    pub(crate) instances: Vec<Instance>,
    pub(crate) bots: Vec<Bot>,
    /// Lex: exports and imports under way.
    pub(crate) transfers: Transfers,
    /// What is in Lambda.
    pub(crate) functions: lambda::Held,
    pub(crate) ecs: ecs::Held,
    pub(crate) codedeploy: codedeploy::Held,
    pub(crate) balancing: elb::Held,
    pub(crate) images: ecr::Held,
    pub(crate) alarms: cloudwatch::Held,
    pub(crate) metrics: cloudwatch::Metrics,
    pub(crate) fronts: cloudfront::Held,
    pub(crate) logs: logs::Held,
    /// By region and name.
    pub(crate) tables: BTreeMap<(String, String), Table>,
    pub(crate) keys: Keys,
    /// By region and name.
    pub(crate) parameters: BTreeMap<(String, String), Parameter>,
    /// By region and name.
    pub(crate) secrets: BTreeMap<(String, String), StoredSecret>,
}

/// What AssumeRole issued.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) caller: Caller,
    pub(crate) token: String,
    pub(crate) expires: f64,
    /// Who is said to be behind it.
    pub(crate) source: Option<String>,
    /// Its tags, by key.
    pub(crate) tags: BTreeMap<String, String>,
}

/// Everything.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) accounts: BTreeMap<String, Account>,
    /// The account of credentials that name none.
    pub(crate) first: String,
    /// Buckets of all accounts: their names are global.
    pub(crate) buckets: BTreeMap<String, Bucket>,
    pub(crate) sessions: BTreeMap<String, Session>,
    pub(crate) switches: Switches,
    pub(crate) clock: Clock,
    pub(crate) quotas: Buckets,
    pub(crate) faults: Vec<Armed>,
    /// Faults by chance.
    pub(crate) storms: Vec<Raging>,
    pub(crate) holds: Vec<Hold>,
    /// How many calls are waiting on a hold.
    pub(crate) held: usize,
    pub(crate) calls: Vec<CallRecord>,
    /// How many calls there have been.
    pub(crate) n: u64,
    /// What was handed out or sent in confidence.
    pub(crate) told: Told,
    /// What the call that is being carried out begins will fail.
    pub(crate) doomed: bool,
    /// Calls whose connection was closed, and after how many further calls each is applied.
    pub(crate) late: Vec<(u64, Call)>,
}

impl World {
    /// Makes an alarm be as it is told.
    pub(crate) fn set_alarm(
        &mut self,
        account: &str,
        region: &str,
        name: &str,
        state: AlarmState,
    ) -> Result<(), String> {
        let now = self.clock.now();
        let held =
            self.accounts.get_mut(account).ok_or_else(|| format!("there is no account {account:?}"))?;
        let done = held.alarms.set(region, name, state, now);
        done.then_some(()).ok_or_else(|| format!("the account {account:?} has no alarm {name:?} in {region}"))
    }

    /// Makes a version of a function, there already or still to be published, do as it is told.
    pub(crate) fn set_handling(
        &mut self,
        (account, region): (&str, &str),
        (function, version): (&str, &str),
        handling: lambda::Handling,
    ) -> Result<(), String> {
        let held =
            self.accounts.get_mut(account).ok_or_else(|| format!("there is no account {account:?}"))?;
        let arn = format!("arn:aws:lambda:{region}:{account}:function:{function}");
        let function = held.functions.functions.get_mut(&arn);
        function
            .ok_or_else(|| format!("there is no function {arn}"))?
            .handlings
            .insert(version.into(), handling);
        Ok(())
    }

    /// Makes other bytes of what a bucket holds.
    pub(crate) fn spoil(&mut self, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<(), String> {
        let object = self.buckets.get_mut(bucket).and_then(|b| b.objects.get_mut(key));
        object.ok_or_else(|| format!("the bucket {bucket:?} holds no {key:?}"))?.body = bytes.into();
        Ok(())
    }

    /// Whether a call has to wait.
    pub(crate) fn holds(&self, call: &Call) -> bool {
        self.holds.iter().any(|hold| hold.matches(call))
    }

    /// The fault that meets a call; every fault counts it.
    pub(crate) fn meet_fault(&mut self, call: &Call) -> Option<FaultKind> {
        let mut met = None;
        for armed in &mut self.faults {
            let kind = armed.meet(call);
            if met.is_none() {
                met = kind;
            }
        }
        for storm in &mut self.storms {
            met = met.or_else(|| storm.meet(call));
        }
        met
    }

    /// Carries a call out, as far as its fault lets it; nothing when the connection is to be closed.
    pub(crate) fn perform(&mut self, call: &Call, fault: Option<FaultKind>) -> Option<Answer> {
        let (answer, applied) = match &fault {
            None | Some(FaultKind::Slow { .. }) => (Some(self.apply(call)), true),
            Some(FaultKind::FailsLater) => {
                self.doomed = true;
                let answer = self.apply(call);
                self.doomed = false;
                (Some(answer), true)
            }
            Some(FaultKind::DropBefore | FaultKind::Late { .. } | FaultKind::LateBy { .. }) => (None, false),
            Some(FaultKind::DropAfter) => {
                self.apply(call);
                (None, true)
            }
            Some(kind @ FaultKind::ErrorAfter) => {
                self.apply(call);
                (fault::answer(kind, call), true)
            }
            Some(kind) => (fault::answer(kind, call), false),
        };
        self.told.note(call, answer.as_ref());
        self.record(call, answer.as_ref(), applied, fault.as_ref().map(ToString::to_string));
        self.tick();
        if let Some(FaultKind::Late { after_calls }) = fault {
            self.late.push((after_calls, call.clone()));
            if after_calls == 0 {
                self.tick();
            }
        }
        answer
    }

    /// Writes the log.
    pub(crate) fn record(
        &mut self,
        call: &Call,
        answer: Option<&Answer>,
        applied: bool,
        fault: Option<String>,
    ) {
        self.n += 1;
        self.calls.push(CallRecord {
            n: self.n,
            account: call.caller.account.clone(),
            region: call.region.clone(),
            service: call.service.clone(),
            operation: call.operation.clone(),
            resource: route::resource_hint(call),
            status: answer.map_or(0, |answer| answer.status),
            error: answer.and_then(|answer| answer.error.clone()),
            mutating: call.mutating,
            applied,
            fault,
        });
    }

    /// A call has been answered: late ones come nearer, and are applied when due.
    fn tick(&mut self) {
        let mut due = Vec::new();
        self.late.retain_mut(|(left, call)| {
            *left = left.saturating_sub(1);
            if *left == 0 {
                due.push(call.clone());
            }
            *left > 0
        });
        due.iter().for_each(|call| self.arrive(call));
    }

    /// Applies a call that nobody waits for any more.
    pub(crate) fn arrive(&mut self, call: &Call) {
        let answer = self.apply(call);
        self.record(call, Some(&answer), true, Some("LateDelivery".into()));
    }

    /// Applies all calls that are still under way.
    pub(crate) fn deliver_late(&mut self) {
        for late in &mut self.late {
            late.0 = 0;
        }
        self.tick();
    }

    fn apply(&mut self, call: &Call) -> Answer {
        self.try_apply(call).unwrap_or_else(|fail| fail.answer(&call.service))
    }

    fn try_apply(&mut self, call: &Call) -> Result<Answer, Fail> {
        let refused = format!("{}:{}", call.service, call.operation);
        let role = call.caller.role.as_ref();
        let account = self.accounts.get(&call.caller.account);
        if role.and_then(|role| account?.roles.get(role)).is_some_and(|role| role.deny.contains(&refused)) {
            return Err(fault::denied(call));
        }
        let allowed = account.and_then(|account| match role {
            Some(role) => account.roles.get(role)?.allow.as_ref(),
            None => account.allow.as_ref(),
        });
        if allowed.is_some_and(|allowed| action::actions(call).iter().any(|a| !allowed.contains(a))) {
            return Err(fault::denied(call));
        }
        let now = self.clock.now();
        if call.service == "connect" && self.switches.on("quotas") && !self.quotas.take(call, now) {
            return Err(fault::throttle("connect"));
        }
        route::dispatch(self, call)
    }
}

//! Lifecycle hooks of deployments by stages: functions that are called, and pauses that wait for someone (`hookStatus` and
//! `callBackDelay`: "Lifecycle hooks for Amazon ECS service deployments", ECS Developer Guide).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::{clock, ids};
use super::service_deployment::ServiceDeployment;
use super::settle::Sim;

/// A pause that says nothing ends after a day (botocore, `timeoutInMinutes`).
const LONGEST_PAUSE: f64 = 1440.0;
/// A function that is not done is called again after 30 seconds, in minutes.
const CALL_AGAIN: f64 = 0.5;

/// `DeploymentLifecycleHookStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HookStatus {
    Awaiting,
    InProgress,
    Succeeded,
    Failed,
    TimedOut,
}

impl HookStatus {
    fn word(self) -> &'static str {
        match self {
            HookStatus::Awaiting => "AWAITING_ACTION",
            HookStatus::InProgress => "IN_PROGRESS",
            HookStatus::Succeeded => "SUCCEEDED",
            HookStatus::Failed => "FAILED",
            HookStatus::TimedOut => "TIMED_OUT",
        }
    }
}

/// One run of a hook.
#[derive(Debug, Clone)]
pub(crate) struct HookRun {
    pub(crate) id: String,
    /// The function; none of a pause.
    pub(crate) function: Option<String>,
    /// The place in the plan of the deployment that it belongs to.
    pub(crate) at: usize,
    pub(crate) status: HookStatus,
    /// How often the function has answered.
    calls: usize,
    /// When it answers next.
    next: f64,
    /// When a pause ends by itself.
    expires: Option<f64>,
    timeout_action: String,
}

impl HookRun {
    /// Whether its end lets the deployment go on.
    pub(crate) fn lets_go(&self) -> bool {
        let continues = self.status == HookStatus::TimedOut && self.timeout_action == "CONTINUE";
        self.status == HookStatus::Succeeded || continues
    }

    /// Whether a pause ended and asks for a rollback.
    pub(crate) fn goes_back(&self) -> bool {
        self.status == HookStatus::TimedOut && self.timeout_action != "CONTINUE"
    }

    /// As `lifecycleHookDetails` has it.
    pub(crate) fn show(&self) -> Value {
        let mut out = json!({
            "hookId": self.id, "status": self.status.word(),
            "targetType": if self.function.is_some() { "AWS_LAMBDA" } else { "PAUSE" },
        });
        if let Some(function) = &self.function {
            out["targetArn"] = json!(function);
        }
        if let Some(at) = self.expires {
            out["expiresAt"] = clock::epoch(at);
            out["timeoutAction"] = json!(self.timeout_action);
        }
        out
    }
}

/// A stage begins: its hooks do, too.
pub(crate) fn enter(current: &mut ServiceDeployment, stage: &str, sim: &mut Sim<'_>) {
    let hooks = current.configuration.get("lifecycleHooks").and_then(Value::as_array).cloned();
    for hook in hooks.unwrap_or_default() {
        let stages = hook.get("lifecycleStages").and_then(Value::as_array).cloned().unwrap_or_default();
        if !stages.iter().any(|one| one.as_str() == Some(stage)) {
            continue;
        }
        let pause = hook.get("targetType").and_then(Value::as_str) == Some("PAUSE");
        // A rollback asks nobody.
        if pause && current.rollback.is_some() {
            continue;
        }
        let timeout = hook.get("timeoutConfiguration");
        let minutes = timeout.and_then(|one| one.get("timeoutInMinutes")).and_then(Value::as_f64);
        let action = timeout.and_then(|one| one.get("action")).and_then(Value::as_str);
        let ends = sim.now + minutes.unwrap_or(LONGEST_PAUSE) * sim.rules.minute;
        let function = hook.get("hookTargetArn").and_then(Value::as_str).map(str::to_owned);
        current.hooks.push(HookRun {
            id: ids::random_uuid(),
            function: function.filter(|_| !pause),
            at: current.progress.at,
            status: if pause { HookStatus::Awaiting } else { HookStatus::InProgress },
            calls: 0,
            next: sim.now + sim.rules.hook,
            expires: pause.then_some(ends),
            timeout_action: action.unwrap_or("ROLLBACK").into(),
        });
    }
}

/// What is due in the hooks of the stage.
pub(crate) fn step(
    current: &mut ServiceDeployment,
    answers: &BTreeMap<String, Vec<String>>,
    sim: &mut Sim<'_>,
) {
    for run in current.hooks.iter_mut().filter(|run| run.at == current.progress.at) {
        match (run.status, run.expires) {
            (HookStatus::Awaiting, Some(expires)) if sim.due(expires) => {
                run.status = HookStatus::TimedOut;
                sim.touch();
            }
            (HookStatus::InProgress, _) if sim.due(run.next) => {
                let function = run.function.clone().unwrap_or_default();
                run.status = answer(&function, run.calls, answers, sim);
                run.calls += 1;
                run.next = sim.now + CALL_AGAIN * sim.rules.minute;
                sim.touch();
            }
            _ => {}
        }
    }
}

/// What a function answers when it is called for the n-th time: what the scenario says, SUCCEEDED if it says nothing. One
/// that is not there cannot be called, and anything else than the three words is a failure.
fn answer(function: &str, call: usize, answers: &BTreeMap<String, Vec<String>>, sim: &Sim<'_>) -> HookStatus {
    let there = sim.world.accounts.values().any(|one| one.functions.functions.contains_key(function));
    if !there || sim.rules.hooks_fail {
        return HookStatus::Failed;
    }
    let said = answers.get(function).and_then(|all| all.get(call).or(all.last()));
    match said.map_or("SUCCEEDED", String::as_str) {
        "SUCCEEDED" => HookStatus::Succeeded,
        "IN_PROGRESS" => HookStatus::InProgress,
        _ => HookStatus::Failed,
    }
}

//! ListServiceDeployments, DescribeServiceDeployments and DescribeServiceRevisions.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::super::clock;
use super::ask::{Ask, invalid};
use super::hook::HookRun;
use super::service::Service;
use super::service_deployment::{Monitor, ServiceDeployment, Strategy};
use super::service_show;
use super::task::Task;

/// How many ARNs one call takes.
const MOST: usize = 20;

/// The service that an ARN below it speaks of: `.../service-deployment/CLUSTER/SERVICE/ID`.
pub(crate) fn place(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.rsplit('/');
    let (_, service, cluster) = (parts.next()?, parts.next()?, parts.next()?);
    Some((cluster, service))
}

fn found<'a>(ask: &'a Ask<'_>, arn: &str) -> Option<(&'a Service, &'a [Task])> {
    let (cluster, service) = place(arn)?;
    let cluster = ask.place.cluster(cluster)?;
    Some((cluster.services.get(service)?, &cluster.tasks))
}

pub(crate) fn list(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let wanted = ask.texts("status");
    let bound = |name: &str| ask.body.get("createdAt").and_then(|one| one.get(name)?.as_f64());
    let (after, before) = (bound("after"), bound("before"));
    let service = ask.service()?;
    let fits = |one: &&ServiceDeployment| {
        (wanted.is_empty() || wanted.iter().any(|status| status == one.status.word()))
            && after.is_none_or(|at| one.created >= at)
            && before.is_none_or(|at| one.created <= at)
    };
    // The newest first.
    let shown = service.history.iter().rev().filter(fits).map(|one| {
        let mut out = json!({
            "serviceDeploymentArn": one.arn, "serviceArn": service.arn, "clusterArn": service.cluster_arn,
            "createdAt": clock::epoch(one.created), "targetServiceRevisionArn": one.target,
            "status": one.status.word(),
        });
        optional(&mut out, one);
        out
    });
    let shown = shown.collect();
    ask.page("serviceDeployments", shown, 20)
}

fn optional(out: &mut Value, one: &ServiceDeployment) {
    for (name, at) in [("startedAt", one.started), ("finishedAt", one.finished)] {
        if let Some(at) = at {
            out[name] = clock::epoch(at);
        }
    }
    if let Some(reason) = &one.reason {
        out["statusReason"] = json!(reason);
    }
}

pub(crate) fn describe(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let arns = asked(ask, "serviceDeploymentArns")?;
    let (mut shown, mut failures) = (Vec::new(), Vec::new());
    for arn in arns {
        let known = found(ask, &arn);
        match known.and_then(|(service, tasks)| {
            let one = service.history.iter().find(|one| one.arn == arn)?;
            Some(show(ask, one, service, tasks))
        }) {
            Some(one) => shown.push(one),
            None => failures.push(json!({"arn": arn, "reason": "MISSING"})),
        }
    }
    Ok(json!({"serviceDeployments": shown, "failures": failures}))
}

pub(crate) fn revisions(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let arns = asked(ask, "serviceRevisionArns")?;
    let (mut shown, mut failures) = (Vec::new(), Vec::new());
    for arn in arns {
        let known = found(ask, &arn).and_then(|(service, _)| Some((service, service.revision(&arn)?)));
        match known {
            Some((service, one)) => shown.push(one.show(&service.arn, &service.cluster_arn)),
            None => failures.push(json!({"arn": arn, "reason": "MISSING"})),
        }
    }
    Ok(json!({"serviceRevisions": shown, "failures": failures}))
}

fn asked(ask: &Ask<'_>, name: &str) -> Result<Vec<String>, Fail> {
    let arns = ask.texts(name);
    if arns.is_empty() || arns.len() > MOST {
        return Err(invalid(format!("{name} takes between 1 and {MOST} ARNs.")));
    }
    Ok(arns)
}

fn show(ask: &Ask<'_>, one: &ServiceDeployment, service: &Service, tasks: &[Task]) -> Value {
    let by_stages = one.strategy != Strategy::Rolling;
    let revision = |arn: &str, test: f64, production: f64| {
        let mut shown = service_show::revision(service, arn, tasks);
        if by_stages {
            shown["requestedTestTrafficWeight"] = json!(test);
            shown["requestedProductionTrafficWeight"] = json!(production);
        }
        shown
    };
    // assumed: switch ecs_weight_lag_ms
    let (test, production) = (one.progress.test, one.progress.production_at(ask.now - ask.rules.weight_lag));
    let mut out = json!({
        "serviceDeploymentArn": one.arn, "serviceArn": service.arn, "clusterArn": service.cluster_arn,
        "createdAt": clock::epoch(one.created), "updatedAt": clock::epoch(one.updated),
        "sourceServiceRevisions":
            one.sources.iter().map(|arn| revision(arn, 0.0, 100.0 - production)).collect::<Vec<_>>(),
        "targetServiceRevision": revision(&one.target, test, production),
        "status": one.status.word(), "deploymentConfiguration": one.configuration,
        "deploymentCircuitBreaker": {
            "status": one.breaker.word(), "failureCount": one.failures.0, "threshold": one.failures.1,
        },
        "alarms": {"status": one.alarms.word(), "alarmNames": super::breaker::alarm_names(&one.configuration)},
    });
    optional(&mut out, one);
    if one.alarms == Monitor::Triggered {
        out["alarms"]["triggeredAlarmNames"] = json!(one.triggered);
    }
    if let Some(at) = one.stopped {
        out["stoppedAt"] = clock::epoch(at);
    }
    if let (true, Some(stage)) = (by_stages, &one.stage) {
        out["lifecycleStage"] = json!(stage);
    }
    if by_stages {
        out["lifecycleHookDetails"] = one.hooks.iter().map(HookRun::show).collect();
    }
    if let Some(rollback) = &one.rollback {
        out["rollback"] = json!({
            "reason": rollback.reason, "startedAt": clock::epoch(rollback.started),
            "serviceRevisionArn": rollback.revision,
        });
    }
    out
}

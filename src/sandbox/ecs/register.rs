//! RegisterTaskDefinition, and the members that ECS fills in.

use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, client};
use super::tags;
use super::task_definition::{Families, Standing, TaskDefinition};

/// What a task definition takes (botocore, `RegisterTaskDefinitionRequest`), without family and tags.
const MEMBERS: &[&str] = &[
    "taskRoleArn",
    "executionRoleArn",
    "networkMode",
    "containerDefinitions",
    "volumes",
    "placementConstraints",
    "requiresCompatibilities",
    "cpu",
    "memory",
    "pidMode",
    "ipcMode",
    "proxyConfiguration",
    "inferenceAccelerators",
    "ephemeralStorage",
    "runtimePlatform",
    "enableFaultInjection",
];
/// Memory that Fargate has for each size of CPU, from and to, in MiB ("Fargate task definition differences").
const FARGATE: &[(u64, u64, u64)] = &[
    (256, 512, 2048),
    (512, 1024, 4096),
    (1024, 2048, 8192),
    (2048, 4096, 16384),
    (4096, 8192, 30720),
    (8192, 16384, 61440),
    (16384, 32768, 122_880),
];

pub(crate) fn register(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let family = ask.text("family").unwrap_or_default().to_owned();
    let tags = tags::read(ask.body.get("tags"));
    let arn = ask.arn();
    let by = ask.call.caller.arn.clone();
    let made = add(&mut ask.place.families, &arn, &family, &ask.body, (&by, ask.now))?;
    made.tags = tags;
    let mut out = json!({"taskDefinition": made.show()});
    if !made.tags.is_empty() {
        out["tags"] = tags::show(&made.tags);
    }
    Ok(out)
}

/// Adds a revision to a family.
pub(crate) fn add<'f>(
    families: &'f mut Families,
    arn: &str,
    family: &str,
    body: &Map<String, Value>,
    (by, now): (&str, f64),
) -> Result<&'f mut TaskDefinition, Fail> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if family.is_empty() || family.len() > 255 || !family.chars().all(fits) {
        let what = if family.is_empty() { "Family should not be null or empty." } else { "Invalid family." };
        return Err(client(what));
    }
    let mut members: Map<String, Value> = body
        .iter()
        .filter(|(name, value)| MEMBERS.contains(&name.as_str()) && !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    check(&members)?;
    fill(&mut members);
    let known = families.entry(family.to_owned()).or_default();
    known.last += 1;
    let revision = known.last;
    let one = TaskDefinition {
        family: family.into(),
        revision,
        arn: format!("{arn}:task-definition/{family}:{revision}"),
        members,
        tags: tags::Tags::new(),
        standing: Standing::Active,
        registered: now,
        deregistered: None,
        delete_requested: None,
        by: by.into(),
    };
    Ok(known.revisions.entry(revision).or_insert(one))
}

fn size(members: &Map<String, Value>, name: &str) -> Option<u64> {
    let value = members.get(name)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn fargate(members: &Map<String, Value>) -> bool {
    let asked = members.get("requiresCompatibilities").and_then(Value::as_array);
    asked.into_iter().flatten().any(|one| one.as_str() == Some("FARGATE"))
}

fn check(members: &Map<String, Value>) -> Result<(), Fail> {
    let containers = members.get("containerDefinitions").and_then(Value::as_array);
    let containers = containers.filter(|all| !all.is_empty());
    let containers = containers.ok_or_else(|| client("Container list cannot be empty."))?;
    let mut names = Vec::new();
    let mut essential = false;
    for container in containers {
        let text =
            |member: &str| container.get(member).and_then(Value::as_str).filter(|text| !text.is_empty());
        let name = text("name").ok_or_else(|| client("Container.name should not be null or empty."))?;
        text("image").ok_or_else(|| client("Container.image should not be null or empty."))?;
        if names.contains(&name) {
            return Err(client(format!("Container names must be unique: {name}.")));
        }
        names.push(name);
        essential |= container.get("essential").and_then(Value::as_bool) != Some(false);
        let sized = container.get("memory").or_else(|| container.get("memoryReservation"));
        if sized.is_none() && size(members, "memory").is_none() {
            return Err(client(format!(
                "Invalid setting for container '{name}'. At least one of 'memory' or 'memoryReservation' must be specified."
            )));
        }
        secrets(members, container)?;
    }
    if !essential {
        return Err(client("At least one container must be marked as essential."));
    }
    if !fargate(members) {
        return Ok(());
    }
    if members.get("networkMode").and_then(Value::as_str) != Some("awsvpc") {
        return Err(client("Fargate only supports network mode 'awsvpc'."));
    }
    let (cpu, memory) = (size(members, "cpu"), size(members, "memory"));
    let (Some(cpu), Some(memory)) = (cpu, memory) else {
        return Err(client("Fargate requires that 'cpu' and 'memory' be defined at the task level."));
    };
    if !FARGATE.iter().any(|(known, from, to)| *known == cpu && (*from..=*to).contains(&memory)) {
        return Err(client("No Fargate configuration exists for given values."));
    }
    Ok(())
}

fn secrets(members: &Map<String, Value>, container: &Value) -> Result<(), Fail> {
    let secrets = container.get("secrets").and_then(Value::as_array).is_some_and(|all| !all.is_empty());
    if secrets && fargate(members) && !members.contains_key("executionRoleArn") {
        return Err(client(
            "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
        ));
    }
    Ok(())
}

/// What DescribeTaskDefinition shows although nobody has sent it.
fn fill(members: &mut Map<String, Value>) {
    let fargate = fargate(members);
    for name in ["volumes", "placementConstraints"] {
        members.entry(name).or_insert_with(|| json!([]));
    }
    for container in
        members.get_mut("containerDefinitions").and_then(Value::as_array_mut).into_iter().flatten()
    {
        let Some(container) = container.as_object_mut() else { continue };
        container.retain(|_, value| !value.is_null());
        container.entry("cpu").or_insert_with(|| json!(0));
        container.entry("essential").or_insert_with(|| json!(true));
        for name in ["environment", "mountPoints", "portMappings", "systemControls", "volumesFrom"] {
            container.entry(name).or_insert_with(|| json!([]));
        }
        let ports = container.get_mut("portMappings").and_then(Value::as_array_mut);
        for port in ports.into_iter().flatten().filter_map(Value::as_object_mut) {
            port.entry("protocol").or_insert_with(|| json!("tcp"));
            if fargate {
                let same = port.get("containerPort").cloned().unwrap_or(json!(0));
                port.entry("hostPort").or_insert(same);
            }
        }
        if let Some(check) = container.get_mut("healthCheck").and_then(Value::as_object_mut) {
            // The defaults of `HealthCheck`.
            for (name, value) in [("interval", 30), ("timeout", 5), ("retries", 3)] {
                check.entry(name).or_insert_with(|| json!(value));
            }
        }
    }
    let vpc = members.get("networkMode").and_then(Value::as_str) == Some("awsvpc");
    let mut compatible = vec!["EC2"];
    if fargate || (vpc && size(members, "cpu").is_some() && size(members, "memory").is_some()) {
        compatible.push("FARGATE");
    }
    members.insert("compatibilities".into(), json!(compatible));
    let mut attributes = vec!["com.amazonaws.ecs.capability.docker-remote-api.1.18"];
    if vpc {
        attributes.push("ecs.capability.task-eni");
    }
    if members.contains_key("executionRoleArn") {
        attributes.push("ecs.capability.execution-role-awslogs");
    }
    if members.contains_key("taskRoleArn") {
        attributes.push("com.amazonaws.ecs.capability.task-iam-role");
    }
    let attributes: Vec<Value> = attributes.iter().map(|name| json!({"name": name})).collect();
    members.insert("requiresAttributes".into(), json!(attributes));
}

//! The form of a document: what ECS answers, without what means the same as nothing, lists of what has a name by that
//! name; and back to what is sent.

use serde_json::{Map, Value, json};

use super::fields::{CONTAINERS, DERIVED};

/// Returns the members of `service`, an answer of DescribeServices.
pub fn service(service: &Value) -> Map<String, Value> {
    let Value::Object(mut members) = service.clone() else { return Map::new() };
    // Source: botocore's `Deployment`: these stand in the deployment that is PRIMARY, not in the service.
    let primary = service["deployments"].as_array().into_iter().flatten();
    if let Some(primary) = primary.into_iter().find(|d| d["status"] == "PRIMARY") {
        for name in ["serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations"] {
            if !members.contains_key(name) && !primary[name].is_null() {
                members.insert(name.into(), primary[name].clone());
            }
        }
    }
    if let Some(tags) = members.get_mut("tags") {
        *tags = by_key(tags, "key", |tag| tag["value"].take());
    }
    members.entry("deploymentController").or_insert_with(|| json!({ "type": "ECS" }));
    service_defaults(&mut members);
    members
}

/// Takes out of the members of a service what means the same as nothing.
///
/// Source: defaults of "CreateService" of the API reference.
pub fn service_defaults(members: &mut Map<String, Value>) {
    if let Some(configuration) = members.get_mut("deploymentConfiguration").and_then(Value::as_object_mut) {
        let off = |v: &Value| v["enable"] != true && v["rollback"] != true;
        let strategy = configuration.get("strategy").and_then(Value::as_str).unwrap_or_default().to_string();
        for (of, member) in [("canaryConfiguration", "canaryPercent"), ("linearConfiguration", "stepPercent")]
        {
            // 10 is 10.0 (`Double`).
            if let Some(percent) = configuration.get_mut(of).and_then(|c| c.get_mut(member))
                && let Some(number) = percent.as_f64()
            {
                *percent = json!(number);
            }
        }
        configuration.retain(|name, value| match name.as_str() {
            // What another strategy left behind: "only valid when" it is theirs (`CanaryConfiguration`).
            "canaryConfiguration" => strategy == "CANARY" && !is_nothing(value),
            "linearConfiguration" => strategy == "LINEAR" && !is_nothing(value),
            "strategy" => *value != "ROLLING",
            "deploymentCircuitBreaker" => !off(value),
            "alarms" => !off(value) || value["alarmNames"].as_array().is_some_and(|a| !a.is_empty()),
            "bakeTimeInMinutes" => *value != 0,
            _ => !is_nothing(value),
        });
    }
    let default = |name: &str, value: &Value| match name {
        "enableECSManagedTags" | "enableExecuteCommand" => *value == false,
        "healthCheckGracePeriodSeconds" => *value == 0,
        "propagateTags" => *value == "NONE",
        "serviceConnectConfiguration" => value["enabled"] == false,
        _ => false,
    };
    members.retain(|name, value| !default(name, value) && !is_nothing(value));
}

/// Returns the members of `definition`, a task definition with its tags, as a request would have them.
pub fn definition(definition: &Value) -> Map<String, Value> {
    let Value::Object(mut members) = definition.clone() else { return Map::new() };
    members.retain(|name, _| !DERIVED.contains(&name.as_str()));
    if let Some(tags) = members.get_mut("tags") {
        *tags = by_key(tags, "key", |tag| tag["value"].take());
    }
    if let Some(volumes) = members.get_mut("volumes") {
        *volumes = by_key(volumes, "name", Value::take);
    }
    if let Some(containers) = members.get_mut(CONTAINERS) {
        *containers = by_key(containers, "name", |container| {
            if let Some(all) = container.get_mut("environment") {
                *all = by_key(all, "name", |item| item["value"].take());
            }
            if let Some(all) = container.get_mut("secrets") {
                *all = by_key(all, "name", |item| item["valueFrom"].take());
            }
            container.take()
        });
    }
    definition_defaults(&mut members);
    members
}

/// Takes out of the members of a task definition what means the same as nothing.
///
/// Source: `ContainerDefinition`, `PortMapping` and `HealthCheck` of the API reference: what DescribeTaskDefinition shows
/// although nobody has sent it.
pub fn definition_defaults(members: &mut Map<String, Value>) {
    let vpc = members.get("networkMode").is_some_and(|mode| mode == "awsvpc");
    let containers = members.get_mut(CONTAINERS).and_then(Value::as_object_mut);
    for container in containers.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
        let ports = container.get_mut("portMappings").and_then(Value::as_array_mut);
        for port in ports.into_iter().flatten().filter_map(Value::as_object_mut) {
            let same = port.get("hostPort") == port.get("containerPort");
            port.retain(|name, value| match name.as_str() {
                "protocol" => *value != "tcp",
                "hostPort" => !(vpc && same) && *value != 0,
                _ => !value.is_null(),
            });
        }
        if let Some(check) = container.get_mut("healthCheck").and_then(Value::as_object_mut) {
            for (name, default) in [("interval", 30), ("timeout", 5), ("retries", 3)] {
                if check.get(name).is_some_and(|v| *v == default) {
                    check.remove(name);
                }
            }
        }
        container.retain(|name, value| match name.as_str() {
            "cpu" => *value != 0,
            "essential" => *value != true,
            _ => !is_nothing(value),
        });
    }
    members.retain(|_, value| !is_nothing(value));
}

/// Returns the request that registers the members `content` of a task definition.
pub fn request(content: &Map<String, Value>) -> Map<String, Value> {
    let mut members = content.clone();
    if let Some(tags) = members.get_mut("tags") {
        *tags = tag_list(tags);
    }
    if let Some(volumes) = members.get_mut("volumes") {
        *volumes = listed(volumes, |name, mut volume| {
            volume["name"] = json!(name);
            volume
        });
    }
    if let Some(containers) = members.get_mut(CONTAINERS) {
        *containers = listed(containers, |name, mut container| {
            container["name"] = json!(name);
            for (member, inner) in [("environment", "value"), ("secrets", "valueFrom")] {
                if let Some(all) = container.get_mut(member) {
                    *all = listed(all, |name, value| json!({ "name": name, inner: value }));
                }
            }
            container
        });
    }
    // "" in an overlay is to go without.
    members.retain(|_, value| !is_nothing(value));
    members
}

/// Returns `tags`, a map, as ECS takes them.
pub fn tag_list(tags: &Value) -> Value {
    listed(tags, |key, value| json!({ "key": key, "value": value }))
}

fn by_key(list: &mut Value, key: &str, mut value: impl FnMut(&mut Value) -> Value) -> Value {
    let items = list.as_array_mut().into_iter().flatten();
    let pairs = items.filter_map(|item| {
        let name = item[key].as_str()?.to_string();
        item.as_object_mut()?.remove(key);
        Some((name, value(item)))
    });
    Value::Object(pairs.collect())
}

fn listed(map: &Value, item: impl Fn(&str, Value) -> Value) -> Value {
    let members = map.as_object().into_iter().flatten();
    Value::Array(members.map(|(name, value)| item(name, value.clone())).collect())
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || *value == json!("") || *value == json!({}) || *value == json!([])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_would_be_sent_without_what_ecs_fills_in() {
        let sent = json!({
            "networkMode": "awsvpc", "cpu": "256",
            "containerDefinitions": [{
                "name": "app", "image": "i", "portMappings": [{ "containerPort": 80 }],
                "environment": [{ "name": "A", "value": "" }],
                "secrets": [{ "name": "S", "valueFrom": "p" }], "healthCheck": { "command": ["CMD", "x"] },
            }],
            "volumes": [{ "name": "tmp" }], "tags": [{ "key": "k", "value": "v" }],
        });
        let mut read = sent.clone();
        let filled = json!({ "cpu": 0, "essential": true, "mountPoints": [], "volumesFrom": [] });
        let container = read["containerDefinitions"][0].as_object_mut().unwrap();
        container.extend(filled.as_object().unwrap().clone());
        container["portMappings"] = json!([{ "containerPort": 80, "hostPort": 80, "protocol": "tcp" }]);
        container["healthCheck"] =
            json!({ "command": ["CMD", "x"], "interval": 30, "timeout": 5, "retries": 3 });
        read["revision"] = json!(3);
        read["status"] = json!("ACTIVE");
        read["placementConstraints"] = json!([]);
        assert_eq!(definition(&read), definition(&sent));
        assert_eq!(Value::Object(request(&definition(&read))), sent);
    }
}

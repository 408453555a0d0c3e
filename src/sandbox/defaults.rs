//! What Connect puts into every new instance (administrator guide, "Default flows", "Set up queues",
//! "Default security profiles" and "Add a custom agent status").

use serde_json::json;

use super::ids::Kind;
use super::seed_instance::InstanceSeed;

const FLOWS: [(&str, &str); 8] = [
    ("Default agent hold", "AGENT_HOLD"),
    ("Default agent transfer", "AGENT_TRANSFER"),
    ("Default agent whisper", "AGENT_WHISPER"),
    ("Default customer hold", "CUSTOMER_HOLD"),
    ("Default customer queue", "CUSTOMER_QUEUE"),
    ("Default customer whisper", "CUSTOMER_WHISPER"),
    ("Default outbound", "OUTBOUND_WHISPER"),
    ("Default queue transfer", "QUEUE_TRANSFER"),
];

/// Name, description and some of the permissions of each: the guide's tables have many more (assumed: nothing depends
/// on the others).
const SECURITY_PROFILES: [(&str, &str, &[&str]); 4] = [
    (
        "Admin",
        "Access to all features",
        &[
            "BasicAgentAccess",
            "ContactFlows.View",
            "HoursOfOperation.View",
            "PhoneNumbers.View",
            "Prompts.View",
            "Queues.View",
            "RoutingPolicies.View",
            "Users.Create",
            "Users.View",
        ],
    ),
    ("Agent", "Access to the Contact Control Panel", &["BasicAgentAccess", "OutboundCallAccess"]),
    (
        "CallCenterManager",
        "User management, metrics and routing",
        &["BasicAgentAccess", "Queues.View", "RoutingPolicies.View", "Users.View"],
    ),
    (
        "QualityAnalyst",
        "Metrics and recordings",
        &["BasicAgentAccess", "ContactSearch.View", "MetricsReports.View"],
    ),
];

/// Adds all of it.
pub(crate) fn add(seed: &mut InstanceSeed) {
    for (name, kind) in FLOWS {
        let content = json!({
            "Version": "2019-10-30",
            "StartAction": "end",
            "Metadata": {"entryPointPosition": {"x": 20, "y": 20}, "ActionMetadata": {"end": {"position": {"x": 200, "y": 20}}}},
            "Actions": [{"Identifier": "end", "Type": "EndFlowExecution", "Parameters": {}, "Transitions": {}}],
        });
        seed.flow(name, kind, &content.to_string());
    }
    for (name, description, permissions) in SECURITY_PROFILES {
        seed.security_profile(name, json!({"Description": description, "Permissions": permissions}));
    }
    for (name, kind) in [("Available", "ROUTABLE"), ("Offline", "OFFLINE")] {
        seed.agent_status(name, json!({"Type": kind}));
    }
    basic_hours(seed);
    let hours = seed.id_of(Kind::Hours, "Basic Hours");
    seed.queue(
        "BasicQueue",
        json!({"Description": "A simple, basic voice queue.", "HoursOfOperationId": hours}),
    );
}

/// "Basic Hours": weekdays from nine to five.
pub(crate) fn basic_hours(seed: &mut InstanceSeed) {
    let config: Vec<_> = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]
        .into_iter()
        .map(|day| json!({"Day": day, "StartTime": {"Hours": 9, "Minutes": 0}, "EndTime": {"Hours": 17, "Minutes": 0}}))
        .collect();
    seed.hours("Basic Hours", json!({"TimeZone": "America/New_York", "Config": config}));
}

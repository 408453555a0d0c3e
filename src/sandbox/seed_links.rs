//! What a scenario need not say of routing profiles and quick connects, and the order of what it links.

use serde_json::{Map, Value, json};

use super::connect::profile_queue;
use super::ids::Kind;
use super::seed_instance::InstanceSeed;

/// Fills in what is missing, and sorts the lists that have no order of their own, as the operations keep them.
pub(crate) fn settle(seed: &InstanceSeed, kind: Kind, name: &str, body: &mut Map<String, Value>) {
    match kind {
        Kind::Queue => {
            for member in ["QuickConnectIds", "EmailAddressIds"] {
                if let Some(Value::Array(ids)) = body.get_mut(member) {
                    ids.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
                    ids.dedup();
                }
            }
        }
        Kind::QuickConnect => {
            body.entry("QuickConnectConfig").or_insert_with(|| {
                json!({"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": "+15555550199"}})
            });
        }
        Kind::RoutingProfile => {
            body.entry("Description").or_insert_with(|| json!(name));
            body.entry("MediaConcurrencies")
                .or_insert_with(|| json!([{"Channel": "VOICE", "Concurrency": 1}]));
            if seed.has(Kind::Queue, "BasicQueue") {
                let queue = seed.id_of(Kind::Queue, "BasicQueue");
                body.entry("DefaultOutboundQueueId").or_insert(json!(queue));
            }
            // The profile of every new instance (administrator guide, "Set up routing"); assumed: the default is this one.
            if name == "Basic Routing Profile" {
                body.entry("IsDefault").or_insert(json!(true));
            }
            for member in ["QueueConfigs", "ManualAssignmentQueueConfigs"] {
                if let Some(Value::Array(entries)) = body.get_mut(member) {
                    entries.sort_by(|a, b| profile_queue(a).cmp(&profile_queue(b)));
                }
            }
        }
        _ => {}
    }
}

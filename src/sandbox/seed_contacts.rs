//! What a scenario gives rules, forms, tables, test cases and settings, in the form in which the sandbox keeps it.

use serde_json::{Map, Value, json};

use super::connect::integration_title;
use super::ids::Kind;
use super::seed_instance::InstanceSeed;

/// The attributes that an instance has, and what a new one says (botocore InstanceAttributeType; assumed: calls and
/// logs are on, and so is what the administrator guide calls on by default).
const ATTRIBUTES: [(&str, &str); 14] = [
    ("AUTO_MUTE_AGENT_ON_HOLD", "false"),
    ("AUTO_RESOLVE_BEST_VOICES", "true"),
    ("CONTACTFLOW_LOGS", "false"),
    ("CONTACT_LENS", "true"),
    ("EARLY_MEDIA", "true"),
    ("ENHANCED_CHAT_MONITORING", "false"),
    ("ENHANCED_CONTACT_MONITORING", "false"),
    ("HIGH_VOLUME_OUTBOUND", "false"),
    ("INBOUND_CALLS", "true"),
    ("MESSAGE_STREAMING", "false"),
    ("MULTI_PARTY_CHAT_CONFERENCE", "false"),
    ("MULTI_PARTY_CONFERENCE", "false"),
    ("OUTBOUND_CALLS", "true"),
    ("USE_CUSTOM_TTS_VOICES", "false"),
];

impl InstanceSeed {
    /// The instance's own attributes, as a new instance has them.
    pub fn attributes(&mut self) -> &mut InstanceSeed {
        for (name, value) in ATTRIBUTES {
            self.attribute(name, value);
        }
        self
    }

    /// An attribute of the instance, such as `CONTACT_LENS`.
    pub fn attribute(&mut self, name: &str, value: &str) -> &mut InstanceSeed {
        self.resource(Kind::InstanceAttribute, name, json!({"Value": value}))
    }

    /// A rule; `members` are those of its Describe shape, `Function` a string or JSON.
    pub fn rule(&mut self, name: &str, members: Value) -> &mut InstanceSeed {
        self.resource(Kind::Rule, name, members)
    }

    /// An evaluation form of one version; `members` are those of its Describe shape, `Status` (DRAFT or ACTIVE) among
    /// them.
    pub fn evaluation_form(&mut self, title: &str, members: Value) -> &mut InstanceSeed {
        self.resource(Kind::EvaluationForm, title, members)
    }

    /// A data table; beside the members of its Describe shape it may have `Attributes` and `Values`, as those are made.
    pub fn data_table(&mut self, name: &str, members: Value) -> &mut InstanceSeed {
        self.resource(Kind::DataTable, name, members)
    }

    /// An integration, named `TYPE:SOURCE`; it may have `UseCases`, a list of types.
    pub fn integration(&mut self, members: Value) -> &mut InstanceSeed {
        let name = integration_title(members.as_object().unwrap_or(&Map::new()));
        self.resource(Kind::Integration, &name, members)
    }

    /// Where files of one type are stored: `config` is botocore's InstanceStorageConfig.
    pub fn storage(&mut self, resource_type: &str, config: Value) -> &mut InstanceSeed {
        self.resource(Kind::StorageConfig, resource_type, json!({"StorageConfig": config}))
    }
}

/// Writes the members as the sandbox keeps them.
pub(crate) fn settle(kind: Kind, name: &str, body: &mut Map<String, Value>) {
    let text = |body: &mut Map<String, Value>, member: &str| {
        if let Some(value) = body.get_mut(member).filter(|value| !value.is_string()) {
            *value = json!(value.to_string());
        }
    };
    match kind {
        Kind::Rule => {
            text(body, "Function");
            body.entry("PublishStatus").or_insert(json!("PUBLISHED"));
            body.entry("Actions").or_insert(json!([]));
        }
        Kind::TestCase => {
            text(body, "Content");
            text(body, "InitializationData");
            body.entry("Status").or_insert(json!("PUBLISHED"));
        }
        Kind::EvaluationForm => {
            let mut version = std::mem::take(body);
            version.insert("Title".into(), json!(name));
            let status = version.entry("Status").or_insert(json!("DRAFT"));
            let locked = *status == "ACTIVE";
            version.insert("Locked".into(), json!(locked));
            version.remove("Tags").map(|tags| body.insert("Tags".into(), tags));
            body.insert("Versions".into(), json!([version]));
        }
        Kind::DataTable => {
            body.entry("TimeZone").or_insert(json!("UTC"));
            body.entry("ValueLockLevel").or_insert(json!("NONE"));
            body.entry("Status").or_insert(json!("PUBLISHED"));
            for attribute in list(body, "Attributes").iter_mut().filter_map(Value::as_object_mut) {
                attribute.entry("Primary").or_insert(json!(false));
            }
            list(body, "Attributes").sort_by_key(|it| it["Name"].to_string());
            for value in list(body, "Values").iter_mut().filter_map(Value::as_object_mut) {
                value.entry("PrimaryValues").or_insert(json!([]));
            }
            list(body, "Values")
                .sort_by_key(|v| (v["PrimaryValues"].to_string(), v["AttributeName"].to_string()));
        }
        Kind::StorageConfig => {
            body.insert("ResourceType".into(), json!(name));
        }
        _ => {}
    }
}

fn list<'a>(body: &'a mut Map<String, Value>, name: &str) -> &'a mut [Value] {
    body.get_mut(name).and_then(Value::as_array_mut).map_or(&mut [], Vec::as_mut_slice)
}

//! Members of seeded resources that stand for others, or that are named rather than numbered.
//!
//! A phone number's `ContactFlow` is the name of the flow that it leads to; hours have `Overrides`, a list of
//! DescribeHoursOfOperationOverride shapes, and `ParentHoursOfOperations`, each with `Id` or `Name`.

use serde_json::{Map, Value, json};

use super::ids::{self, Kind};
use super::seed_instance::InstanceSeed;

/// The member of the Describe shape that holds the name.
pub(crate) fn name_member(kind: Kind) -> &'static str {
    match kind {
        Kind::SecurityProfile => "SecurityProfileName",
        Kind::Phone => "PhoneNumber",
        Kind::User => "Username",
        Kind::UserHierarchyGroup => "Path",
        Kind::DefaultVocabulary => "LanguageCode",
        Kind::EmailAddress => "EmailAddress",
        Kind::EvaluationForm => "Title",
        Kind::InstanceAttribute => "AttributeType",
        Kind::SecurityKey => "AssociationId",
        Kind::StorageConfig => "ResourceType",
        _ => "Name",
    }
}

/// Takes the name out and writes the members as the sandbox keeps them.
pub(crate) fn settle(seed: &InstanceSeed, kind: Kind, name: &str, body: &mut Map<String, Value>) {
    body.remove("Name");
    body.remove(name_member(kind));
    match kind {
        Kind::Phone => {
            if let Some(flow) = body.remove("ContactFlow").as_ref().and_then(Value::as_str) {
                body.insert("ContactFlowId".into(), json!(seed.id_of(Kind::Flow, flow)));
            }
        }
        Kind::Hours => {
            for (n, it) in list(body, "Overrides").iter_mut().enumerate() {
                let Some(it) = it.as_object_mut() else { continue };
                let title = it.get("Name").and_then(Value::as_str).unwrap_or_default().to_owned();
                let parts = [seed.arn(), "override", name, &title, &n.to_string()];
                it.entry("HoursOfOperationOverrideId").or_insert_with(|| json!(ids::derived(&parts)));
                it.entry("OverrideType").or_insert_with(|| json!("STANDARD"));
                it.entry("Config").or_insert_with(|| json!([]));
            }
            for parent in list(body, "ParentHoursOfOperations") {
                let text = |member: &str| parent.get(member).and_then(Value::as_str).unwrap_or_default();
                let id = match text("Id") {
                    "" => seed.id_of(Kind::Hours, text("Name")),
                    id => id.to_owned(),
                };
                *parent = json!({"Id": id});
            }
        }
        // A view or a template of which nothing but the name is said.
        Kind::View => {
            let template = json!({"Head": {"Title": name}, "Body": []}).to_string();
            if !body.contains_key("SavedContent") {
                body.entry("Content").or_insert_with(|| json!({"Template": template}));
            }
        }
        Kind::TaskTemplate => {
            body.entry("Fields").or_insert_with(|| json!([{"Id": {"Name": "Name"}, "Type": "NAME"}]));
        }
        _ => {}
    }
}

fn list<'a>(body: &'a mut Map<String, Value>, name: &str) -> &'a mut [Value] {
    body.get_mut(name).and_then(Value::as_array_mut).map_or(&mut [], Vec::as_mut_slice)
}

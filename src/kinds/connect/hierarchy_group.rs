//! Groups of the hierarchy of users. A group is called by the names from the top down to it (`Europe/Berlin`): nothing
//! says that a name is there only once in the whole tree.
//!
//! Source: botocore's `connect` model, `HierarchyGroup`, `CreateUserHierarchyGroup`, `UpdateUserHierarchyGroupName`. It
//! has no call that moves a group.

use std::collections::HashMap;

use futures::future::try_join_all;
use serde_json::{Map, Value, json};

use super::calls::Calls;
use super::family::{Empty, Family, PLAIN, Removal, Searched, Setter, same};
use super::hierarchy::{self, LEVELS};
use crate::core::Result;
use crate::core::address::Address;
use crate::core::fields::{Class, field};
use crate::core::inventory::Found;

/// The kind.
pub const KIND: &str = "connect/user-hierarchy-group";

/// The operations that list them.
pub const LISTS: [&str; 2] = ["ListUserHierarchyGroups", SEARCH];
const SEARCH: &str = "SearchUserHierarchyGroups";
const DESCRIBE: &str = "DescribeUserHierarchyGroup";

/// Groups of the hierarchy.
pub const USER_HIERARCHY_GROUP: Family = Family {
    kind: KIND,
    search: Some(Searched {
        call: SEARCH,
        items: "UserHierarchyGroups",
        id: "Id",
        needs: &["HierarchyPath"],
    }),
    describe: Some((DESCRIBE, "HierarchyGroup")),
    form: Some(form),
    // Its address is its path, which no rule for names can change.
    name: "",
    fields: &[
        field("Arn", Class::Identity),
        field("Id", Class::Identity),
        field("Name", Class::Literal),
        field("ParentGroupId", Class::Ref(KIND)),
        field("LevelId", Class::Ref(hierarchy::KIND)),
        field("Tags", Class::Tags),
        field("LastModifiedTime", Class::Volatile),
        field("LastModifiedRegion", Class::Volatile),
    ],
    create: Some(Setter {
        call: "CreateUserHierarchyGroup",
        members: &[same("Name"), same("ParentGroupId"), same("Tags")],
        // No argument: it says that the level has to be there.
        beside: &[same("LevelId")],
        empty: Empty::Omitted,
    }),
    made: ("HierarchyGroupId", "HierarchyGroupArn"),
    update: &[Setter {
        call: "UpdateUserHierarchyGroupName",
        members: &[same("Name")],
        beside: &[],
        empty: Empty::Omitted,
    }],
    fixed: &["ParentGroupId", "LevelId"],
    remove: Removal::Delete("DeleteUserHierarchyGroup"),
    longest: (100, 0),
    ..PLAIN
};

/// Says where a group stands by the group above it and by its level, as the structure calls that. AWS's own `LevelId` is
/// dropped: what it is in another instance is not said.
fn form(wire: &mut Map<String, Value>) {
    wire.remove("LevelId");
    let Some(path) = wire.remove("HierarchyPath") else { return };
    let ids = ids(&path);
    if let Some(last) = ids.len().checked_sub(1) {
        wire.insert("LevelId".into(), json!(LEVELS[last]));
        if let Some(parent) = last.checked_sub(1) {
            wire.insert("ParentGroupId".into(), json!(ids[parent]));
        }
    }
}

/// Returns the ids along a path, from the top.
fn ids(path: &Value) -> Vec<&str> {
    LEVELS.iter().map_while(|level| path[*level]["Id"].as_str()).collect()
}

/// Lists them, each by the names on its path. Names are those of the listing: a search may not know them yet. The ids on
/// a path never change.
pub async fn listed(calls: &Calls) -> Result<Vec<Found>> {
    let items = calls.list(LISTS[0], "UserHierarchyGroupSummaryList", "").await?;
    let text = |item: &Value, member: &str| item[member].as_str().unwrap_or_default().to_string();
    let names: HashMap<String, String> = items.iter().map(|i| (text(i, "Id"), text(i, "Name"))).collect();
    // A search that is refused costs time only: each is then asked for by itself.
    let found = match items.is_empty() {
        true => Vec::new(),
        false => calls.list(SEARCH, "UserHierarchyGroups", "").await.unwrap_or_default(),
    };
    let found: HashMap<String, Value> =
        found.into_iter().map(|g| (text(&g, "Id"), g["HierarchyPath"].clone())).collect();
    let paths = try_join_all(items.iter().map(async |item| {
        let id = text(item, "Id");
        match found.get(&id) {
            Some(path) if !ids(path).is_empty() => Ok(Some((item, path.clone()))),
            _ => match calls.describe(DESCRIBE, &id).await {
                Ok(answer) => Ok(Some((item, answer["HierarchyGroup"]["HierarchyPath"].clone()))),
                // Deleted since.
                Err(e) if e.kind == crate::core::ErrorKind::NotFound => Ok(None),
                Err(e) => Err(e),
            },
        }
    }))
    .await?;
    let group = |(item, path): (&Value, Value)| {
        let steps = ids(&path).into_iter().map(|id| names.get(id).map_or(id, String::as_str));
        let steps: Vec<String> = steps.map(step).collect();
        Found::new(Address::new(KIND, steps.join("/")), text(item, "Id"), text(item, "Arn"))
    };
    Ok(paths.into_iter().flatten().map(group).collect())
}

/// Returns a name as a step of a path: one that has a slash is told from two.
fn step(name: &str) -> String {
    name.replace('\\', "\\\\").replace('/', "\\/")
}

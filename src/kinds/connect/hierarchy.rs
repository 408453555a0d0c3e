//! The levels of the hierarchy of users. An instance has one structure of up to five; each level is a resource of its
//! own here, so that groups can refer to the level that they need.
//!
//! Source: botocore's `connect` model, `HierarchyStructure`, `DescribeUserHierarchyStructure`,
//! `UpdateUserHierarchyStructure` ("add, remove, and rename user hierarchy levels"): it sets all of them at once.

use serde_json::{Map, Value, json};

use super::calls::{Calls, Subject};
use super::family::{Empty, Family, PLAIN, Removal, Setter, same};
use crate::aws::{Failure, Fate};
use crate::core::address::Address;
use crate::core::fields::{Class, field};
use crate::core::inventory::Found;
use crate::core::{Error, Result};
use crate::wire;

/// The kind.
pub const KIND: &str = "connect/user-hierarchy-level";

/// The operation that reads them all.
pub const DESCRIBE: &str = "DescribeUserHierarchyStructure";

/// The operation that writes them all.
pub const UPDATE: &str = "UpdateUserHierarchyStructure";

/// The levels, from the top: what each is called in the structure is its id.
pub const LEVELS: [&str; 5] = ["LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive"];

/// Levels of the hierarchy.
pub const USER_HIERARCHY_LEVEL: Family = Family {
    kind: KIND,
    describe: Some((DESCRIBE, "Level")),
    // Its address is its place, which no rule for names can change.
    name: "",
    fields: &[
        field("Level", Class::Literal),
        field("Name", Class::Literal),
        // A level is there only below another.
        field("ParentLevelId", Class::Ref(KIND)),
    ],
    create: Some(Setter {
        call: UPDATE,
        members: &[same("Name"), same("ParentLevelId")],
        beside: &[same("Level")],
        empty: Empty::Omitted,
    }),
    update: &[Setter {
        call: UPDATE,
        members: &[same("Name")],
        beside: &[same("Level")],
        empty: Empty::Never,
    }],
    fixed: &["Level", "ParentLevelId"],
    remove: Removal::Alone(UPDATE, "Level"),
    ..PLAIN
};

/// Returns the levels that are there.
pub async fn listed(calls: &Calls) -> Result<Vec<Found>> {
    let answer = calls.describe(DESCRIBE, "").await?;
    let there = LEVELS.iter().filter(|level| name(&answer, level).is_some());
    Ok(there.map(|level| Found::new(Address::new(KIND, *level), *level, "")).collect())
}

/// Returns the name of a level, if the answer `structure` has it.
fn name<'a>(structure: &'a Value, level: &str) -> Option<&'a str> {
    structure["HierarchyStructure"][level]["Name"].as_str().filter(|name| !name.is_empty())
}

/// Returns the level `id` out of the answer `structure` as if it had been asked for alone.
pub fn level(structure: &Value, id: &str) -> Option<Value> {
    let place = LEVELS.iter().position(|level| *level == id)?;
    let mut level = json!({ "Level": id, "Name": name(structure, id)? });
    if let Some(above) = place.checked_sub(1) {
        level["ParentLevelId"] = json!(LEVELS[above]);
    }
    Some(level)
}

impl Calls {
    /// Sets the name of the level that `args` name, or takes it away where they have no name: with all others as they
    /// are. The caller sees to it that no two of these go at once.
    pub(super) async fn write_level(
        &self,
        c: &aws_sdk_connect::Client,
        call: &str,
        subject: &Subject<'_>,
        args: &Value,
    ) -> Result<Value, Failure> {
        let now = self.describe(DESCRIBE, "").await.map_err(|error| Failure { error, fate: Fate::Later })?;
        let id = args["Level"].as_str().unwrap_or(subject.id);
        if !LEVELS.contains(&id) {
            let error = Error::input(format!("the hierarchy has no level `{id}`"));
            return Err(Failure { error, fate: Fate::Refused });
        }
        let mut levels = Map::new();
        for level in LEVELS {
            let kept = if level == id { args["Name"].as_str() } else { name(&now, level) };
            levels.extend(kept.map(|name| (level.to_string(), json!({ "Name": name }))));
        }
        let update = c.update_user_hierarchy_structure().instance_id(&self.instance);
        wire!(call, update, json!({ "HierarchyStructure": levels }))
    }
}

//! The hierarchy of users: its levels, and the groups on them.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::{self, Kind};
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{
    bad_request, duplicate, find, find_mut, in_use, invalid, not_found, object, required, tags, text,
};
use super::made::made;

/// The levels, from the top (botocore HierarchyStructure).
pub(crate) const LEVELS: [&str; 5] = ["LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive"];

/// A level's id and ARN. The model says no more than that they are there; assumed: they follow from its place.
fn level(instance: &Instance, level: &Resource) -> Value {
    let id = ids::derived(&[&instance.id, "level", &level.id]);
    json!({
        "Id": id, "Arn": format!("{}/agent-group-level/{id}", instance.arn),
        "Name": level.body.get("LevelName"),
        "LastModifiedTime": clock::epoch(level.modified), "LastModifiedRegion": instance.region,
    })
}

/// DescribeUserHierarchyStructure. Assumed: an instance that has no level answers an empty structure.
pub(crate) fn describe_structure(instance: &Instance) -> Answer {
    let there = LEVELS.iter().filter_map(|name| {
        let found = instance.resources.get(&(Kind::UserHierarchyLevel, (*name).to_owned()))?;
        Some(((*name).to_owned(), level(instance, found)))
    });
    Answer::json(&json!({"HierarchyStructure": there.collect::<Map<_, _>>()}))
}

/// UpdateUserHierarchyStructure: "add, remove, and rename user hierarchy levels"; what is left out is removed. Assumed:
/// a level needs the one above (InvalidRequestException), a name has 1 to 50 characters, and a level that has groups is
/// not removed (ResourceInUseException is in its list of errors).
pub(crate) fn update_structure(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let given = object(ask.body, "HierarchyStructure")?;
    let given = given.ok_or_else(|| invalid("HierarchyStructure is required"))?;
    let mut names = Vec::new();
    for level in LEVELS {
        names.push(match object(given, level)? {
            Some(members) => Some(required(members, "Name", 1, 50)?.to_owned()),
            None => None,
        });
    }
    if names.windows(2).any(|pair| pair[0].is_none() && pair[1].is_some()) {
        return Err(bad_request("A level needs the level above it"));
    }
    for (place, (level, name)) in LEVELS.into_iter().zip(&names).enumerate() {
        let on_it =
            |it: &&Resource| it.kind == Kind::UserHierarchyGroup && path(instance, it).len() == place + 1;
        let there = instance.resources.get(&(Kind::UserHierarchyLevel, level.to_owned()));
        if let (None, Some(there), Some(group)) = (name, there, instance.resources.values().find(on_it)) {
            return Err(in_use(there, &format!("hierarchy group {}", group.name)));
        }
    }
    for (level, name) in LEVELS.into_iter().zip(names) {
        let key = (Kind::UserHierarchyLevel, level.to_owned());
        let Some(name) = name else {
            instance.resources.remove(&key);
            continue;
        };
        let mut body = Map::new();
        body.insert("LevelName".into(), json!(name));
        let mut new = made(instance, ask, Kind::UserHierarchyLevel, level, body, Default::default());
        (new.id, new.arn) = (level.to_owned(), String::new());
        match instance.resources.get_mut(&key) {
            Some(there) if there.body == new.body => {}
            Some(there) => *there = Resource { born: there.born, ..new },
            None => drop(instance.resources.insert(key, new)),
        }
    }
    Ok(Answer::json(&json!({})))
}

fn parent(group: &Resource) -> Option<&str> {
    group.body.get("ParentGroupId").and_then(Value::as_str)
}

/// The groups from the top down to one.
pub(crate) fn path<'a>(instance: &'a Instance, group: &'a Resource) -> Vec<&'a Resource> {
    let mut path = vec![group];
    while let Some(above) = path.last().and_then(|last| parent(last)) {
        match find(instance, Kind::UserHierarchyGroup, above) {
            // The model has five levels.
            Some(above) if path.len() < LEVELS.len() => path.push(above),
            _ => break,
        }
    }
    path.reverse();
    path
}

fn summary(instance: &Instance, group: &Resource) -> Value {
    json!({
        "Id": group.id, "Arn": group.arn, "Name": group.name,
        "LastModifiedTime": clock::epoch(group.modified), "LastModifiedRegion": instance.region,
    })
}

/// The `HierarchyGroup` shape. LevelId is the number of the level in AWS's example of describe-user-hierarchy-group.
pub(crate) fn shape(instance: &Instance, group: &Resource) -> Value {
    let path = path(instance, group);
    let mut out = summary(instance, group);
    out["LevelId"] = json!(path.len().to_string());
    let steps =
        LEVELS.iter().zip(&path).map(|(level, group)| ((*level).to_owned(), summary(instance, group)));
    out["HierarchyPath"] = Value::Object(steps.collect());
    out["Tags"] = json!(group.tags);
    out
}

/// Whether a name is free for a group below `parent`. "A resource with the specified name already exists", where is not
/// said.
fn free(instance: &Instance, ask: &Ask<'_>, name: &str, above: Option<&str>, own: &str) -> Result<(), Fail> {
    // assumed: switch hierarchy_names_unique
    let taken = instance.resources.values().any(|other| {
        other.kind == Kind::UserHierarchyGroup
            && other.name == name
            && other.id != own
            && (ask.env.hierarchy_names_unique || parent(other) == above)
    });
    if taken { Err(duplicate()) } else { Ok(()) }
}

/// CreateUserHierarchyGroup: "created at level one if the parent group ID is null". Assumed: the level has to be there.
pub(crate) fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "Name", 1, 100)?;
    let tags = tags(ask.body.get("Tags"))?;
    let mut body = Map::new();
    let mut place = 0;
    if let Some(given) = text(ask.body, "ParentGroupId", 0, usize::MAX)? {
        let above = find(instance, Kind::UserHierarchyGroup, given);
        let above = above.ok_or_else(|| not_found(&format!("hierarchy group {given}")))?;
        body.insert("ParentGroupId".into(), json!(above.id));
        place = path(instance, above).len();
    }
    let there =
        |level: &&str| instance.resources.contains_key(&(Kind::UserHierarchyLevel, level.to_string()));
    if LEVELS.get(place).is_none_or(|level| !there(level)) {
        return Err(bad_request("The hierarchy has no such level"));
    }
    free(instance, ask, name, body.get("ParentGroupId").and_then(Value::as_str), "")?;
    let group = made(instance, ask, Kind::UserHierarchyGroup, name, body, tags);
    let answer = json!({"HierarchyGroupId": group.id, "HierarchyGroupArn": group.arn});
    instance.resources.insert((Kind::UserHierarchyGroup, group.id.clone()), group);
    Ok(Answer::json(&answer))
}

fn found<'a>(instance: &'a Instance, ask: &Ask<'_>) -> Result<&'a Resource, Fail> {
    let given = ask.call.label(1);
    find(instance, Kind::UserHierarchyGroup, given).ok_or_else(|| not_found(given))
}

/// DescribeUserHierarchyGroup.
pub(crate) fn describe(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    Ok(Answer::json(&json!({"HierarchyGroup": shape(instance, found(instance, ask)?)})))
}

/// UpdateUserHierarchyGroupName.
pub(crate) fn rename(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "Name", 1, 100)?;
    let group = found(instance, ask)?;
    free(instance, ask, name, parent(group), &group.id)?;
    let id = group.id.clone();
    let group = find_mut(instance, Kind::UserHierarchyGroup, &id)?;
    group.name = name.into();
    group.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}

/// DeleteUserHierarchyGroup: "must not be associated with any agents or have any active child groups".
pub(crate) fn delete(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let group = found(instance, ask)?;
    let uses = |other: &&Resource| match other.kind {
        Kind::UserHierarchyGroup => parent(other) == Some(&group.id),
        Kind::User => other.body.get("HierarchyGroupId").and_then(Value::as_str) == Some(&group.id),
        _ => false,
    };
    if let Some(by) = instance.resources.values().find(uses) {
        return Err(in_use(group, &format!("{} {}", by.kind.word(), by.name)));
    }
    let id = group.id.clone();
    instance.resources.remove(&(Kind::UserHierarchyGroup, id));
    Ok(Answer::json(&json!({})))
}

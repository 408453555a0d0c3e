//! From a change to moves: pure, and the same for every family.

use serde_json::{Map, Value, json};

use super::family::{Empty, Family, Member, Removal, Setter};
use super::{alias, data_table, draft, link};
use crate::core::document::Document;
use crate::core::driver::Change;
use crate::core::moves::{Does, Move, Stage, facet_digest};
use crate::core::portable::needs;
use crate::core::template::escape;
use crate::core::{Digest, Error, Result};

/// The tag that a created resource carries.
pub const UID_TAG: &str = "snapdeploy:uid";

/// Where a move's arguments keep what is sent byte for byte if it still means the same. No template can be called so.
pub const EXACT: &str = "@exact";

/// The calls that set and remove tags; every family has them.
const TAG: &str = "TagResource";
const UNTAG: &str = "UntagResource";

/// The most characters of a flow's content, and the most actions in it.
///
/// Source: `CreateContactFlow` ("Content": 1 to 256000 characters); "Flow language": at most 250 actions.
const MOST: (usize, usize) = (256_000, 250);

/// The most tags of a resource, ours among them.
///
/// Source: botocore's `connect` model, `TagMap`, and `TagResource`.
pub(super) const MOST_TAGS: usize = 50;

/// Returns why Connect would refuse a call on a resource of `family` with the arguments `args`.
pub fn refusals(family: &Family, args: &Map<String, Value>) -> Vec<String> {
    let mut refusals = Vec::new();
    for (argument, noun, most) in
        [(family.name, "name", family.longest.0), ("Description", "description", family.longest.1)]
    {
        {
            let characters = args.get(argument).and_then(Value::as_str).map_or(0, |t| t.chars().count());
            if most > 0 && characters > most {
                refusals.push(format!(
                    "its {noun} has {characters} characters, and Connect takes {most} at most"
                ));
            }
        }
    }
    let tags = args.get("Tags").and_then(Value::as_object);
    if let Some(tags) = tags.filter(|t| t.len() > MOST_TAGS) {
        let own = if tags.contains_key(UID_TAG) { ", snapdeploy's own among them" } else { "" };
        refusals.push(format!("it has {} tags{own}, and Connect takes {MOST_TAGS} at most", tags.len()));
    }
    let Some(content) = args.get("Content").and_then(Value::as_str) else { return refusals };
    let characters = content.chars().count();
    if characters > MOST.0 {
        refusals
            .push(format!("its content has {characters} characters, and Connect takes {} at most", MOST.0));
    }
    let parsed: Option<Value> = serde_json::from_str(content).ok();
    let actions = parsed.and_then(|c| c["Actions"].as_array().map(Vec::len)).unwrap_or_default();
    if actions > MOST.1 {
        refusals.push(format!("it has {actions} actions, and Connect takes {} at most", MOST.1));
    }
    refusals
}

/// Returns the moves that make `change`, in order.
pub fn moves(family: &Family, change: &Change<'_>) -> Result<Vec<Move>> {
    match (change.from, change.to) {
        (None, Some(to)) => create(family, change, to),
        (Some(from), Some(to)) => update(family, change, from, to),
        (Some(from), None) => {
            let last = family.last.map_or_else(|| from.clone(), |last| last(from));
            let mut moves = update(family, change, from, &last)?;
            moves.iter_mut().for_each(|m| m.stage = Stage::Clean);
            moves.push(delete(family, change, &last)?);
            Ok(moves)
        }
        (None, None) => Ok(Vec::new()),
    }
}

fn create(family: &Family, change: &Change<'_>, to: &Document) -> Result<Vec<Move>> {
    let Some(setter) = &family.create else {
        return Err(Error::blocked("is not there, and is never made by snapdeploy").hint(format!(
            "\"{}\" = \"...\" under [environments.NAME.names] says which one it is there",
            change.address
        )));
    };
    let mut args = arguments(setter, to, None);
    if family.is_tagged() && !change.uid.is_empty() {
        let tags = args.entry("Tags").or_insert_with(|| json!({}));
        tags[UID_TAG] = escape(change.uid).into();
    }
    let mut moves = vec![Move {
        address: change.address.clone(),
        stage: Stage::Write,
        does: Does::Create,
        call: setter.call.into(),
        facet: names(setter),
        args: Value::Object(args),
        before: None,
        after: None,
        through: Vec::new(),
        rollout: None,
    }];
    // What create can't say is set afterwards, where it is not what a new resource has anyway.
    let mut born = to.clone();
    let mut late = draft::without(&mut born);
    late |= born.portable.remove("Aliases").is_some();
    late |= !family.is_tagged() && born.portable.remove("Tags").is_some();
    for member in family.links.iter().map(|l| l.member).chain(family.late.iter().copied()) {
        for part in [&mut born.portable, &mut born.local] {
            late |= part.remove(member).is_some();
        }
    }
    for (name, value) in family.born {
        for part in [&mut born.portable, &mut born.local] {
            if part.get(*name).is_some_and(|v| v != value) {
                part.insert(name.to_string(), json!(value));
                late = true;
            }
        }
    }
    if late {
        moves.extend(update(family, change, &born, to)?);
    }
    Ok(moves)
}

fn update(family: &Family, change: &Change<'_>, from: &Document, to: &Document) -> Result<Vec<Move>> {
    for name in family.fixed {
        if from.portable.get(*name) != to.portable.get(*name) || from.local.get(*name) != to.local.get(*name)
        {
            return Err(Error::blocked(format!("differs in {name}, which AWS has no call to change"))
                .hint("rename or delete the one in the target first"));
        }
    }
    let status = |d: &Document| d.portable.get("Status").and_then(Value::as_str).map(str::to_string);
    match (status(from).as_deref(), status(to).as_deref()) {
        (Some("PUBLISHED"), Some("SAVED")) => {
            return Err(Error::blocked(
                "is published in the target and only saved in the source; AWS can't unpublish",
            ));
        }
        // A rollback of this would be the case above.
        (Some("SAVED"), Some("PUBLISHED")) => {
            return Err(Error::blocked(
                "is only saved in the target and published in the source; AWS can't unpublish, so this could not be \
                 undone",
            )
            .hint("publish or delete the one in the target first"));
        }
        _ => {}
    }
    let mut moves = Vec::new();
    for setter in family.update {
        let facet = names(setter);
        let (before, after) = (facet_digest(from, &facet), facet_digest(to, &facet));
        if before != after {
            let (call, args) = match setter.empty {
                Empty::Call(other) if !setter.members.iter().any(|m| to.portable.contains_key(m.name)) => {
                    (other, Map::new())
                }
                _ => (setter.call, arguments(setter, to, Some(from))),
            };
            let m = setting(change, call, facet, Value::Object(args), before, after);
            moves.push(draft::minded(Move { stage: family.stage, ..m }, from, to));
        }
    }
    for link in family.links {
        moves.extend(link::moves(link, change, from, to, family.stage));
    }
    if family.kind == data_table::DATA_TABLE.kind {
        moves = data_table::ordered(moves);
    }
    moves.extend(draft::moves(family, change, from, to, &moves));
    moves.extend(tagging(change, from, to));
    moves.extend(alias::moves(change, from, to)?);
    Ok(moves)
}

/// Returns the moves that set and remove tags.
fn tagging(change: &Change<'_>, from: &Document, to: &Document) -> Vec<Move> {
    let tags = |d: &Document| d.portable.get("Tags").and_then(Value::as_object).cloned().unwrap_or_default();
    let (old, new) = (tags(from), tags(to));
    let gone: Vec<&String> = old.keys().filter(|k| !new.contains_key(*k)).collect();
    let set: Map<String, Value> =
        new.iter().filter(|(k, v)| old.get(*k) != Some(v)).map(|(k, v)| (k.clone(), v.clone())).collect();
    let facet = vec!["Tags".to_string()];
    let digest = |tags: &Map<String, Value>| {
        let mut document = Document::default();
        if !tags.is_empty() {
            document.portable.insert("Tags".into(), Value::Object(tags.clone()));
        }
        facet_digest(&document, &facet)
    };
    // Old tags make room first where old and new ones together are too many.
    let mut all = old.clone();
    all.extend(set.clone());
    let crowded = all.len() >= MOST_TAGS;
    let mut kept = old.clone();
    kept.retain(|k, _| new.contains_key(k));
    let between = if crowded { digest(&kept) } else { digest(&all) };
    let (set_before, gone_before) = if crowded { (between, digest(&old)) } else { (digest(&old), between) };
    let (set_after, gone_after) = if crowded { (digest(&new), between) } else { (between, digest(&new)) };
    let mut moves = Vec::new();
    if !set.is_empty() {
        moves.push(setting(change, TAG, facet.clone(), json!({ "tags": set }), set_before, set_after));
    }
    if !gone.is_empty() {
        moves.push(setting(change, UNTAG, facet, json!({ "tagKeys": gone }), gone_before, gone_after));
    }
    if crowded {
        moves.reverse();
    }
    moves
}

fn setting(
    change: &Change<'_>,
    call: &str,
    facet: Vec<String>,
    args: Value,
    before: Digest,
    after: Digest,
) -> Move {
    Move {
        address: change.address.clone(),
        stage: Stage::Write,
        does: Does::Update,
        call: call.into(),
        facet,
        args,
        before: Some(before),
        after: Some(after),
        through: Vec::new(),
        rollout: None,
    }
}

fn delete(family: &Family, change: &Change<'_>, from: &Document) -> Result<Move> {
    // What has no id is told by what it was made with.
    let (call, args) = match (family.remove, &family.create, family.made) {
        (Removal::Delete(call), Some(create), ("", _)) if create.beside.is_empty() => {
            (call, Value::Object(arguments(create, from, None)))
        }
        (Removal::Delete(call), Some(Setter { beside, .. }), _) => {
            let beside = Setter { call, members: &[], beside, empty: Empty::Omitted };
            (call, Value::Object(arguments(&beside, from, None)))
        }
        (Removal::Delete(call), ..) => (call, json!({})),
        (Removal::Alone(call, member), ..) => (call, json!({ member: from.portable.get(member) })),
        (Removal::Retire(..) | Removal::Never, ..) => {
            return Err(Error::blocked("is never removed by snapdeploy"));
        }
    };
    let facet: Vec<String> = from.portable.keys().chain(from.local.keys()).cloned().collect();
    Ok(Move {
        address: change.address.clone(),
        stage: Stage::Clean,
        does: Does::Delete,
        call: call.into(),
        before: Some(facet_digest(from, &facet)),
        facet,
        args,
        after: None,
        through: Vec::new(),
        rollout: None,
    })
}

/// Splits a create into a shell, which refers to nothing, and a fill.
pub fn split(family: &Family, m: &Move) -> Result<(Move, Move)> {
    let whole = m.args.as_object().cloned().unwrap_or_default();
    let shell = family.shell.ok_or_else(|| Error::bug(format!("{} has no shell", family.kind)))?;
    let filler = family
        .update
        .iter()
        .find(|s| s.members.iter().any(|m| m.name == "Content"))
        .ok_or_else(|| Error::bug(format!("{} cannot be filled", family.kind)))?;
    let content = shell(&whole);
    let mut shell_args = whole.clone();
    shell_args.remove(EXACT);
    shell_args.insert("Content".into(), content.clone());
    let shell = Move { stage: Stage::Shell, args: Value::Object(shell_args), ..m.clone() };

    let facet = names(filler);
    let with = |content: Option<Value>| {
        let mut document = Document::default();
        for name in facet.iter().filter(|n| *n != "Content") {
            document.portable.extend(whole.get(name).map(|v| (name.clone(), v.clone())));
        }
        document.portable.extend(content.map(|c| ("Content".to_string(), c)));
        facet_digest(&document, &facet)
    };
    let mut args = Map::new();
    for name in facet.iter().map(String::as_str).chain([EXACT]) {
        args.extend(whole.get(name).map(|v| (name.to_string(), v.clone())));
    }
    let fill = Move {
        address: m.address.clone(),
        stage: Stage::Write,
        does: Does::Update,
        call: filler.call.into(),
        before: Some(with(Some(content))),
        after: Some(with(whole.get("Content").cloned())),
        facet,
        args: Value::Object(args),
        through: Vec::new(),
        rollout: None,
    };
    Ok((shell, fill))
}

/// Returns the moves that take what can be taken of its references out of a resource, before it is deleted: the
/// content of a flow, the links of a queue.
pub fn empty(family: &Family, change: &Change<'_>) -> Result<Vec<Move>> {
    let Some(from) = change.from else { return Ok(Vec::new()) };
    let mut to = Document { exact: Map::new(), ..from.clone() };
    if let Some(shell) = family.shell
        && !needs(&Value::Object(from.portable.clone())).is_empty()
    {
        to.portable.insert("Content".into(), shell(&from.portable));
    }
    for link in family.links {
        to.portable.remove(link.member);
    }
    let moves = update(family, change, from, &to)?;
    Ok(moves.into_iter().map(|m| Move { stage: Stage::Clean, ..m }).collect())
}

fn names(setter: &Setter) -> Vec<String> {
    setter.members.iter().map(|m| m.name.to_string()).collect()
}

/// Returns the arguments that make the setter's members what `to` says; `from` is what they are now.
fn arguments(setter: &Setter, to: &Document, from: Option<&Document>) -> Map<String, Value> {
    let mut args = Map::new();
    for Member { name, argument } in setter.members.iter().chain(setter.beside) {
        let value = merged(to.portable.get(*name), to.local.get(*name));
        let was = from.and_then(|f| f.portable.get(*name).or(f.local.get(*name)));
        let value = value.or(match setter.empty {
            Empty::Blank => was.map(blank),
            _ => None,
        });
        args.extend(value.map(|v| (argument.to_string(), v)));
        if let Some(exact) = to.exact.get(*name).and_then(Value::as_str) {
            let kept = args.entry(EXACT).or_insert_with(|| json!({}));
            kept[*argument] = escape(exact).into();
        }
    }
    args
}

/// Returns the empty value of the sort that `value` is.
fn blank(value: &Value) -> Value {
    match value {
        Value::Array(_) => json!([]),
        Value::Object(_) => json!({}),
        _ => json!(""),
    }
}

/// Returns both parts of a member as one.
fn merged(portable: Option<&Value>, local: Option<&Value>) -> Option<Value> {
    match (portable, local) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let mut all = a.clone();
            for (key, value) in b {
                let both = merged(a.get(key), Some(value));
                all.extend(both.map(|v| (key.clone(), v)));
            }
            Some(Value::Object(all))
        }
        (Some(value), _) | (None, Some(value)) => Some(value.clone()),
        (None, None) => None,
    }
}

//! What flows and modules share: published content, drafts beside it, and what a qualifier of an id names.

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::digest;
use super::super::history::{History, Version};
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::check;
use super::env::{Ask, Env};
use super::input::{bad_request, duplicate, in_use, not_found, split_id};
use super::references;

/// Which content of a flow or module is meant.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which<'a> {
    /// What calls run.
    Published,
    /// What was saved last.
    Saved,
    /// A version, with its number.
    Version(u64, &'a Version),
}

/// The versions and aliases of a flow or module, if it has any.
pub(crate) fn history<'a>(instance: &'a Instance, kind: Kind, id: &str) -> Option<&'a History> {
    instance.history.get(&(kind, id.to_owned()))
}

/// What a qualifier names: `$SAVED` and a version number (DescribeContactFlow's description), `$LATEST` (that of
/// CreateContactFlowVersion). Assumed: a module's aliases too, by name or id, and a number is never an alias.
pub(crate) fn qualified<'a>(history: Option<&'a History>, qualifier: Option<&str>) -> Option<Which<'a>> {
    let version = |number: u64| Some(Which::Version(number, history?.versions.get(&number)?));
    match qualifier {
        None | Some("$LATEST") => Some(Which::Published),
        Some("$SAVED") => Some(Which::Saved),
        Some(other) => match other.parse::<u64>() {
            Ok(number) => version(number),
            Err(_) => version(history?.alias(other)?.version),
        },
    }
}

/// The flow or module that a request names, and which content of it.
pub(crate) fn named<'a>(
    instance: &'a Instance,
    kind: Kind,
    given: &str,
) -> Result<(&'a Resource, Which<'a>), Fail> {
    let (id, qualifier) = split_id(instance, kind, given).ok_or_else(|| not_found(given))?;
    let resource = instance.resources.get(&(kind, id.to_owned())).ok_or_else(|| not_found(given))?;
    let which = qualified(history(instance, kind, id), qualifier).ok_or_else(|| not_found(given))?;
    Ok((resource, which))
}

/// The id of a flow or module that a request names without a qualifier.
pub(crate) fn bare_id(instance: &Instance, kind: Kind, given: &str) -> Result<String, Fail> {
    let (id, qualifier) = split_id(instance, kind, given).ok_or_else(|| not_found(given))?;
    if !instance.resources.contains_key(&(kind, id.to_owned())) {
        return Err(not_found(given));
    }
    // Assumed: what is done to the whole flow or module takes no qualifier.
    if qualifier.is_some() {
        return Err(bad_request("A version or an alias cannot be given here"));
    }
    Ok(id.to_owned())
}

/// The `ContactFlow` or `ContactFlowModule` shape.
pub(crate) fn shape(instance: &Instance, resource: &Resource, env: &Env, which: Which<'_>) -> Value {
    let kept = history(instance, resource.kind, &resource.id);
    let mut out = resource.body.clone();
    let saved_settings = kept.and_then(|history| history.saved_settings.as_ref());
    // The draft is shown as SAVED as long as it is not what is published (DescribeContactFlow's description).
    let (content, status, settings) = match (which, resource.published.as_ref()) {
        (Which::Version(number, version), _) => {
            // Assumed: Version is there when a version was asked for.
            out.insert("Version".into(), json!(number));
            if let Some(description) = &version.description {
                out.insert("VersionDescription".into(), json!(description));
            }
            out.remove("Settings");
            (&version.content, "PUBLISHED", version.settings.as_ref())
        }
        (Which::Published, Some(live)) => (live, "PUBLISHED", None),
        (Which::Saved, Some(live)) if *live == resource.saved && saved_settings.is_none() => {
            (live, "PUBLISHED", None)
        }
        (Which::Published | Which::Saved, _) => (&resource.saved, "SAVED", saved_settings),
    };
    if let Some(settings) = settings {
        out.insert("Settings".into(), json!(settings));
    }
    out.insert("Id".into(), json!(resource.id));
    out.insert("Arn".into(), json!(resource.arn));
    out.insert("Name".into(), json!(resource.name));
    out.insert("Status".into(), json!(status));
    // assumed: switch content_reserialised
    let shown = if env.reserialised { reserialise(content) } else { content.clone() };
    out.insert("Content".into(), json!(shown));
    // Assumed: the digest is of the bytes as sent; AWS does not say.
    out.insert(digest_member(resource.kind).into(), json!(digest::sha256_hex(content.as_bytes())));
    out.insert("Tags".into(), json!(resource.tags));
    // botocore: modules have no time.
    if resource.kind == Kind::Flow {
        out.insert("LastModifiedTime".into(), clock::epoch(resource.modified));
        out.insert("LastModifiedRegion".into(), json!(instance.region));
    }
    Value::Object(out)
}

/// The member that holds the digest of the content.
pub(crate) fn digest_member(kind: Kind) -> &'static str {
    if kind == Kind::Flow { "FlowContentSha256" } else { "FlowModuleContentSha256" }
}

/// The same JSON with its keys in reverse order and other white space.
fn reserialise(content: &str) -> String {
    fn write(value: &Value, out: &mut String) {
        match value {
            Value::Object(map) => {
                out.push_str("{ ");
                for (n, (key, value)) in map.iter().rev().enumerate() {
                    if n > 0 {
                        out.push_str(" , ");
                    }
                    out.push_str(&Value::String(key.clone()).to_string());
                    out.push_str(" : ");
                    write(value, out);
                }
                out.push_str(" }");
            }
            Value::Array(items) => {
                out.push('[');
                for (n, item) in items.iter().enumerate() {
                    if n > 0 {
                        out.push_str(",\n");
                    }
                    write(item, out);
                }
                out.push(']');
            }
            other => out.push_str(&other.to_string()),
        }
    }
    let Ok(value) = serde_json::from_str::<Value>(content) else { return content.to_owned() };
    let mut out = String::new();
    write(&value, &mut out);
    out
}

/// Whether a name is free for a flow of a type, or for a module.
pub(crate) fn name_free(
    instance: &Instance,
    env: &Env,
    kind: Kind,
    name: &str,
    flow_type: Option<&str>,
    own_id: &str,
) -> Result<(), Fail> {
    let member =
        |other: &Resource, name: &str| other.body.get(name).and_then(Value::as_str).map(str::to_owned);
    let taken = instance.resources.values().any(|other| {
        other.kind == kind
            && other.id != own_id
            && other.name == name
            // assumed: switch flow_names_unique_across_types
            && (env.names_unique_across_types || member(other, "Type").as_deref() == flow_type)
            // assumed: switch archived_holds_name
            && (env.archived_holds_name || member(other, "State").as_deref() != Some("ARCHIVED"))
    });
    if taken { Err(duplicate()) } else { Ok(()) }
}

/// New content or new settings of a flow or module: validated and published, or with `:$SAVED` kept as the draft (the
/// description of UpdateContactFlowContent names the alias; that nothing is validated then follows from
/// CreateContactFlow$Status, assumed).
pub(crate) fn update(
    instance: &mut Instance,
    ask: &Ask<'_>,
    kind: Kind,
    content: Option<&str>,
    settings: Option<&str>,
) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let (id, qualifier) = split_id(instance, kind, given).ok_or_else(|| not_found(given))?;
    let key = (kind, id.to_owned());
    let never_published = instance.resources.get(&key).ok_or_else(|| not_found(given))?.published.is_none();
    // assumed: switch draft_leaves_published
    let draft = match qualifier {
        None => false,
        Some("$SAVED") => ask.env.draft_leaves_published,
        Some(_) => return Err(bad_request("Only the $SAVED alias can be updated")),
    };
    // assumed: switch update_publishes_saved_flow
    let publish = !draft && (ask.env.publishes_saved || !never_published);
    if let Some(content) = content {
        if draft {
            check::size(content)?;
        } else {
            check::publishable(instance, &ask.env, kind, content)?;
        }
    }
    let resource = instance.resources.get_mut(&key).ok_or_else(|| not_found(given))?;
    if let Some(content) = content {
        content.clone_into(&mut resource.saved);
        if publish {
            resource.published = Some(content.to_owned());
            resource.version += 1;
        }
    }
    resource.modified = ask.env.now;
    if let (Some(settings), false) = (settings, draft) {
        resource.body.insert("Settings".into(), json!(settings));
    }
    if draft {
        if let Some(settings) = settings {
            instance.history.entry(key).or_default().saved_settings = Some(settings.to_owned());
        }
    } else if let Some(history) = instance.history.get_mut(&key) {
        history.saved_settings = None;
    }
    Ok(Answer::json(&json!({})))
}

/// DeleteContactFlow and DeleteContactFlowModule. Their errors in botocore have no ResourceInUse; assumed: switch
/// delete_referenced_flow. Versions and aliases go with it (assumed).
pub(crate) fn delete(instance: &mut Instance, ask: &Ask<'_>, kind: Kind) -> Result<Answer, Fail> {
    let id = bare_id(instance, kind, ask.call.label(1))?;
    let key = (kind, id);
    if !ask.env.delete_referenced_flow
        && let Some(by) = references::user_of(instance, kind, &key.1)
        && let Some(resource) = instance.resources.get(&key)
    {
        return Err(in_use(resource, &by));
    }
    instance.resources.remove(&key);
    instance.history.remove(&key);
    Ok(Answer::json(&json!({})))
}

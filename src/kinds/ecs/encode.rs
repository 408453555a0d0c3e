//! From what ECS answers to a document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::balanced;
use super::calls::{family_of, revision_of};
use super::fields::{CONTAINER, CONTAINERS, DEFINITION, SERVICE, TASK, VOLUME};
use super::form;
use super::images::Image;
use super::state::{Content, Known, Revision};
use crate::core::driver::{Live, Raw};
use crate::core::finding::{Finding, Weight};
use crate::core::inventory::{Found, Inventory};
use crate::core::means::Values;
use crate::core::portable::{Encoder, Origin, encode};
use crate::core::template::escape;
use crate::kinds::connect::UID_TAG;

/// Returns what `raw` is, as it was fetched for `of`, where `inventory` is there and `values` are the environment's.
pub fn live(of: &Found, raw: Raw, inventory: &Inventory, values: &Values) -> Live {
    let wire = Value::Object(raw.wire);
    let origin = Origin { inventory, accounts: &values.accounts, vars: &values.vars, seal: &values.seal };
    let mut encoder = Encoder::new(&origin, &of.address);
    let mut members = form::service(&wire["Service"]);
    let uid = wire["Service"]["tags"].as_array().into_iter().flatten().find(|t| t["key"] == UID_TAG);
    let uid = uid.and_then(|t| t["value"].as_str()).map(String::from);
    members.remove(DEFINITION);
    let mut document = encode(&members, SERVICE, &mut encoder);
    if document.portable.get("tags").is_some_and(|t| *t == json!({})) {
        document.portable.remove("tags");
    }
    let definition = &wire["TaskDefinition"];
    let account = inventory.pin.account.as_str();
    let ran = images(definition, |name, text| wire["Ran"][name].as_str().or(wire["Resolved"][text].as_str()));
    let (content, unknown) =
        encoder.at(DEFINITION, |e| content(&form::definition(definition), &ran, account, e));
    content.write(&mut document);
    if !unknown.is_empty() {
        document.unknown.insert(DEFINITION.into(), Value::Object(unknown));
    }
    for (container, image) in &ran {
        if Image::of(image).digest.is_none() {
            let why = wire["Unresolved"][image].as_str().unwrap_or("it never ran");
            let message =
                format!("nobody can tell which bits the image {image} of {container} stands for: {why}");
            let finding = Finding::new(Weight::Warning, Some(&of.address), message);
            encoder.findings.push(finding.hint("name the image by its digest: REPOSITORY@sha256:..."));
        }
    }
    known(&wire, account, &mut encoder).write(&mut document);
    balanced::apart(&mut document);
    let found = Found { uid, ..of.clone() };
    let mut findings = encoder.findings;
    findings.extend(under_way(of, &wire["Service"]));
    findings.extend(encoder.dangling.iter().map(|id| {
        let message = format!("names {id}, which nothing here has");
        Finding { dangling: true, ..Finding::new(Weight::Warning, Some(&of.address), message) }
    }));
    Live { found, document, findings, secrets: encoder.secrets }
}

/// What is read in the middle of a deployment may be taken back by the next minute.
fn under_way(of: &Found, service: &Value) -> Option<Finding> {
    let many = |member: &str| service[member].as_array().is_some_and(|all| all.len() > 1);
    (many("deployments") || many("taskSets")).then(|| {
        let message = "is being deployed at this moment: what is read is what that deployment is to end in";
        Finding::new(Weight::Warning, Some(&of.address), message)
    })
}

/// Returns what is known of the revisions of the service.
fn known(wire: &Value, account: &str, encoder: &mut Encoder<'_>) -> Known {
    let current = &wire["TaskDefinition"];
    let arn = current["taskDefinitionArn"].as_str().unwrap_or_default();
    // What another revision names is no matter until the service is to have it.
    let (said, dangling) = (encoder.findings.len(), encoder.dangling.clone());
    let secrets = encoder.secrets.clone();
    let mut of = |definition: &Value| {
        let images = images(definition, |_, text| wire["Resolved"][text].as_str());
        content(&form::definition(definition), &images, account, encoder).0
    };
    let mut active = BTreeMap::new();
    for (number, definition) in wire["Revisions"].as_object().into_iter().flatten() {
        let Ok(number) = number.parse::<u64>() else { continue };
        let revision = (!definition.is_null()).then(|| Revision {
            key: of(definition).key(),
            pinned: written(definition).values().all(|text| Image::of(text).digest.is_some()),
        });
        active.insert(number, revision);
    }
    let images = of(current).images();
    encoder.findings.truncate(said);
    encoder.dangling = dangling;
    encoder.secrets = secrets;
    Known {
        family: family_of(arn).to_string(),
        revision: revision_of(arn),
        written: written(current).into_iter().map(|(name, text)| (name, json!(text))).collect(),
        images,
        guessed: written(current)
            .into_iter()
            .filter(|(name, text)| Image::of(text).digest.is_none() && wire["Ran"][name].as_str().is_none())
            .map(|(name, _)| name)
            .collect(),
        desired: wire["Service"]["desiredCount"].as_u64(),
        active,
    }
}

/// Returns the images of the containers of `definition`, as its text names them.
pub fn written(definition: &Value) -> BTreeMap<String, String> {
    let containers = definition[CONTAINERS].as_array().into_iter().flatten();
    let one = |c: &Value| Some((c["name"].as_str()?.to_string(), c["image"].as_str()?.to_string()));
    containers.filter_map(one).collect()
}

/// Returns the images of the containers of `definition`, by the digest that `digest` has for the container and the text;
/// the text as it is where it has none.
pub fn images<'a>(
    definition: &Value,
    digest: impl Fn(&str, &str) -> Option<&'a str>,
) -> BTreeMap<String, String> {
    let pinned = |(name, text): (String, String)| {
        let image = Image::of(&text);
        let pinned = match (&image.digest, digest(&name, &text)) {
            (Some(own), _) => image.at(own),
            (None, Some(digest)) => image.at(digest),
            (None, None) => text,
        };
        (name, pinned)
    };
    written(definition).into_iter().map(pinned).collect()
}

/// Returns the members of a task definition, as [`form::definition`] has them, with `images` in its containers, in both
/// parts; and those that no rule knows. `account` is the environment's own.
pub fn content(
    members: &Map<String, Value>,
    images: &BTreeMap<String, String>,
    account: &str,
    encoder: &mut Encoder<'_>,
) -> (Content, Map<String, Value>) {
    let mut own = members.clone();
    let inner = |own: &mut Map<String, Value>, name: &str| {
        own.remove(name).and_then(|v| v.as_object().cloned()).unwrap_or_default()
    };
    let (containers, volumes) = (inner(&mut own, CONTAINERS), inner(&mut own, "volumes"));
    let mut whole = encode(&own, TASK, encoder);
    if whole.portable.get("tags").is_some_and(|t| *t == json!({})) {
        whole.portable.remove("tags");
    }
    let mut parts: [Map<String, Value>; 3] = Default::default();
    for (name, container) in containers {
        let image = images.get(&name).map(String::as_str).or(container["image"].as_str()).map(String::from);
        let encoded = encoder.at(CONTAINERS, |e| {
            e.at(&name, |e| one_container(&container, &image.unwrap_or_default(), account, e))
        });
        add(&mut parts, &name, encoded);
    }
    finish(&mut whole, CONTAINERS, parts);
    let mut parts: [Map<String, Value>; 3] = Default::default();
    for (name, volume) in volumes {
        let members = volume.as_object().cloned().unwrap_or_default();
        let of = encoder.at("volumes", |e| e.at(&name, |e| encode(&members, VOLUME, e)));
        add(&mut parts, &name, [of.portable, of.local, of.unknown]);
    }
    finish(&mut whole, "volumes", parts);
    (Content { portable: whole.portable, local: whole.local }, whole.unknown)
}

type Parts = [Map<String, Value>; 3];

/// Adds what is `name`: its portable part whatever that is, the others where they say something.
fn add(parts: &mut Parts, name: &str, of: Parts) {
    for (i, (part, of)) in parts.iter_mut().zip(of).enumerate() {
        if !of.is_empty() || i == 0 {
            part.insert(escape(name), Value::Object(of));
        }
    }
}

fn finish(whole: &mut crate::core::document::Document, name: &str, parts: Parts) {
    let [portable, local, unknown] = parts;
    let targets = [(&mut whole.portable, portable), (&mut whole.local, local), (&mut whole.unknown, unknown)];
    for (target, part) in targets {
        if !part.is_empty() {
            target.insert(name.into(), Value::Object(part));
        }
    }
}

fn one_container(container: &Value, image: &str, account: &str, encoder: &mut Encoder<'_>) -> Parts {
    let mut members = container.as_object().cloned().unwrap_or_default();
    members.remove("image");
    let secrets = members.remove("secrets");
    let mut of = encode(&members, CONTAINER, encoder);
    of.portable.insert("image".into(), json!(template(image, account, encoder)));
    let (mut portable, mut local) = (Map::new(), Map::new());
    for (name, from) in secrets.as_ref().and_then(Value::as_object).into_iter().flatten() {
        let text = from.as_str().unwrap_or_default();
        // Source: "Pass sensitive data to an Amazon ECS container": the name of a parameter, or an ARN.
        let owner = text.starts_with("arn:").then(|| text.split(':').nth(4)).flatten().unwrap_or_default();
        let is_own = owner.is_empty() || owner == account;
        encoder.at("secrets", |e| match is_own {
            true => portable.insert(escape(name), json!(e.sweep(text))),
            false => local.insert(escape(name), json!(e.quietly(|e| e.sweep(text)))),
        });
    }
    for (part, secrets) in [(&mut of.portable, portable), (&mut of.local, local)] {
        if !secrets.is_empty() {
            part.insert("secrets".into(), Value::Object(secrets));
        }
    }
    [of.portable, of.local, of.unknown]
}

/// Returns the template for the image `text`. A registry of another account is the same wherever one is.
fn template(text: &str, account: &str, encoder: &mut Encoder<'_>) -> String {
    match Image::of(text).in_ecr() {
        Some((owner, ..)) if owner == account => encoder.quietly(|e| e.sweep(text)),
        _ => escape(text),
    }
}

//! What a scenario gives flows, modules and prompts beside the members of their Describe shape.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::digest;
use super::history::{Alias, History, Version};
use super::ids::{self, Kind};
use super::seed_instance::SEEDED;
use super::world::{Instance, Resource};

/// Takes them out of the members: for flows and modules `Content`, `Status`, `SavedContent`, `Versions` (a list of
/// `{"Content"?, "Settings"?, "Description"?}`, numbered from 1) and for modules `Aliases` (`{"live": 1}`); a module
/// without content is a published one that does nothing. A prompt gets made-up sound.
pub(crate) fn take(instance: &mut Instance, resource: &mut Resource) {
    match resource.kind {
        Kind::Flow | Kind::Module => take_content(instance, resource),
        Kind::Prompt => {
            instance.audio.entry(resource.id.clone()).or_insert_with(|| made_up(&resource.name));
        }
        _ => {}
    }
}

/// Content as a string, whether it is given as one or as JSON.
fn written(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn take_content(instance: &mut Instance, resource: &mut Resource) {
    let body = &mut resource.body;
    let status = body.remove("Status");
    if resource.kind == Kind::Module {
        body.entry("State").or_insert_with(|| json!("ACTIVE"));
        if let Some(settings) = body.remove("Settings") {
            body.insert("Settings".into(), json!(written(settings)));
        }
    }
    let given = body.remove("Content").map(written);
    if let Some(content) = given.or_else(|| (resource.kind == Kind::Module).then(stub)) {
        let live = status != Some(json!("SAVED"));
        resource.version = u64::from(live);
        resource.published = live.then(|| content.clone());
        resource.saved = content;
    }
    if let Some(saved) = body.remove("SavedContent") {
        resource.saved = written(saved);
    }
    let mut history = History::default();
    for version in list(body.remove("Versions")) {
        let text = |name: &str| version.get(name).cloned().map(written);
        let content = text("Content").or_else(|| resource.published.clone()).unwrap_or_default();
        let settings = text("Settings").or_else(|| resource.body.get("Settings").cloned().map(written));
        history.add(Version { content, settings, description: text("Description") });
    }
    if let Some(Value::Object(aliases)) = resource.body.remove("Aliases") {
        for (name, version) in aliases {
            let version = version.as_u64().unwrap_or(1);
            let alias = Alias { name, version, description: None, modified: SEEDED };
            history.aliases.insert(ids::derived(&[&resource.id, "alias", &alias.name]), alias);
        }
    }
    if history != History::default() {
        instance.history.insert((resource.kind, resource.id.clone()), history);
    }
}

fn list(value: Option<Value>) -> Vec<Map<String, Value>> {
    match value {
        Some(Value::Array(items)) => items.into_iter().filter_map(|item| item.as_object().cloned()).collect(),
        _ => Vec::new(),
    }
}

/// The least that is a valid module.
fn stub() -> String {
    json!({
        "Version": "2019-10-30",
        "StartAction": "end",
        "Metadata": {},
        "Actions": [{"Identifier": "end", "Type": "EndFlowModuleExecution", "Parameters": {}, "Transitions": {}}],
    })
    .to_string()
}

/// A tenth of a second of noise as a WAV file (8 kHz, one channel, U-Law, as the administrator guide asks for under
/// "Create prompts"), the same for the same name.
fn made_up(name: &str) -> Bytes {
    const SAMPLES: u32 = 800;
    let mut out = Vec::new();
    out.extend_from_slice(b"RIFF");
    out.extend_from_slice(&(SAMPLES + 36).to_le_bytes());
    out.extend_from_slice(b"WAVEfmt ");
    out.extend_from_slice(&16_u32.to_le_bytes());
    // Format 7 is U-Law.
    for word in [7_u16, 1] {
        out.extend_from_slice(&word.to_le_bytes());
    }
    for rate in [8000_u32, 8000] {
        out.extend_from_slice(&rate.to_le_bytes());
    }
    for word in [1_u16, 8] {
        out.extend_from_slice(&word.to_le_bytes());
    }
    out.extend_from_slice(b"data");
    out.extend_from_slice(&SAMPLES.to_le_bytes());
    for block in 0..SAMPLES / 32 {
        out.extend_from_slice(&digest::sha256(format!("{name}\u{1}{block}").as_bytes()));
    }
    Bytes::from(out)
}

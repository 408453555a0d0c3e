//! Which kinds of moves processes were killed at, held against the calls that the kinds send.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;
use snapdeploy::aws::{Grant, Need};
use snapdeploy::kinds::{connect, ecs, lambda, lex, site};

/// What one call of a site is called as a move.
const OF_SITES: [&str; 4] = ["PutAssets", "PutPages", "DeleteRetired", "CreateInvalidation"];

/// Calls that a kind sends inside of a move, or while it follows one, and never as a move.
const INSIDE: &[&str] = &[
    "BuildBotLocale",
    "CompleteLayerUpload",
    "ContinueServiceDeployment",
    "CreateBotVersion",
    "CreateContactFlowModuleVersion",
    "CreateUploadUrl",
    "DeleteBotLocale",
    "DeleteBotVersion",
    "DeregisterTaskDefinition",
    "InitiateLayerUpload",
    "PutObject",
    "StopDeployment",
    "StopServiceDeployment",
    "UploadLayerPart",
];

/// Returns the moves of each service: what the sources of its kinds name and IAM has to allow.
pub fn known() -> BTreeMap<&'static str, BTreeSet<String>> {
    let services: [(&str, &[Grant]); 4] = [
        ("connect", connect::GRANTS),
        ("lambda", lambda::GRANTS),
        ("lex", lex::GRANTS),
        ("ecs", ecs::GRANTS),
    ];
    let mut all: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    for (service, grants) in services {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/kinds").join(service);
        let files = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file());
        let sources: String = files.map(|p| std::fs::read_to_string(p).unwrap()).collect();
        let actions = grants.iter().filter(|g| g.need == Need::Write).flat_map(|g| g.actions);
        let calls = actions.map(|a| a.split_once(':').unwrap().1);
        let named =
            calls.filter(|c| sources.contains(&format!("\"{c}\"")) || sources.contains(&format!("\"{c}:")));
        let moves = named.filter(|c| !INSIDE.contains(c));
        all.insert(service, moves.map(str::to_string).collect());
    }
    assert!(!site::GRANTS.is_empty());
    all.insert("site", OF_SITES.map(String::from).into());
    all
}

/// Returns the moves of each service at which matrices have killed, as their figures tell: `kind call`.
fn killed(matrices: &[(String, Value)]) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for told in matrices.iter().filter_map(|(_, v)| v["figures"]["moves"].as_array()).flatten() {
        let (kind, call) = told.as_str().and_then(|t| t.split_once(' ')).unwrap();
        let service = kind.split('/').next().unwrap();
        all.entry(service.into()).or_default().insert(call.split(':').next().unwrap().into());
    }
    all
}

/// Returns the table of the page.
pub fn table(matrices: &[(String, Value)]) -> String {
    let killed = killed(matrices);
    let mut out = String::from("| service | moves | killed at | not killed at |\n|---|---|---|---|\n");
    for (service, moves) in known() {
        let met = killed.get(service).cloned().unwrap_or_default();
        let missed: Vec<&str> = moves.difference(&met).map(String::as_str).collect();
        let missed = if missed.is_empty() { "-".to_string() } else { format!("`{}`", missed.join("`, `")) };
        let hit = moves.intersection(&met).count();
        out.push_str(&format!("| {service} | {} | {hit} | {missed} |\n", moves.len()));
    }
    out
}

#[test]
fn the_moves_of_every_kind_are_known() {
    let known = known();
    for (service, least, one) in [
        ("connect", 90, "UpdateQueueName"),
        ("lambda", 12, "UpdateAlias"),
        ("lex", 10, "StartImport"),
        ("ecs", 4, "UpdateService"),
    ] {
        assert!(
            known[service].len() >= least && known[service].contains(one),
            "{service}: {:?}",
            known[service]
        );
    }
}

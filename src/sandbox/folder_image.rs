//! What a scenario folder says of registries, alarms and logs: `repositories`, `images`, `alarms` and `log_groups` of an
//!
//! ```text
//! repositories {name, region, mutability?, policy?}, images {repository, region, tag?, platforms?, text?, archived?,
//! exits_after?, exits_with?, out_of_memory?, unhealthy?, warms_up?, log?, commands? (of {command, after?, code?, log?}:
//! what another command than the image's own does)}, alarms {name, region, state?},
//! log_groups {name, region}
//! ```
//! account.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::cloudwatch::{AlarmSeed, AlarmState};
use super::ecr::{Act, Behaviour, ImageSeed, RepositorySeed};
use super::folder::{tables, text, wrong};
use super::seed::ScenarioError;
use super::seed_account::AccountSeed;

const IMAGE: &[&str] = &[
    "repository",
    "region",
    "tag",
    "platforms",
    "text",
    "archived",
    "exits_after",
    "exits_with",
    "out_of_memory",
    "unhealthy",
    "warms_up",
    "log",
    "commands",
];

/// Adds them.
pub(crate) fn load(
    file: &Path,
    account: &Map<String, Value>,
    seed: &mut AccountSeed,
) -> Result<(), ScenarioError> {
    for table in tables(file, account, "repositories", &["name", "region", "mutability", "policy"])? {
        let (region, name) = (text(file, table, "region")?.to_owned(), text(file, table, "name")?.to_owned());
        let policy = table.get("policy").and_then(Value::as_str).map(str::to_owned);
        let mutability = table.get("mutability").and_then(Value::as_str).unwrap_or("MUTABLE").to_owned();
        seed.repository(RepositorySeed { region, name, mutability, policy });
    }
    for table in tables(file, account, "images", IMAGE)? {
        seed.image(image(file, table)?);
    }
    for table in tables(file, account, "alarms", &["name", "region", "state"])? {
        let word = table.get("state").and_then(Value::as_str).unwrap_or("OK");
        let state = AlarmState::of(word)
            .ok_or_else(|| wrong(file, format!("state {word:?} is not OK, ALARM or INSUFFICIENT_DATA")))?;
        let (region, name) = (text(file, table, "region")?.to_owned(), text(file, table, "name")?.to_owned());
        seed.alarm(AlarmSeed { region, name, state });
    }
    for table in tables(file, account, "log_groups", &["name", "region"])? {
        seed.log_group(text(file, table, "region")?, text(file, table, "name")?);
    }
    Ok(())
}

/// What other commands than its own do in an image.
fn commands(file: &Path, table: &Map<String, Value>) -> Result<BTreeMap<String, Act>, ScenarioError> {
    let mut all = BTreeMap::new();
    for one in tables(file, table, "commands", &["command", "after", "code", "log"])? {
        let log = one.get("log").and_then(Value::as_array).into_iter().flatten();
        let act = Act {
            after: one.get("after").and_then(Value::as_f64).unwrap_or_default(),
            code: one.get("code").and_then(Value::as_i64).unwrap_or_default(),
            log: log.filter_map(Value::as_str).map(str::to_owned).collect(),
        };
        all.insert(text(file, one, "command")?.to_owned(), act);
    }
    Ok(all)
}

fn image(file: &Path, table: &Map<String, Value>) -> Result<ImageSeed, ScenarioError> {
    let flag = |key: &str| table.get(key).and_then(Value::as_bool).unwrap_or_default();
    let texts = |key: &str| -> Vec<String> {
        let all = table.get(key).and_then(Value::as_array).into_iter().flatten();
        all.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let number = |key: &str| match table.get(key) {
        None => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or_else(|| wrong(file, format!("{key} is not a number"))),
    };
    let code = match table.get("exits_with") {
        None => 1,
        Some(code) => code.as_i64().ok_or_else(|| wrong(file, "exits_with is not a whole number"))?,
    };
    let platforms = texts("platforms");
    let plain = ImageSeed::default();
    Ok(ImageSeed {
        region: text(file, table, "region")?.to_owned(),
        repository: text(file, table, "repository")?.to_owned(),
        tag: table.get("tag").and_then(Value::as_str).unwrap_or_default().to_owned(),
        platforms: if platforms.is_empty() { plain.platforms } else { platforms },
        text: table.get("text").and_then(Value::as_str).unwrap_or_default().to_owned(),
        behaviour: Behaviour {
            exits: number("exits_after")?.map(|after| (after, code)),
            out_of_memory: flag("out_of_memory"),
            unhealthy: flag("unhealthy"),
            warms_up: number("warms_up")?.unwrap_or_default(),
            log: texts("log"),
            commands: commands(file, table)?,
        },
        archived: flag("archived"),
    })
}

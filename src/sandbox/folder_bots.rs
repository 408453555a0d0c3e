//! The bots of a scenario folder: `bots` of an account.

use std::path::Path;

use serde_json::{Map, Value};

use super::folder::{strings, tables, text};
use super::seed::ScenarioError;
use super::seed_account::AccountSeed;

/// Small bots by name, or whole ones from a folder (or a `.zip`) with the layout of an export.
pub(crate) fn load(
    file: &Path,
    account: &Map<String, Value>,
    seed: &mut AccountSeed,
) -> Result<(), ScenarioError> {
    for bot in tables(file, account, "bots", &["name", "region", "aliases", "archive", "hooks"])? {
        let (region, names) = (text(file, bot, "region")?, strings(bot, "aliases"));
        let Some(archive) = bot.get("archive").and_then(Value::as_str) else {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            seed.bot(region, text(file, bot, "name")?, &names);
            continue;
        };
        let id = seed.account.id.clone();
        let mut made = seed.bot_from(region, &file.with_file_name(archive))?;
        for name in &names {
            made.alias(name);
        }
        for hook in tables(file, bot, "hooks", &["alias", "locale", "function"])? {
            let function = text(file, hook, "function")?;
            let arn = format!("arn:aws:lambda:{region}:{id}:function:{function}");
            made.alias(text(file, hook, "alias")?).hook(text(file, hook, "locale")?, &arn);
        }
    }
    Ok(())
}

//! What a test or an operator can make Lex do: a build that fails, a version that goes inactive.

use serde_json::{Value, json};

use super::super::world::World;
use super::bot::Bot;
use super::version::Use;

fn bot<'a>(world: &'a mut World, account: &str, name: &str) -> Result<&'a mut Bot, String> {
    let found =
        world.accounts.get_mut(account).and_then(|it| it.bots.iter_mut().find(|bot| bot.name == name));
    found.ok_or_else(|| format!("the account {account:?} has no bot {name:?}"))
}

/// The next build of a locale of a bot fails, for these reasons.
pub(crate) fn fail_next_build(
    world: &mut World,
    account: &str,
    name: &str,
    locale: &str,
    reasons: &[&str],
) -> Result<(), String> {
    let reasons = reasons.iter().map(|reason| (*reason).to_owned()).collect();
    bot(world, account, name)?.failing.push((locale.to_owned(), reasons));
    Ok(())
}

/// A version of a bot goes inactive, as one does that nobody used for six months.
pub(crate) fn deactivate_version(
    world: &mut World,
    account: &str,
    name: &str,
    number: u64,
) -> Result<(), String> {
    let version = bot(world, account, name)?.versions.get_mut(&number);
    version.ok_or_else(|| format!("the bot {name:?} has no version {number}"))?.usable = Use::Inactive;
    Ok(())
}

/// `POST /_sandbox/lex/fail-build` `{"account", "bot", "locale", "reasons"}` and
/// `POST /_sandbox/lex/deactivate-version` `{"account", "bot", "version": 1}`. An account that is not named is the first.
pub(crate) fn answer(world: &mut World, path: &str, body: &Value) -> Result<Value, String> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let account = text("account").map_or_else(|| world.first.clone(), str::to_owned);
    let needed = |name: &str| text(name).ok_or_else(|| format!("needs {name:?}"));
    match path {
        "fail-build" => {
            let reasons: Vec<&str> = body
                .get("reasons")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let reasons = if reasons.is_empty() { vec!["The build failed."] } else { reasons };
            fail_next_build(world, &account, needed("bot")?, needed("locale")?, &reasons)?;
        }
        "deactivate-version" => {
            let number = body.get("version").and_then(Value::as_u64).ok_or("needs \"version\", a number")?;
            deactivate_version(world, &account, needed("bot")?, number)?;
        }
        other => {
            return Err(format!("no control path lex/{other}; there are fail-build and deactivate-version"));
        }
    }
    Ok(json!({"ok": true}))
}

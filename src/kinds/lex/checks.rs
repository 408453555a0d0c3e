//! What `health` asks of bots.

use std::collections::BTreeSet;

use serde_json::Value;

use super::bot::KIND;
use super::calls::Calls;
use super::encode::NAMED;
use super::moves;
use super::version::DRAFT;
use crate::core::Address;
use crate::core::driver::{Check, Live};
use crate::core::moves::Move;

/// Is what each alias names there, available and built?
pub async fn aliases(calls: &Calls, live: &[Live]) -> Vec<Check> {
    let bots: Vec<&Live> = live.iter().filter(|l| l.found.address.kind() == KIND).collect();
    if bots.is_empty() {
        return Vec::new();
    }
    let mut problems = Vec::new();
    let mut count = 0;
    for bot in &bots {
        let named = bot.document.exact.get(NAMED).and_then(Value::as_object).into_iter().flatten();
        for (alias, number) in named {
            let Some(number) = number.as_str().filter(|n| *n != DRAFT) else { continue };
            count += 1;
            if let Some(why) = wrong(calls, &bot.found.id, number).await {
                let address = &bot.found.address;
                problems.push(format!("{address}#{alias} names version {number}, {why}"));
            }
        }
    }
    let detail = format!("{} of {count} name a version that is there", count - problems.len());
    vec![Check { name: "versions of bots".into(), healthy: problems.is_empty(), detail, problems }]
}

/// Says which of the aliases that `made` have made or pointed name a version that is not there any more, or is not built.
/// What each named was built when it was pointed there.
pub async fn well(calls: &Calls, made: &[&Move], live: &[&Live]) -> Vec<(Address, String)> {
    let points = |m: &&&Move| {
        m.address.kind() == KIND && [moves::CREATE_ALIAS, moves::UPDATE_ALIAS].contains(&m.call.as_str())
    };
    let mut all = Vec::new();
    let mut asked = BTreeSet::new();
    for m in made.iter().filter(points) {
        let Some(bot) = live.iter().find(|l| l.found.address == m.address) else { continue };
        let Some(alias) = m.args["Alias"].as_str() else { continue };
        let named = bot.document.exact.get(NAMED).and_then(|named| named.get(alias)).and_then(Value::as_str);
        let Some(number) = named.filter(|n| *n != DRAFT) else { continue };
        // What several aliases name is asked once.
        if asked.insert((&m.address, number))
            && let Some(why) = wrong(calls, &bot.found.id, number).await
        {
            all.push((m.address.clone(), format!("its alias {alias} names version {number}, {why}")));
        }
    }
    all
}

/// Returns what is wrong with a version, if something is.
async fn wrong(calls: &Calls, id: &str, number: &str) -> Option<String> {
    let status = match calls.version(id, number).await {
        Ok(version) => version["botStatus"].as_str().unwrap_or("unknown").to_string(),
        Err(failure) => return Some(format!("which cannot be seen: {}", failure.error.message)),
    };
    if status != "Available" {
        return Some(format!("which is {status}"));
    }
    let locales = match calls.locales(id, number).await {
        Ok(locales) => locales,
        Err(failure) => {
            return Some(format!("whose locales cannot be seen: {}", failure.error.message));
        }
    };
    let unbuilt = |l: &&Value| l["botLocaleStatus"] != "Built";
    let names: Vec<&str> = locales.iter().filter(unbuilt).filter_map(|l| l["localeId"].as_str()).collect();
    (!names.is_empty()).then(|| format!("whose {} is not built", names.join(", ")))
}

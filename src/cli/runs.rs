//! Finding runs: by id, by the first characters of an id, by being open.

use std::collections::{BTreeMap, BTreeSet};

use crate::core::chain::is_of_a_run;
use crate::core::history::{Search, search};
use crate::core::run::RunRecord;
use crate::core::{Error, Pin, Result, RunId};

use super::context::{Context, Face};

/// How many audit entries are read at once.
const PAGE: usize = 200;

/// Returns the pins of `environment`, or of all, each with the names that it has. What cannot be told is said.
pub(super) async fn pins(
    context: &Context,
    environment: Option<&str>,
    face: &Face,
) -> Result<BTreeMap<Pin, Vec<String>>> {
    let mut pins: BTreeMap<Pin, Vec<String>> = BTreeMap::new();
    if let Some(name) = environment {
        pins.insert(context.pin(name).await?, vec![name.to_string()]);
        return Ok(pins);
    }
    for name in context.config.environments.keys() {
        match context.pin(name).await {
            Ok(pin) => pins.entry(pin).or_default().push(name.clone()),
            Err(e) => face.ui.say(format!("warning: {name} is left out: {}", e.message)),
        }
    }
    Ok(pins)
}

/// Returns the newest runs of `pin`, newest first; at most `limit`.
pub(super) async fn newest(context: &Context, pin: &Pin, limit: usize) -> Result<Vec<RunRecord>> {
    let told = search(context.ledger(), context.repository(), pin, &Search::default(), limit).await?;
    Ok(told.into_iter().map(|told| told.record).collect())
}

/// Returns the run that `text` names: its id, or enough of its beginning.
pub(super) async fn find(context: &Context, text: &str, face: &Face) -> Result<RunRecord> {
    if let Ok(id) = text.parse::<RunId>() {
        return context.ledger().run(&id).await;
    }
    let mut matching = BTreeSet::new();
    for pin in pins(context, None, face).await?.keys() {
        let mut before = None;
        loop {
            let page = context.ledger().entries(pin, before, PAGE).await?;
            matching.extend(
                page.items
                    .iter()
                    .filter(|e| is_of_a_run(&e.what))
                    .filter_map(|e| e.run.as_ref())
                    .filter(|r| r.as_str().starts_with(text))
                    .cloned(),
            );
            before = page.items.last().map(|e| e.seq);
            if !page.more || before.is_none() {
                break;
            }
        }
    }
    let mut matching = matching.into_iter();
    match (matching.next(), matching.next()) {
        (Some(id), None) => context.ledger().run(&id).await,
        (None, _) => {
            Err(Error::not_found(format!("there is no run {text}")).hint("snapdeploy history lists the runs"))
        }
        _ => Err(Error::input(format!("several runs start with {text}")).hint("give more of the id")),
    }
}

/// Returns the one run that is open, in `environment` or anywhere.
pub(super) async fn open(context: &Context, environment: Option<&str>, face: &Face) -> Result<RunRecord> {
    let mut open = Vec::new();
    for pin in pins(context, environment, face).await?.keys() {
        open.extend(context.ledger().held(pin).await?.map(|held| held.start));
    }
    match &open[..] {
        [start] => context.ledger().run(&start.run).await,
        [] => Err(Error::not_found("no run is open").hint("snapdeploy history lists the runs")),
        several => {
            let list: Vec<String> =
                several.iter().map(|s| format!("{} in {}", s.run, s.environment)).collect();
            Err(Error::input(format!("several runs are open: {}", list.join(", ")))
                .hint("name the one that is meant"))
        }
    }
}

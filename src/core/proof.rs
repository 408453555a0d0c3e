//! Proof: how the bits that a release brings have stood where it comes from.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::address::Address;
use super::driver::Check;
use super::error::{ErrorKind, Result};
use super::id::{RunId, SnapshotId};
use super::ledger::Act;
use super::means::Means;
use super::pin::Pin;
use super::plan::{Action, Plan, Wish};
use super::run::{Note, RunStart, RunStatus};
use super::source::Source;

/// How many audit entries are read at once, and how many times: what is older than that proves little of today.
const PAGE: usize = 200;
const PAGES: usize = 5;

/// How the images of one service have stood in the environment that they come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The service.
    pub address: Address,
    /// Its images, by digest.
    pub images: BTreeSet<String>,
    /// Where they have stood.
    pub pin: Pin,
    /// What that was called by the run; `None` where no run has deployed them.
    pub environment: Option<String>,
    /// The run that has deployed them there, the first of those without another image in between.
    pub run: Option<RunId>,
    /// Who that was.
    pub by: Option<String>,
    /// Since when they have been there: the end of that run; without one, when they were seen.
    pub since: Timestamp,
    /// When another run had put something else in their place; `None` where none has.
    pub until: Option<Timestamp>,
    /// When this was looked up.
    pub at: Timestamp,
    /// What was asked of them there, and the answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
}

/// A run that has put images there, and what it has put.
struct Put {
    start: RunStart,
    ended: Timestamp,
    after: Option<SnapshotId>,
}

/// What the audit has told of one service so far, from the newest run back.
struct Seen<'a> {
    address: &'a Address,
    images: BTreeSet<String>,
    put: Option<Put>,
    until: Option<Timestamp>,
    /// Whether a run with other images ends the search.
    over: bool,
}

/// Puts into `plan`, which was made of `wishes`, how the images of its steps have stood at `pin`, where `source` comes from.
pub(super) async fn look_up(
    means: &Means<'_>,
    pin: &Pin,
    source: &Source,
    wishes: &[Wish],
    plan: &mut Plan,
) -> Result<()> {
    let mut all = Vec::new();
    for step in plan.steps.iter().filter(|s| s.action != Action::Delete) {
        let to = wishes.iter().find(|w| w.address == step.address).and_then(|w| w.to.as_ref());
        let images = to.map(|to| images(&Value::Object(to.portable.clone()))).unwrap_or_default();
        if !images.is_empty() {
            all.push(Seen { address: &step.address, images, put: None, until: None, over: false });
        }
    }
    read(means, pin, &mut all).await?;
    let health = health(means, pin, source).await?;
    let mut proof = Vec::new();
    for seen in all {
        let mut checks = Vec::new();
        if let Some(put) = &seen.put {
            checks.extend(verdict(means, &put.start.run).await?);
            if let Some(after) = put.after.as_ref().filter(|after| after.to_string() != source.digest) {
                checks.extend(health_of(means, pin, after).await?);
            }
        }
        checks.extend(health.clone());
        let run = seen.put.as_ref();
        proof.push(Proof {
            address: seen.address.clone(),
            images: seen.images,
            pin: pin.clone(),
            environment: run.map(|p| p.start.environment.clone()),
            run: run.map(|p| p.start.run.clone()),
            by: run.map(|p| p.start.actor.identity.clone()),
            since: run.map_or(source.taken_at, |p| p.ended),
            until: seen.until.filter(|_| run.is_some()),
            at: means.clock.now(),
            checks,
        });
    }
    plan.proof = proof;
    Ok(())
}

/// Goes back through the runs at `pin` until it is known of each of `all` which has put it there.
async fn read(means: &Means<'_>, pin: &Pin, all: &mut [Seen<'_>]) -> Result<()> {
    let mut before = None;
    for _ in 0..PAGES {
        if all.iter().all(|seen| seen.over) {
            return Ok(());
        }
        let page = means.ledger.entries(pin, before, PAGE).await?;
        for entry in &page.items {
            let Act::Start { start } = &entry.what else { continue };
            let finish = match means.ledger.run(&start.run).await?.finish {
                Some(finish) if finish.status == RunStatus::Succeeded => finish,
                _ => continue,
            };
            if !all.iter().any(|seen| !seen.over && finish.wrote.contains(seen.address)) {
                continue;
            }
            let plan = means.repository.plan(&start.plan).await?;
            let put = put(&plan);
            for seen in all.iter_mut().filter(|seen| !seen.over) {
                let Some(images) = put.get(seen.address).filter(|_| !finish.left.contains(seen.address))
                else {
                    continue;
                };
                if seen.images.is_subset(images) {
                    let (start, after) = ((**start).clone(), finish.after.clone());
                    seen.put = Some(Put { start, ended: finish.at, after });
                } else if seen.put.is_some() {
                    seen.over = true;
                } else {
                    seen.until = Some(finish.at);
                }
            }
        }
        before = page.items.last().map(|e| e.seq);
        if !page.more || before.is_none() {
            return Ok(());
        }
    }
    Ok(())
}

/// Returns the images that the moves of `plan` put in place, by address.
fn put(plan: &Plan) -> BTreeMap<&Address, BTreeSet<String>> {
    let mut all: BTreeMap<&Address, BTreeSet<String>> = BTreeMap::new();
    for m in &plan.moves {
        let images = images(&m.args);
        if !images.is_empty() {
            all.entry(&m.address).or_default().extend(images);
        }
    }
    all
}

/// Returns the digests of the images that `value` names: `REPOSITORY@sha256:...`.
fn images(value: &Value) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    gather(value, &mut out);
    out
}

fn gather(value: &Value, out: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            let digest = text.rsplit_once("@sha256:").map(|(_, hex)| hex);
            let hex = digest.filter(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()));
            out.extend(hex.map(|hex| format!("sha256:{hex}")));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, out)),
        Value::Object(members) => members.values().for_each(|member| gather(member, out)),
        _ => {}
    }
}

/// Returns what the verification of `run` has found.
async fn verdict(means: &Means<'_>, run: &RunId) -> Result<Option<Check>> {
    let rows = means.ledger.rows(run).await?;
    let last = rows.into_iter().rev().find_map(|row| match row.what {
        Note::Verdict { good, problems } => Some((row.at, good, problems)),
        _ => None,
    });
    Ok(last.map(|(at, healthy, problems)| Check {
        name: "verdict".into(),
        healthy,
        detail: format!("what was deployed was read again at {}", second(at)),
        problems,
    }))
}

/// Returns whether the environment was well when `source` was taken, where that is a snapshot that asked.
async fn health(means: &Means<'_>, pin: &Pin, source: &Source) -> Result<Option<Check>> {
    match source.digest.parse::<SnapshotId>() {
        Ok(id) if source.pin == *pin => health_of(means, pin, &id).await,
        _ => Ok(None),
    }
}

async fn health_of(means: &Means<'_>, pin: &Pin, id: &SnapshotId) -> Result<Option<Check>> {
    let manifest = match means.repository.manifest(pin, id).await {
        Ok(manifest) => manifest,
        // It may have been removed since, or never been kept.
        Err(e) if e.kind == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    Ok(manifest.healthy.map(|healthy| Check {
        name: "health".into(),
        healthy,
        detail: format!("of the environment, at {}", second(manifest.taken_at)),
        problems: manifest.problems,
    }))
}

fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_images_of_a_document_are_told_by_their_digests() {
        let hex = "0f".repeat(32);
        let value = json!({
            "a": { "image": format!("@{{account}}.dkr.ecr.@{{region}}.amazonaws.com/web@sha256:{hex}") },
            "b": ["nginx:1.25", "x@sha256:12", format!("sha256:{}", "1f".repeat(32))],
        });
        assert_eq!(images(&value), BTreeSet::from([format!("sha256:{hex}")]), "only what is pinned");
    }
}

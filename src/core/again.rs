//! Becoming an edition again: the plan that makes a service what it was as one of its revisions.

use std::collections::BTreeMap;

use super::address::Address;
use super::back::newest;
use super::drift;
use super::error::{Error, ErrorKind, Result};
use super::finding::{Finding, Weight};
use super::forgotten;
use super::given::Givens;
use super::hooking;
use super::inventory::Found;
use super::loss;
use super::means::Means;
use super::picked::keep_ours;
use super::plan::{Occasion, Plan, Wish, plan};
use super::preflight;
use super::reach::reach;
use super::run::RunKind;
use super::select::Selection;
use super::survey;
use super::tried::{Tried, Verdict, best, tried};

/// What a service was, and what it goes back to if nobody says where.
pub struct Choice {
    /// Where it is.
    pub found: Found,
    /// Its last editions, the newest first.
    pub tried: Vec<Tried>,
    /// The revision to go back to; `None` where none was verified good.
    pub usual: Option<String>,
    /// Whether there is a run of ours that wrote it and is not undone yet: undoing that leads there.
    pub undoable: bool,
}

/// Returns what there is to choose from for `address`; `None` where AWS keeps no history of it, or it is not there.
pub async fn choice(means: &Means<'_>, address: &Address) -> Result<Option<Choice>> {
    if !means.driver.has_editions(address.kind()) {
        return Ok(None);
    }
    let Some(found) = means.driver.find(address).await? else { return Ok(None) };
    let tried = tried(means, &found).await?;
    if tried.is_empty() {
        return Ok(None);
    }
    let before = before(means, address).await?;
    let good = |t: &&Tried| t.verdict == Verdict::Good && !t.edition.current;
    let undoable = before.is_some();
    let undoing = before.and_then(|b| tried.iter().filter(good).find(|t| t.edition.revision == b));
    let usual = undoing.or_else(|| best(&tried, None)).map(|t| t.edition.revision.clone());
    Ok(Some(Choice { found, tried, usual, undoable }))
}

/// Returns the revision that was there before the newest run that wrote `address` and is not undone.
async fn before(means: &Means<'_>, address: &Address) -> Result<Option<String>> {
    let past = match newest(means, &Selection::new(&[address.to_string()])?).await {
        Ok(past) => past,
        Err(e) if e.kind == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    let Some(before) = &past.progress.before else { return Ok(None) };
    let snapshot =
        forgotten::snapshot(means, &past.record.start.environment, &past.record.start.pin, before).await?;
    Ok(snapshot.documents.get(address).and_then(|d| means.driver.edition(address, d)))
}

/// Returns the plan that makes `address` its edition `revision` again, whoever changed it since. Of what AWS keeps no
/// history, all stays as it is now. Reads the environment and the audit; writes nothing.
pub async fn plan_again(
    means: &Means<'_>,
    environment: &str,
    address: &Address,
    revision: &str,
    tried: &[Tried],
) -> Result<Plan> {
    let (inventory, gaps) = survey::list(means.driver, means.events).await?;
    survey::complete(&gaps, |a| a == address)?;
    let Some(found) = inventory.get(address) else {
        return Err(Error::not_found(format!("there is no {address} in {environment}")).hint(format!(
            "to make it again as it was: snapdeploy rollback {environment} '{address}' --to TIME"
        )));
    };
    let (mut lives, unread) = survey::read(means.driver, &inventory, [address], means.events).await;
    survey::complete(&unread, |_| true)?;
    let Some(live) = lives.remove(address) else {
        return Err(Error::not_found(format!("{address} is gone")).hint("try it again"));
    };
    let to = means.driver.as_of(&live, revision, &inventory).await?;
    let known = tried.iter().find(|t| t.edition.revision == revision);
    let select = Selection::new(&[address.to_string()])?;
    let mut documents = BTreeMap::from([(address.clone(), to)]);
    let mut findings = keep_ours(environment, &select, means.values, &mut documents);
    match known {
        Some(t) if t.verdict == Verdict::Bad => {
            let message = format!("did not do well as {}: {}", t.edition, t.why);
            findings.push(Finding::new(Weight::Warning, Some(address), message));
        }
        Some(t) if t.verdict == Verdict::Good => {}
        _ => {
            let message = format!("nobody has verified revision {revision}");
            findings.push(Finding::new(Weight::Warning, Some(address), message));
        }
    }
    let occasion = Occasion {
        kind: RunKind::Rollback,
        environment: environment.into(),
        source: known.map_or_else(|| format!("as revision {revision}"), |t| format!("as {}", t.edition)),
        source_digest: format!(":{revision}"),
        undoes: None,
    };
    let mut wishes: Vec<Wish> = documents
        .into_iter()
        .map(|(address, to)| Wish {
            address,
            uid: found.lasting_uid(),
            from: Some(live.document.clone()),
            to: Some(to),
            local_known: true,
        })
        .collect();
    findings.extend(loss::watch(means, &mut wishes, &Givens::new()).await?);
    let mut plan = plan(occasion, &wishes, means.driver, &inventory, means.values, findings)?;
    reach(means, &mut plan).await?;
    preflight::ask(means, &wishes, &mut plan).await?;
    hooking::put_on(means, &mut plan).await?;
    drift::tell(means, &wishes, &mut plan).await?;
    Ok(plan)
}

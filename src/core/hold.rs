//! Holds: a release that was undone is not put there again unless somebody lets it go, and no deployment goes round and
//! round.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::address::Address;
use super::drift::who;
use super::error::Result;
use super::finding::{Finding, Weight};
use super::gate::Decision;
use super::id::RunId;
use super::ledger::{Act, Notice};
use super::means::Means;
use super::plan::{Plan, Step};
use super::redact::redact;
use super::restored::{Restore, sets_the_same};
use super::run::{Finish, HookState, Note, Row, RunKind, RunStart, RunStatus, Verdict};

/// How many audit entries are read at once.
const PAGE: usize = 200;
/// How many pages of them are read at most: what was undone longer ago is not held any more.
const PAGES: usize = 10;
/// So many deployments that were undone in so short a time are a loop.
const LOOP: usize = 3;
const LATELY: SignedDuration = SignedDuration::from_mins(30);

const HINT: &str = "deploy a mended release, or say why this one may go again: --release-hold --reason TEXT, which is recorded";

/// Whether what was undone is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Holds {
    /// It is.
    #[default]
    Kept,
    /// It may go again, since somebody said so.
    Released,
}

/// What undid a deployment, or a part of it.
struct Undoing {
    /// The number of its last audit entry.
    seq: u64,
    /// When it had ended.
    at: Timestamp,
    /// The rollback; `None` where AWS took it back.
    by: Option<RunStart>,
    /// What was put back; all that the deployment wrote, where AWS took it back.
    back: BTreeSet<Address>,
}

/// A deployment, and what undid it.
struct Undone {
    start: RunStart,
    finish: Option<Finish>,
    undoings: Vec<Undoing>,
}

/// What speaks against deploying a plan.
#[derive(Default)]
struct Against {
    /// The release that is held, as its deployment called it, and why.
    held: Option<(String, String)>,
    /// The deployments that were undone lately.
    lately: Vec<RunId>,
}

/// Returns what is held of `plan`: a block each, or a warning where it is released. A plan that only begins again what is
/// there, or that puts something back, is never held.
///
/// A release is what was deployed under one digest or id, or what sets the same to the same. It is held once a rollback has
/// undone a deployment of it that had succeeded, or has put back what was there before it, once AWS has taken it back, and
/// once a run that did not come to its end was undone, by itself or by hand, after a gate, a hook, the verification or what
/// AWS had started for it judged it. A failure that says nothing about the release (throttled, denied, interrupted) holds
/// nothing.
pub(super) async fn watch(means: &Means<'_>, plan: &Plan) -> Result<Vec<Finding>> {
    let against = against(means, plan).await?;
    let finding = |message: String| match means.waivers.holds {
        Holds::Kept => Finding::new(Weight::Block, None, message).hint(HINT),
        Holds::Released => {
            Finding::new(Weight::Warning, None, format!("{message}; it goes again, as is said"))
        }
    };
    let mut findings: Vec<Finding> = against.held.into_iter().map(|(_, why)| finding(why)).collect();
    if against.lately.len() >= LOOP {
        let runs: Vec<&str> = against.lately.iter().map(RunId::as_str).collect();
        findings.push(finding(format!(
            "{} deployments of the same were undone within the last {} minutes, as in a loop: {}",
            runs.len(),
            LATELY.as_mins(),
            runs.join(", ")
        )));
    }
    Ok(findings)
}

/// Tells the audit that what is held of `plan` may go again, where somebody says so. It is told once the run has begun that
/// it is said for: of one that is refused nothing is let go.
pub(super) async fn release(means: &Means<'_>, plan: &Plan, reason: Option<&str>) -> Result<()> {
    if means.waivers.holds == Holds::Kept {
        return Ok(());
    }
    let against = against(means, plan).await?;
    let of = match against.held {
        Some((digest, _)) => digest,
        None if against.lately.len() >= LOOP => plan.source_digest.clone(),
        None => return Ok(()),
    };
    let reason = reason.map(|text| redact(text).into_owned());
    let what = Act::Released { source_digest: of, actor: means.actor.clone(), reason };
    let notice = Notice { pin: plan.pin.clone(), at: means.clock.now(), run: None, what };
    means.ledger.tell(&notice).await.map(drop)
}

async fn against(means: &Means<'_>, plan: &Plan) -> Result<Against> {
    let mut against = Against::default();
    if plan.kind != RunKind::Deploy || plan.is_empty() || plan.begins_again() {
        return Ok(against);
    }
    let (undone, released) = undone(means, plan).await?;
    let now = means.clock.now();
    for run in undone {
        let last = run.undoings.iter().map(|u| u.at).max().unwrap_or(Timestamp::MIN);
        // Somebody else's deployments beside it are no loop of this one.
        let same = |u: &Undoing| plan.steps.iter().any(|s| u.back.contains(&s.address));
        // What wrote nothing has moved nothing to and fro.
        let wrote = run.finish.as_ref().is_some_and(|finish| !finish.wrote.is_empty());
        if wrote && now.duration_since(last) < LATELY && run.undoings.iter().any(same) {
            against.lately.push(run.start.run.clone());
        }
        let free = released.get(&run.start.source_digest).copied().unwrap_or_default();
        let Some(undoing) = run.undoings.iter().filter(|u| u.seq > free).max_by_key(|u| u.seq) else {
            continue;
        };
        if against.held.is_some()
            || !is_again(means, plan, &run, undoing).await?
            || !judged(means, &run).await?
        {
            continue;
        }
        let how = match &undoing.by {
            Some(by) => {
                let reason = by.reason.as_ref().map(|r| format!(", \"{r}\"")).unwrap_or_default();
                format!("the run {} ({}{reason}) undid it", by.run, who(by))
            }
            None => "AWS took it back".to_string(),
        };
        let message = format!(
            "this release is held: it was deployed by the run {} ({}), and {how}",
            run.start.run,
            who(&run.start)
        );
        against.held = Some((run.start.source_digest, message));
    }
    Ok(against)
}

/// Returns the deployments of the pin that were undone, whole or in part, the newest first; and by the digest or id of each
/// release that was let go of, the number of the entry that says so.
async fn undone(means: &Means<'_>, plan: &Plan) -> Result<(Vec<Undone>, BTreeMap<String, u64>)> {
    let mut ends: BTreeMap<RunId, (u64, Finish)> = BTreeMap::new();
    let mut undoings: BTreeMap<RunId, Vec<Undoing>> = BTreeMap::new();
    let (mut found, mut released, mut before) = (Vec::new(), BTreeMap::new(), None);
    let mut restores: Vec<(u64, Timestamp, Restore)> = Vec::new();
    for _ in 0..PAGES {
        let page = means.ledger.entries(&plan.pin, before, PAGE).await?;
        before = page.items.last().map(|e| e.seq);
        for entry in page.items {
            match (entry.what, entry.run) {
                (Act::End { finish, .. }, Some(run)) => drop(ends.insert(run, (entry.seq, *finish))),
                (Act::Released { source_digest, .. }, _) => {
                    released.entry(source_digest).or_insert(entry.seq);
                }
                (Act::Start { start }, _) if start.kind == RunKind::Rollback => {
                    let Some((seq, finish)) = ends.remove(&start.run) else { continue };
                    if finish.status != RunStatus::Succeeded {
                        continue;
                    }
                    // A plan that cannot be read any more tells nothing of what is held, and must not stop all that comes.
                    let Ok(back) = means.repository.plan(&start.plan).await else { continue };
                    let Some(run) = back.undoes.clone() else {
                        let undone = undoings.remove(&start.run).unwrap_or_default();
                        let undone = undone.into_iter().flat_map(|u| u.back).collect();
                        if let Some(restore) = Restore::of(means, *start, back, &finish, &undone).await {
                            restores.push((seq, finish.at, restore));
                        }
                        continue;
                    };
                    let addresses = back.steps.into_iter().map(|s| s.address).chain(back.unchanged).collect();
                    let undoing = Undoing { seq, at: finish.at, by: Some(*start), back: addresses };
                    undoings.entry(run).or_default().push(undoing);
                }
                (Act::Start { start }, _) => {
                    let mut undoings = undoings.remove(&start.run).unwrap_or_default();
                    let end = ends.remove(&start.run);
                    if let Some((seq, finish)) =
                        end.as_ref().filter(|(_, f)| f.status == RunStatus::TakenBack)
                    {
                        let back = finish.wrote.iter().cloned().collect();
                        undoings.push(Undoing { seq: *seq, at: finish.at, by: None, back });
                    }
                    if let Some((_, finish)) = end.as_ref().filter(|_| !restores.is_empty())
                        && let Ok(plan) = means.repository.plan(&start.plan).await
                    {
                        for (seq, at, restore) in &mut restores {
                            let back = restore.undid(&start.run, finish, &plan);
                            if !back.is_empty() {
                                let by = Some(restore.start.clone());
                                undoings.push(Undoing { seq: *seq, at: *at, by, back });
                            }
                        }
                    }
                    if !undoings.is_empty() {
                        let finish = end.map(|(_, finish)| finish);
                        found.push(Undone { start: *start, finish, undoings });
                    }
                }
                _ => {}
            }
        }
        if !page.more || before.is_none() {
            break;
        }
    }
    Ok((found, released))
}

/// Returns whether `plan` puts there again what `undoing` has taken away: something of the same release, or nothing but what
/// that run had set to the same.
async fn is_again(means: &Means<'_>, plan: &Plan, run: &Undone, undoing: &Undoing) -> Result<bool> {
    let back = |step: &Step| undoing.back.contains(&step.address);
    if run.start.source_digest == plan.source_digest && plan.steps.iter().any(back) {
        return Ok(true);
    }
    if !plan.steps.iter().all(back) {
        return Ok(false);
    }
    let of = means.repository.plan(&run.start.plan).await?;
    let then: BTreeMap<&Address, &Step> = of.steps.iter().map(|s| (&s.address, s)).collect();
    Ok(plan.steps.iter().all(|s| then.get(&s.address).is_some_and(|t| sets_the_same(s, t))))
}

/// Returns whether something or somebody has judged the release that the run deployed. To undo what had come to a good end is a
/// judgement; whether one is behind the end of a run that did not, its journal tells.
async fn judged(means: &Means<'_>, run: &Undone) -> Result<bool> {
    match &run.finish {
        Some(finish) if finish.status == RunStatus::Turned => {
            Ok(condemned(&means.ledger.rows(&run.start.run).await?))
        }
        _ => Ok(true),
    }
}

fn condemned(rows: &[Row]) -> bool {
    rows.iter().any(|row| match &row.what {
        Note::Fell { verdict, .. } => *verdict != Verdict::Superseded,
        Note::Gate { decision, .. } => *decision == Decision::Failed,
        Note::Hook { state: HookState::Ended { good, .. }, .. } | Note::Verdict { good, .. } => !good,
        _ => false,
    })
}

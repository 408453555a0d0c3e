//! Loss: secrets that a plan would overwrite or delete and that nobody could put back, and those that it would have to
//! write and that nobody has.

use std::collections::{BTreeMap, BTreeSet};

use super::address::Address;
use super::document::Document;
use super::driver::Change;
use super::error::Result;
use super::finding::{Finding, Weight};
use super::given::Givens;
use super::grant::attainable;
use super::lacking::{key, quoted};
use super::means::Means;
use super::moves::Move;
use super::plan::Wish;
use super::portable::fingerprints;
use super::run::RunKind;
use super::secret::Fingerprint;
use super::secret_paths::{Path, at, put, sealed, secrets, shown};

/// What a person has accepted to lose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// Values, each as `ADDRESS:PATH`; or resources, each as `ADDRESS`.
    Named(BTreeSet<String>),
    /// Whatever it takes: the way back from a run that failed, which a person has consented to.
    Everything,
}

/// Nothing.
impl Default for Accepted {
    fn default() -> Accepted {
        Accepted::Named(BTreeSet::new())
    }
}

impl Accepted {
    fn has(&self, address: &Address, path: &[String]) -> bool {
        self.takes(&format!("{address}:{}", shown(path)))
    }

    /// Returns whether what has this name is accepted.
    pub(super) fn takes(&self, name: &str) -> bool {
        match self {
            Accepted::Named(names) => names.contains(name),
            Accepted::Everything => true,
        }
    }
}

/// Returns the findings about secrets in `wishes`: a block for each address whose values would be lost, or whose values
/// would have to be written and were never kept, unless they are accepted by name. What is accepted and cannot be written
/// is wished as it is now.
///
/// `givens` are known where they are written: what came from there is not lost.
pub async fn watch(means: &Means<'_>, wishes: &mut [Wish], givens: &Givens) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for wish in wishes {
        let none = |d: &Option<Document>| d.as_ref().is_none_or(|d| sealed(&d.local).is_empty());
        if none(&wish.from) && none(&wish.to) {
            continue;
        }
        findings.extend(unsendable(means, wish).await?);
        findings.extend(lost(means, wish, givens).await?);
    }
    Ok(findings)
}

/// Returns a finding about the values that `wish` would have to write and that nobody has.
async fn unsendable(means: &Means<'_>, wish: &mut Wish) -> Result<Vec<Finding>> {
    let granted = attainable(wish, means.driver, &mut Vec::new());
    let Some(to) = &granted.to else { return Ok(Vec::new()) };
    let change = Change {
        address: &wish.address,
        uid: &wish.uid,
        from: granted.from.as_ref(),
        to: granted.to.as_ref(),
        // What is sent is the same either way.
        way: RunKind::Rollback,
    };
    // What cannot be planned says so by itself.
    let Ok(moves) = means.driver.moves(&change) else { return Ok(Vec::new()) };
    let sent: BTreeSet<Fingerprint> = moves.iter().flat_map(|m| fingerprints(&m.args)).collect();
    let mut there: BTreeSet<Fingerprint> =
        granted.from.as_ref().map(|f| sealed(&f.local).into_values().collect()).unwrap_or_default();
    if let Some(from) = &granted.from {
        there.extend(means.driver.within_reach(&wish.address, from, to));
    }
    let (mut missing, mut kept_as_is): (Vec<Path>, Vec<Path>) = (Vec::new(), Vec::new());
    for (path, fingerprint) in sealed(&to.local) {
        if !sent.contains(&fingerprint)
            || there.contains(&fingerprint)
            || means.vault.has(&fingerprint).await?
        {
            continue;
        }
        let now = wish.from.as_ref().and_then(|f| at(&f.local, &path)).cloned();
        match (means.losses.has(&wish.address, &path), now, &mut wish.to) {
            (true, Some(now), Some(to)) => {
                put(&mut to.local, &path, now);
                kept_as_is.push(path);
            }
            _ => missing.push(path),
        }
    }
    let mut findings = Vec::new();
    if !missing.is_empty() {
        let message = format!(
            "cannot get back {}: only {} kept, not the value",
            names(&missing),
            fingerprints_are(&missing)
        );
        let has_now = |p: &Path| wish.from.as_ref().is_some_and(|f| at(&f.local, p).is_some());
        let mut finding = Finding::new(Weight::Block, Some(&wish.address), message);
        if missing.iter().all(has_now) {
            finding = finding.hint(format!("to leave what is there now: {}", flags(&wish.address, &missing)));
        } else {
            finding = finding.hint(
                "set it in the environment's overlay and deploy; with secrets = \"encrypt\" values are kept from now on",
            );
        }
        findings.push(finding);
    }
    if !kept_as_is.is_empty() {
        let message =
            format!("keeps {} as it is now, since the value of then was not kept", names(&kept_as_is));
        findings.push(Finding::new(Weight::Warning, Some(&wish.address), message));
    }
    Ok(findings)
}

/// Returns a finding about the values that `wish` overwrites or deletes and that nobody could put back.
async fn lost(means: &Means<'_>, wish: &Wish, givens: &Givens) -> Result<Vec<Finding>> {
    let granted = attainable(wish, means.driver, &mut Vec::new());
    let Some(from) = &granted.from else { return Ok(Vec::new()) };
    // What is there when a run begins is kept before its first change.
    if means.vault.is_keeping() {
        return Ok(Vec::new());
    }
    let stays: BTreeMap<Path, Fingerprint> =
        granted.to.as_ref().map(|t| sealed(&t.local)).unwrap_or_default();
    let held = means.driver.still_held(&wish.address, from, granted.to.as_ref());
    let (mut lost, mut accepted): (Vec<Path>, Vec<Path>) = (Vec::new(), Vec::new());
    for (path, fingerprint) in sealed(&from.local) {
        if stays.get(&path) == Some(&fingerprint)
            || held.contains(&fingerprint)
            || givens.contains_key(&fingerprint.to_string())
            || means.vault.keeps(&fingerprint).await?
        {
            continue;
        }
        match means.losses.has(&wish.address, &path) {
            true => accepted.push(path),
            false => lost.push(path),
        }
    }
    let mut findings = Vec::new();
    if !lost.is_empty() {
        let does = if granted.to.is_some() { "overwrite" } else { "delete" };
        let message =
            format!("this would {does} {}, which was not kept and could not be put back", names(&lost));
        let hint = format!(
            "keep it with secrets = \"encrypt\" first, or accept the loss: {}",
            flags(&wish.address, &lost)
        );
        findings.push(Finding::new(Weight::Block, Some(&wish.address), message).hint(hint));
    }
    if !accepted.is_empty() && means.losses != Accepted::Everything {
        let message = format!("loses {} for good, as accepted", names(&accepted));
        findings.push(Finding::new(Weight::Warning, Some(&wish.address), message));
    }
    Ok(findings)
}

fn names(paths: &[Path]) -> String {
    paths.iter().map(|p| shown(p)).collect::<Vec<_>>().join(", ")
}

fn fingerprints_are(paths: &[Path]) -> &'static str {
    if paths.len() == 1 { "its fingerprint was" } else { "their fingerprints were" }
}

/// Returns the flags that accept the loss of all of `paths`, to be pasted into a shell.
fn flags(address: &Address, paths: &[Path]) -> String {
    let flag = |p: &Path| {
        let text = format!("{address}:{}", shown(p)).replace('\'', r"'\''");
        format!("--accept-loss '{text}'")
    };
    paths.iter().map(flag).collect::<Vec<_>>().join(" ")
}

/// Returns a block about the secrets that `moves` of `address` need and that neither the environment nor its overlay has,
/// with the lines to paste.
pub(super) fn unset(environment: &str, address: &Address, moves: &[Move]) -> Option<Finding> {
    let missing: BTreeSet<Path> = moves.iter().filter_map(|m| m.args.as_object()).flat_map(secrets).collect();
    let missing: Vec<Path> = missing.into_iter().collect();
    if missing.is_empty() {
        return None;
    }
    let mut lines = vec![format!("[environments.{environment}.overlay.{}]", quoted(&address.to_string()))];
    lines.extend(missing.iter().map(|path| {
        let name: Vec<String> = path.iter().map(|step| key(step)).collect();
        let plain = |c: char| if c.is_ascii_alphanumeric() || "_.-".contains(c) { c } else { '-' };
        let of: String = address.name().chars().map(plain).collect();
        let last: String = path.last().into_iter().flat_map(|s| s.chars()).map(plain).collect();
        format!("{} = \"@{{ssm:/{environment}/{of}/{last}}}\"", name.join("."))
    }));
    let message = format!(
        "needs {}, which is a secret: no release carries one, and {environment} has none there yet",
        names(&missing)
    );
    let hint = format!(
        "add this to snapdeploy.toml, and the parameters to the account (or name a secret as \
         @{{secretsmanager:NAME#KEY}}):\n{}",
        lines.join("\n")
    );
    Some(Finding::new(Weight::Block, Some(address), message).hint(hint))
}

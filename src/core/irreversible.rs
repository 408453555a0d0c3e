//! Irreversible changes: what a plan destroys that no rollback brings back as it was, named before it is made and refused
//! unless a person accepts it; and what it makes that nobody can take away again.

use std::collections::{BTreeMap, BTreeSet};

use super::address::Address;
use super::driver::Driver;
use super::finding::{Finding, Weight};
use super::loss::Accepted;
use super::moves::Move;
use super::plan::Plan;
use super::run::RunKind;
use super::select::Selection;

/// What a move does that cannot be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Irreversible {
    /// It destroys this: what is made anew in its place is not what it was.
    Destroys(&'static str),
    /// It makes this, which can never be deleted.
    Remains(&'static str),
}

/// Says on `plan` what of it cannot be undone, each address once.
///
/// What a deployment destroys is a block, unless `accepted` has the address, or a person has named it in `asked`: then it
/// is a warning, and the plan records who it is about. What a run has made is as its rollback finds it: to be rid of it
/// was asked for by naming the run, so it is only a note. So is what will remain: nothing is lost by it.
pub fn watch(driver: &dyn Driver, plan: &mut Plan, accepted: &Accepted, asked: &Selection) {
    let (mut destroyed, mut remains) = (All::new(), All::new());
    for m in &plan.moves {
        match driver.irreversible(m) {
            Some(Irreversible::Destroys(what)) => note(&mut destroyed, m, what),
            Some(Irreversible::Remains(what)) => note(&mut remains, m, what),
            None => {}
        }
    }
    let mut findings = Vec::new();
    for (address, what) in destroyed {
        let what = what.into_iter().collect::<Vec<_>>().join(", and ");
        let is_named = asked.patterns().contains(&address.to_string());
        let finding = |weight, message: String| Finding::new(weight, Some(&address), message);
        findings.push(match (plan.kind, accepted) {
            (_, Accepted::Everything) => continue,
            (RunKind::Rollback, _) => {
                finding(Weight::Note, format!("destroys {what}, since that run made it"))
            }
            (RunKind::Deploy, accepted) if is_named || accepted.takes(&address.to_string()) => {
                plan.accepted.push(address.clone());
                finding(Weight::Warning, format!("destroys {what}, for good, as accepted"))
            }
            (RunKind::Deploy, _) => {
                let text = address.to_string().replace('\'', r"'\''");
                finding(
                    Weight::Block,
                    format!("this would destroy {what}, which no rollback brings back as it was"),
                )
                .hint(format!("leave it out, or accept it: --accept-irreversible '{text}'"))
            }
        });
    }
    for (address, what) in remains {
        let what = what.into_iter().collect::<Vec<_>>().join(", and ");
        findings.push(Finding::new(Weight::Note, Some(&address), format!("stays once it is made: {what}")));
    }
    plan.say(findings);
}

type All = BTreeMap<Address, BTreeSet<&'static str>>;

fn note(all: &mut All, m: &Move, what: &'static str) {
    all.entry(m.address.clone()).or_default().insert(what);
}

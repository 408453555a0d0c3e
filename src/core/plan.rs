//! A plan: what would change, as steps for people made of moves for machines. A value: printed, stored, performed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::address::Address;
use super::approval::Saving;
use super::digest::Digest;
use super::document::Document;
use super::driver::{Change, Driver};
use super::error::{Error, Result};
use super::finding::{Finding, Weight};
use super::gate::Gate;
use super::given::Givens;
use super::grant::granted;
use super::hook::Hook;
use super::id::{PlanId, RunId};
use super::impossible::impossible;
use super::inventory::{Found, Inventory, Ownership};
use super::means::Values;
use super::moves::Move;
use super::order;
use super::pin::Pin;
use super::preflight::Line;
use super::proof::Proof;
use super::run::RunKind;

/// The name and version of a plan.
pub const PLAN_SCHEMA: &str = "snapdeploy.plan/1";

/// What happens to one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is made.
    Create,
    /// Some of its members are set.
    Update,
    /// It is removed.
    Delete,
}

/// What a document is, by digest. A local digest that is not known beforehand is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Print {
    /// The portable part.
    pub portable: Digest,
    /// The local part.
    pub local: Option<Digest>,
}

impl Print {
    /// Returns the print of `document`.
    pub fn of(document: &Document) -> Print {
        Print { portable: document.portable_digest(), local: Some(document.local_digest()) }
    }

    /// Returns whether `document` has this print.
    pub fn fits(&self, document: &Document) -> bool {
        self.portable == document.portable_digest()
            && self.local.is_none_or(|local| local == document.local_digest())
    }
}

/// One change, of one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is changed.
    pub address: Address,
    /// How.
    pub action: Action,
    /// The uid that a created resource is tagged with.
    pub uid: String,
    /// The members that differ, for people.
    pub members: Vec<String>,
    /// Those of them that the environment's overlay sets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overlaid: Vec<String>,
    /// Where it was when the plan was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
    /// What it was when the plan was made; `None` where it was not there.
    pub before: Option<Print>,
    /// What it will be; `None` where it will not be there.
    pub after: Option<Print>,
}

impl Step {
    /// Returns whether it only begins again as it is.
    pub fn is_again(&self) -> bool {
        self.action == Action::Update && self.before == self.after
    }
}

/// What would change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// `snapdeploy.plan/1`.
    pub schema: String,
    /// Deploy or rollback.
    pub kind: RunKind,
    /// The environment's name.
    pub environment: String,
    /// What the name pointed at.
    pub pin: Pin,
    /// The source, as the user named it.
    pub source: String,
    /// The package's digest or the snapshot's id.
    pub source_digest: String,
    /// What the source was taken from; `None` where that says nothing about what is newer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_pin: Option<Pin>,
    /// When the source was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_taken_at: Option<Timestamp>,
    /// The run that it undoes.
    pub undoes: Option<RunId>,
    /// Whether it undoes only a part of that run: then the run does not count as undone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partly: bool,
    /// One for each address that changes, in the order in which they are first written.
    pub steps: Vec<Step>,
    /// In the order in which they are made.
    pub moves: Vec<Move>,
    /// Addresses that somebody else has changed since, and that are left as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Address>,
    /// What was asked before anything is touched, and the answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub card: Vec<Line>,
    /// What is needed, and is left as it is since the target has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_alone: Vec<Address>,
    /// The saved plan that it was performed from, which is good for one run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved: Option<PlanId>,
    /// Who saved it, and until when it may be performed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saving: Option<Saving>,
    /// The run by which the release had succeeded where it has to succeed first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proven_by: Option<RunId>,
    /// The gates that decide about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<Gate>,
    /// What is run before and after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<Hook>,
    /// How the images that it brings have stood where they come from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proof: Vec<Proof>,
    /// What goes by another name there when the plan is made: that name, by the name in the plan.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub renames: BTreeMap<Address, Address>,
    /// Where the secrets that overlays give came from: never what they are.
    #[serde(default, skip_serializing_if = "Givens::is_empty")]
    pub given: Givens,
    /// What it destroys for good, as somebody has accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<Address>,
    /// Addresses that are as they should be already.
    pub unchanged: Vec<Address>,
    /// What a person ought to know; with one of weight `Block` nothing is written.
    pub findings: Vec<Finding>,
}

impl Plan {
    /// Returns whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.moves.is_empty()
    }

    /// Returns what the plan saw of what it writes, with the ids that it had.
    pub fn seen(&self) -> impl Iterator<Item = Found> {
        self.steps.iter().filter_map(|s| s.found.clone())
    }

    /// Returns what forbids the plan.
    pub fn blocks(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.weight == Weight::Block)
    }

    /// Fails with `Blocked`, all reasons at once, if something forbids the plan.
    pub fn permitted(&self) -> Result<()> {
        let named = |f: &Finding| match &f.address {
            Some(address) => format!("{address} {}", f.message),
            None => f.message.clone(),
        };
        let reasons: Vec<String> = self.blocks().map(named).collect();
        match reasons.is_empty() {
            true => Ok(()),
            false => Err(Error::blocked(format!("nothing was written: {}", reasons.join("; ")))),
        }
    }

    /// Returns whether it puts back what was there at a time: it undoes no run.
    pub fn restores(&self) -> bool {
        self.kind == RunKind::Rollback && self.undoes.is_none()
    }

    /// Returns whether all that it does is to begin again what is there: then there is nothing to put back.
    pub fn begins_again(&self) -> bool {
        self.kind == RunKind::Deploy && !self.steps.is_empty() && self.steps.iter().all(Step::is_again)
    }

    /// Adds what a person ought to know besides.
    pub fn say(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
        arrange_findings(&mut self.findings);
    }

    /// Returns the digest that the plan is stored under.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.to_bytes())
    }

    /// Returns the plan as it is stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        let value = serde_json::to_value(self).unwrap_or(Value::Null);
        super::digest::canonical(&value).into_bytes()
    }

    /// Returns how many steps have `action`.
    pub fn count(&self, action: Action) -> usize {
        self.steps.iter().filter(|s| s.action == action).count()
    }
}

/// What one address is and is to be.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Which.
    pub address: Address,
    /// The uid that it is tagged with if it is created.
    pub uid: String,
    /// What it is now.
    pub from: Option<Document>,
    /// What it is to be.
    pub to: Option<Document>,
    /// Whether `to.local` is what will be there (false where a created resource gets AWS's own defaults).
    pub local_known: bool,
}

/// The plan's own circumstances.
#[derive(Clone, Debug)]
pub struct Occasion {
    /// Deploy or rollback.
    pub kind: RunKind,
    /// The environment's name.
    pub environment: String,
    /// The source, as the user named it.
    pub source: String,
    /// The package's digest or the snapshot's id.
    pub source_digest: String,
    /// The run that it undoes.
    pub undoes: Option<RunId>,
}

/// Returns the plan that grants `wishes` in the environment that `driver` is bound to and `inventory` lists. Asks
/// nobody and writes nothing.
pub fn plan(
    occasion: Occasion,
    wishes: &[Wish],
    driver: &dyn Driver,
    inventory: &Inventory,
    values: &Values,
    mut findings: Vec<Finding>,
) -> Result<Plan> {
    let mut steps = Vec::new();
    let mut changes = Vec::new();
    let mut unchanged = Vec::new();
    let wishes = granted(wishes, occasion.kind, driver, &mut findings);
    for wish in &wishes {
        let action = match (&wish.from, &wish.to) {
            (None, None) => {
                unchanged.push(wish.address.clone());
                continue;
            }
            (None, Some(_)) => Action::Create,
            (Some(_), None) => Action::Delete,
            (Some(from), Some(to)) if from.portable == to.portable && from.local == to.local => {
                unchanged.push(wish.address.clone());
                continue;
            }
            (Some(_), Some(_)) => Action::Update,
        };
        if let Some(found) = inventory.get(&wish.address)
            && action == Action::Delete
            && found.ownership != Ownership::Customer
        {
            let message = "is the service's own and is never deleted";
            findings.push(Finding::new(Weight::Block, Some(&wish.address), message));
            continue;
        }
        let change = Change {
            address: &wish.address,
            uid: &wish.uid,
            from: wish.from.as_ref(),
            to: wish.to.as_ref(),
            way: occasion.kind,
        };
        let moves = match driver.moves(&change) {
            Ok(moves) => moves,
            Err(e) => {
                let mut finding = Finding::new(Weight::Block, Some(&wish.address), e.message);
                finding.hint = e.hint;
                findings.push(finding);
                continue;
            }
        };
        if moves.is_empty() {
            unchanged.push(wish.address.clone());
            continue;
        }
        let after = wish.to.as_ref().map(|to| {
            let print = Print::of(to);
            Print { local: print.local.filter(|_| wish.local_known), ..print }
        });
        steps.push(Step {
            address: wish.address.clone(),
            action,
            uid: wish.uid.clone(),
            members: differing(wish.from.as_ref(), wish.to.as_ref()),
            overlaid: Vec::new(),
            found: wish.from.as_ref().and(inventory.get(&wish.address)).cloned(),
            before: wish.from.as_ref().map(Print::of),
            after,
        });
        changes.push(order::Task { wish, moves });
    }
    findings.extend(impossible(&occasion.environment, &changes, driver, inventory, values)?);
    let moves = match order::arrange(changes, driver, occasion.kind) {
        Ok(moves) => moves,
        Err(e) => {
            findings.push(Finding::new(Weight::Block, None, e.message));
            Vec::new()
        }
    };
    let mut place: BTreeMap<&Address, usize> = BTreeMap::new();
    for (i, m) in moves.iter().enumerate() {
        place.entry(&m.address).or_insert(i);
    }
    steps.sort_by_key(|s| (place.get(&s.address).copied(), s.address.clone()));
    arrange_findings(&mut findings);
    Ok(Plan {
        schema: PLAN_SCHEMA.into(),
        kind: occasion.kind,
        environment: occasion.environment,
        pin: inventory.pin.clone(),
        source: occasion.source,
        source_digest: occasion.source_digest,
        source_pin: None,
        source_taken_at: None,
        undoes: occasion.undoes,
        partly: false,
        steps,
        moves,
        left: Vec::new(),
        renames: BTreeMap::new(),
        given: Givens::new(),
        card: Vec::new(),
        left_alone: Vec::new(),
        saved: None,
        saving: None,
        proven_by: None,
        gates: Vec::new(),
        hooks: Vec::new(),
        proof: Vec::new(),
        accepted: Vec::new(),
        unchanged,
        findings,
    })
}

/// Puts the gravest first, and says nothing twice.
fn arrange_findings(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| (b.weight, &a.address, &a.message).cmp(&(a.weight, &b.address, &b.message)));
    findings.dedup();
}

/// Returns the names of the members that differ.
pub fn differing(from: Option<&Document>, to: Option<&Document>) -> Vec<String> {
    let empty = Map::new();
    let part = |d: Option<&Document>, pick: fn(&Document) -> &Map<String, Value>| -> Map<String, Value> {
        d.map(pick).unwrap_or(&empty).clone()
    };
    let mut names = BTreeSet::new();
    type Part = fn(&Document) -> &Map<String, Value>;
    let parts: [Part; 2] = [|d| &d.portable, |d| &d.local];
    for pick in parts {
        let (a, b) = (part(from, pick), part(to, pick));
        names.extend(a.keys().chain(b.keys()).filter(|k| a.get(*k) != b.get(*k)).cloned());
    }
    names.into_iter().collect()
}

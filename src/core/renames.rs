//! Renames: what goes by another name in one place than in another, though it is the same.

use std::collections::{BTreeMap, BTreeSet};

use super::address::Address;
use super::document::Document;
use super::driver::Live;
use super::error::{Error, Result};
use super::finding::{Finding, Weight};
use super::id::RunId;
use super::inventory::{Found, Inventory, Ownership};
use super::known::{By, known};
use super::means::Means;
use super::plan::{Action, Plan, Step};
use super::select::Selection;
use super::snapshot::Coverage;
use super::source::Source;
use super::survey;

/// How many earlier snapshots of the source are looked at for what a resource was called before.
const SNAPSHOTS: usize = 30;

/// How much two documents have to say, in bytes, for their being equal to tell anything.
const TELLING: usize = 500;

/// What a person says of names.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// What is called so in the target (left) is what is called so in the source (right).
    pub renames: Vec<(Address, Address)>,
    /// What is new, though something there looks like it.
    pub new: Option<Selection>,
}

/// What goes by another name in the target.
#[derive(Clone, Debug, Default)]
pub struct Renames {
    /// What it is called there now, by its name in the source.
    pub now: BTreeMap<Address, Address>,
    /// What a person has to decide, and what has been decided.
    pub findings: Vec<Finding>,
}

/// Returns `inventory` with each renamed thing under the name that it has in the source, all at once; what it is called
/// there stays its physical name. What is not there under that name (any more) is left as it is.
pub fn relabel(inventory: Inventory, now: &BTreeMap<Address, Address>) -> Inventory {
    if now.is_empty() {
        return inventory;
    }
    let logical: BTreeMap<&Address, &Address> = now.iter().map(|(logical, now)| (now, logical)).collect();
    let moved = |found: &Found| match logical.get(&found.address) {
        Some(new) if inventory.get(new).is_none() || now.values().any(|n| n == *new) => {
            let physical = Some(found.name().to_string());
            Found { address: (*new).clone(), physical, ..found.clone() }
        }
        _ => found.clone(),
    };
    Inventory::new(inventory.pin.clone(), inventory.iter().map(moved).collect::<Vec<_>>())
}

/// Returns what of `source` has the id there that it had when the source was taken, and another name: in the same pin
/// an id says which one it is. What would then share its name with something else is left as it is.
pub fn by_id(source: &Inventory, target: &Inventory) -> BTreeMap<Address, Address> {
    let mut now = BTreeMap::new();
    for found in source.iter().filter(|f| !f.id.is_empty()) {
        let (kind, address) = (found.address.kind(), &found.address);
        if let Some(there) = target.by_id(kind, &found.id)
            && there.address != *address
            && target.get(address).is_none_or(|other| other.id != found.id)
        {
            now.insert(address.clone(), there.address.clone());
        }
    }
    // A name that something else has by now, which keeps it.
    let free = |logical: &Address, now: &BTreeMap<Address, Address>| {
        target.get(logical).is_none() || now.values().any(|n| n == logical)
    };
    loop {
        let kept: BTreeMap<_, _> =
            now.iter().filter(|(l, _)| free(l, &now)).map(|(l, n)| (l.clone(), n.clone())).collect();
        if kept.len() == now.len() {
            return kept;
        }
        now = kept;
    }
}

/// Returns a block for each of `addresses` whose name something else has there by now, while what `then` knows by it is
/// still there: what would be written is another one.
pub fn displaced<'a>(
    then: &Inventory,
    target: &Inventory,
    addresses: impl Iterator<Item = &'a Address>,
) -> Vec<Finding> {
    let block = |address: &Address| {
        let old = then.get(address).filter(|old| !old.id.is_empty())?;
        let now = target.get(address).filter(|now| now.id != old.id)?;
        let other = target.by_id(address.kind(), &old.id)?;
        let message = format!(
            "is another one now ({}): what was called so is {}, which has the id {}",
            now.id, other.address, old.id
        );
        let hint = format!("rename one of the two by hand first, or leave {address} out");
        Some(Finding::new(Weight::Block, Some(address), message).hint(hint))
    };
    addresses.filter_map(block).collect()
}

/// Returns a block for each of `lives` that carries the uid of something else in `source`: the name alone says that they
/// are the same, and the uid that they are not. What a person has said is not doubted.
pub fn mistaken(source: &Source, lives: &BTreeMap<Address, Live>, said: &Said) -> Vec<Finding> {
    let mut owners: BTreeMap<(&str, String), &Address> = BTreeMap::new();
    for found in source.inventory.iter() {
        owners.insert((found.address.kind(), found.lasting_uid()), &found.address);
    }
    let block = |(address, live): (&Address, &Live)| {
        let uid = live.found.uid.clone()?;
        let own = source.inventory.get(address).map(Found::lasting_uid)?;
        let owner = owners.get(&(address.kind(), uid.clone())).filter(|owner| **owner != address)?;
        if own == uid || said.renames.iter().any(|(_, new)| new == address) {
            return None;
        }
        let message = format!("carries the uid of {owner}: by its name it is another one than by its uid");
        let hint =
            format!("give what is called so in the target the name that it has in the source: {owner}");
        Some(Finding::new(Weight::Block, Some(address), message).hint(hint))
    };
    lives.iter().filter_map(block).collect()
}

/// Returns what of `picked` goes by another name in `target`: by its id in the same pin, by what a person says, by the
/// uid that it is tagged with. What only looks like it is asked for.
pub async fn find(
    means: &Means<'_>,
    source: &Source,
    picked: &BTreeSet<Address>,
    target: &Inventory,
    said: &Said,
) -> Result<Renames> {
    let mut renames = Renames::default();
    if source.pin == *means.driver.pin() {
        renames.now = by_id(&source.inventory, target);
        return Ok(renames);
    }
    for (old, new) in &said.renames {
        renames.state(source, target, old, new)?;
    }
    let missing: Vec<&Address> = picked
        .iter()
        .filter(|a| {
            target.get(a).is_none() && !renames.now.contains_key(*a) && means.driver.is_tagged(a.kind())
        })
        .collect();
    if missing.is_empty() {
        return Ok(renames);
    }
    // Whatever of these kinds the source does not have may be what it calls otherwise.
    let kinds: BTreeSet<&str> = missing.iter().map(|a| a.kind()).collect();
    let taken: BTreeSet<&Address> = renames.now.values().collect();
    let free: Vec<&Address> = target
        .iter()
        .filter(|f| f.ownership == Ownership::Customer && kinds.contains(f.address.kind()))
        .map(|f| &f.address)
        .filter(|a| source.inventory.get(a).is_none() && !taken.contains(a))
        .collect();
    if free.is_empty() {
        return Ok(renames);
    }
    let (lives, unread) = survey::skim(means.driver, target, free, means.events).await;
    // What cannot be read may be the very one, and would then be made a second time.
    survey::complete(&unread, |_| true)?;
    let written = written_as(means, &lives).await?;
    let mut former: Option<BTreeMap<Address, BTreeSet<Address>>> = None;
    for address in missing {
        let uid = source.inventory.get(address).map(Found::lasting_uid).unwrap_or_default();
        let is_same = |l: &&Live| match &l.found.uid {
            Some(tagged) => *tagged == uid,
            None => written.get(&l.found.address) == Some(&uid),
        };
        let same: Vec<&Live> = of_kind(&lives, address).filter(is_same).collect();
        match same[..] {
            [one] => {
                renames.now.insert(address.clone(), one.found.address.clone());
                continue;
            }
            [] => {}
            _ => {
                let names: Vec<String> = same.iter().map(|l| l.found.address.to_string()).collect();
                let message = format!("could be any of {}, which all carry its uid", names.join(", "));
                let hint = format!("say which: --rename '{}={address}'", names[0]);
                renames.findings.push(Finding::new(Weight::Block, Some(address), message).hint(hint));
                continue;
            }
        }
        if said.new.as_ref().is_some_and(|new| new.picks(address)) {
            continue;
        }
        if former.is_none() {
            former = Some(former_names(means, source).await?);
        }
        let names = former.as_ref().and_then(|f| f.get(address));
        let was = of_kind(&lives, address).find(|l| names.is_some_and(|n| n.contains(&l.found.address)));
        let document = source.documents.get(address);
        let alike =
            of_kind(&lives, address).find(|l| document.is_some_and(|d| differs_in_name(d, &l.document)));
        if let Some(live) = was.or(alike).filter(|l| l.found.uid.is_none()) {
            let (old, why) = (&live.found.address, if was.is_some() { "was called" } else { "looks like" });
            let message = format!("is not in the target, and {why} {old}, which is: is it the same?");
            let hint = format!("--rename '{old}={address}' if it is, --as-new '{address}' if it is not");
            renames.findings.push(Finding::new(Weight::Block, Some(address), message).hint(hint));
        }
    }
    Ok(renames)
}

impl Renames {
    /// Takes what a person says.
    fn state(&mut self, source: &Source, target: &Inventory, old: &Address, new: &Address) -> Result<()> {
        if old.kind() != new.kind() {
            return Err(Error::input(format!("{old} cannot become {new}: they are of two kinds")));
        }
        if !source.documents.contains_key(new) {
            return Err(Error::not_found(format!("there is no {new} in {}", source.label))
                .hint("--rename OLD=NEW: OLD is its name in the target now, NEW its name in the release"));
        }
        if target.get(new).is_some() {
            return Err(Error::input(format!("there is a {new} in the target already"))
                .hint("rename or delete one of the two first"));
        }
        if target.get(old).is_none() {
            return Err(Error::not_found(format!("there is no {old} in the target")));
        }
        self.now.insert(new.clone(), old.clone());
        Ok(())
    }
}

/// Returns as what the run that wrote it last took each of `lives` that carries no uid: what was there before us gets
/// no tag, and yet it has been said which one it is.
async fn written_as(means: &Means<'_>, lives: &BTreeMap<Address, Live>) -> Result<BTreeMap<Address, String>> {
    let untagged =
        lives.values().filter(|l| l.found.uid.is_none()).map(|l| l.found.address.clone()).collect();
    let mut plans: BTreeMap<RunId, Plan> = BTreeMap::new();
    let mut uids = BTreeMap::new();
    for (address, known) in known(means, &untagged).await? {
        let (By::Run(start), Some(live)) = (known.by, lives.get(&address)) else { continue };
        if !plans.contains_key(&start.run) {
            plans.insert(start.run.clone(), means.repository.plan(&start.plan).await?);
        }
        let steps = plans.get(&start.run).into_iter().flat_map(|p| &p.steps);
        let step = steps.into_iter().find(|s| s.address == address && s.action == Action::Update);
        // Somebody may have deleted it since, and made another one under that name.
        let same = |s: &&Step| s.found.as_ref().is_some_and(|f| f.id == live.found.id);
        uids.extend(step.filter(same).map(|s| (address, s.uid.clone())));
    }
    Ok(uids)
}

fn of_kind<'a>(lives: &'a BTreeMap<Address, Live>, like: &'a Address) -> impl Iterator<Item = &'a Live> {
    lives.values().filter(move |l| l.found.address.kind() == like.kind())
}

/// Returns whether two documents say the same but for their names.
fn differs_in_name(a: &Document, b: &Document) -> bool {
    let nameless = |d: &Document| {
        let named = |name: &str| name == "Name" || name.ends_with("ProfileName");
        d.portable
            .iter()
            .filter(|(k, _)| !named(k))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect::<BTreeMap<_, _>>()
    };
    let (a, b) = (nameless(a), nameless(b));
    // What says little is like much else: two queues with the same hours are two queues.
    a == b && serde_json::to_string(&a).is_ok_and(|text| text.len() > TELLING)
}

/// Returns what each resource of the source was called earlier, by the ids in earlier snapshots of the same pin.
async fn former_names(means: &Means<'_>, source: &Source) -> Result<BTreeMap<Address, BTreeSet<Address>>> {
    let mut names: BTreeMap<Address, BTreeSet<Address>> = BTreeMap::new();
    let mut ids = means.repository.snapshots(&source.pin).await?;
    ids.sort();
    for id in ids.iter().rev().take(SNAPSHOTS) {
        let Some(manifest) = means.repository.listed(&source.pin, id).await? else { continue };
        if !matches!(manifest.coverage, Coverage::Full { .. }) {
            continue;
        }
        for kept in &manifest.kept {
            let (kind, then) = (kept.found.address.kind(), &kept.found.address);
            if let Some(now) = source.inventory.by_id(kind, &kept.found.id)
                && now.address != *then
            {
                names.entry(now.address.clone()).or_default().insert(then.clone());
            }
        }
    }
    Ok(names)
}

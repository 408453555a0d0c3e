//! Ladders that hold for nothing: said before, since nobody would see that traffic is shifted at once after all.

use std::collections::BTreeSet;

use super::address::Address;
use super::driver::{Driver, Gap};
use super::finding::{Finding, Weight};
use super::inventory::{Found, Inventory};
use super::means::{Ladders, Means};
use super::plan::Wish;
use super::rollout::{Climbs, Rule};

/// How many names are told of what there is instead.
const NAMES: usize = 8;

/// Returns what is to be said of ladders of the configuration that nothing climbs, among what is in `inventory`, in the
/// release (`source`) and in the `wishes`. What is written out and wrong blocks; a glob may be meant for later.
pub(super) fn idle<'a>(
    means: &Means<'_>,
    inventory: &'a Inventory,
    gaps: &[Gap],
    source: impl Iterator<Item = &'a Address>,
    wishes: &'a [Wish],
) -> Vec<Finding> {
    if means.waivers.ladders == Ladders::AtOnce {
        return Vec::new();
    }
    let there = inventory.iter().map(|f: &Found| &f.address);
    let known: BTreeSet<&Address> = there.chain(source).chain(wishes.iter().map(|w| &w.address)).collect();
    let look = Look { driver: means.driver, known, gaps, wishes };
    means.values.rollouts.rules().iter().filter_map(|rule| look.at(rule)).collect()
}

struct Look<'a> {
    driver: &'a dyn Driver,
    known: BTreeSet<&'a Address>,
    gaps: &'a [Gap],
    wishes: &'a [Wish],
}

impl Look<'_> {
    fn at(&self, rule: &Rule) -> Option<Finding> {
        let exact = !rule.pattern.contains(['*', '?', '[', '{']);
        let (weight, why, hint) = match rule.pattern.parse::<Address>() {
            Ok(address) if exact => self.exact(&address, rule.alias.as_deref())?,
            _ => self.glob(rule)?,
        };
        let alias = rule.alias.as_ref().map(|alias| format!("#{alias}")).unwrap_or_default();
        let message = format!("the rollout of `{}{alias}` holds for nothing: {why}", rule.pattern);
        Some(Finding::new(weight, None, message).hint(hint))
    }

    fn exact(&self, address: &Address, alias: Option<&str>) -> Option<(Weight, String, String)> {
        let kind = address.kind();
        let wish = self.wishes.iter().find(|w| w.address == *address);
        let climbs = self.driver.climbs(kind, wish.and_then(|w| w.to.as_ref()));
        match &climbs {
            Climbs::Nothing if self.driver.kinds().contains(&kind) => {
                let why = format!("no traffic is shifted among versions of {kind}");
                return Some((Weight::Block, why, "take it out of the configuration".into()));
            }
            Climbs::Itself if alias.is_some() => {
                let why = format!("{kind} has no aliases");
                return Some((Weight::Block, why, format!("write it without them: \"{address}\"")));
            }
            _ => {}
        }
        if !self.known.contains(address) {
            return self.missing(address);
        }
        // What is not about to be written may have other aliases than a document says.
        let Climbs::Aliases(names) = climbs else { return None };
        wish.and_then(|w| w.to.as_ref())?;
        let why = match alias {
            Some(alias) if !names.iter().any(|name| name == alias) => format!("it has no alias `{alias}`"),
            None if names.is_empty() => {
                "it has no alias, and only an alias shares calls among versions".to_string()
            }
            _ => return None,
        };
        let hint = match names.is_empty() {
            true => "give it an alias that is called, or take the line out of the configuration".to_string(),
            false => format!("it has {}", names.join(", ")),
        };
        Some((Weight::Block, why, hint))
    }

    /// Returns what is to be said of an address that nothing has. It blocks only where something of the same service is
    /// deployed, which may be what is meant: a release of something else goes its way.
    fn missing(&self, address: &Address) -> Option<(Weight, String, String)> {
        if self.gaps.iter().any(|gap| gap.address.is_none() && gap.kind == address.kind()) {
            return None;
        }
        let service = |a: &Address| a.kind().split('/').next().map(String::from);
        let concerned = self.wishes.iter().any(|w| service(&w.address) == service(address));
        let weight = if concerned { Weight::Block } else { Weight::Warning };
        let text = address.to_string();
        let mut others: Vec<(usize, String)> = self
            .known
            .iter()
            .filter(|a| !matches!(self.driver.climbs(a.kind(), None), Climbs::Nothing))
            .map(|a| (strsim::damerau_levenshtein(&text, &a.to_string()), a.to_string()))
            .collect();
        others.sort();
        let names: Vec<String> = others.into_iter().take(NAMES).map(|(_, name)| name).collect();
        let hint = match names.is_empty() {
            true => "nothing there or in the release climbs ladders: take it out of the configuration".into(),
            false => format!("what can climb one is {}", names.join(", ")),
        };
        Some((weight, "neither the environment nor the release has it".into(), hint))
    }

    fn glob(&self, rule: &Rule) -> Option<(Weight, String, String)> {
        // What cannot be listed may be what is meant.
        if self.gaps.iter().any(|gap| gap.address.is_none()) {
            return None;
        }
        let picked = self.known.iter().filter(|a| rule.of.picks(a));
        let climbs = |a: &&&Address| {
            let to = self.wishes.iter().find(|w| w.address == ***a).and_then(|w| w.to.as_ref());
            match (self.driver.climbs(a.kind(), to), &rule.alias, to) {
                (Climbs::Nothing, ..) | (Climbs::Itself, Some(_), _) => false,
                (Climbs::Aliases(names), Some(alias), Some(_)) => names.contains(alias),
                (Climbs::Itself | Climbs::Aliases(_), ..) => true,
            }
        };
        let (mut all, mut some) = (0, 0);
        for address in picked {
            all += 1;
            some += usize::from(climbs(&address));
        }
        let why = match (all, some) {
            (0, _) => "it matches nothing in the environment or in the release",
            (_, 0) => "nothing that it matches climbs ladders",
            _ => return None,
        };
        let hint = "ladders are climbed by aliases of functions and by services";
        Some((Weight::Warning, why.into(), hint.into()))
    }
}

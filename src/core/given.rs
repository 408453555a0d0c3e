//! What an overlay gives: secrets that it names or says, and where each came from, so that another process finds them
//! again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::address::Address;
use super::driver::Driver;
use super::error::{Error, ErrorKind, Result};
use super::finding::{Finding, Weight};
use super::inventory::Inventory;
use super::means::{Means, Values};
use super::parameter::Parameter;
use super::plan::Plan;
use super::portable::fingerprints;
use super::resolver::Resolver;
use super::secret::{Fingerprint, Secret};
use super::secret_paths::{Path, at, each_text, secrets, shown};
use super::template::{Placeholder, Template};

/// Where secrets came from, by their fingerprints.
pub type Givens = BTreeMap<String, Given>;

/// Where a secret came from: never what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The overlay that says it.
    pub address: Address,
    /// Where in the overlay.
    pub path: Vec<String>,
    /// The parameters that it is made of; none where the overlay says it itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<String>,
}

/// What parameters hold, as far as they were read.
pub type Held = BTreeMap<Parameter, Secret>;

/// Reads the parameters that the overlays of `addresses` name, each once. A block for each that is not there, with the
/// command that makes it. `Denied` where one may not be read.
pub async fn read<'a>(
    means: &Means<'_>,
    addresses: impl IntoIterator<Item = &'a Address>,
) -> Result<(Held, Vec<Finding>)> {
    let (mut held, mut findings) = (Held::new(), Vec::new());
    let mut missing: BTreeSet<Parameter> = BTreeSet::new();
    for address in addresses {
        let Some(patch) = means.values.overlay.get(address) else { continue };
        for parameter in parameters(patch) {
            if !held.contains_key(&parameter) && !missing.contains(&parameter) {
                match means.vault.parameter(&parameter).await {
                    Ok(value) => {
                        let secret = means.values.seal.secret(&value);
                        held.insert(parameter.clone(), secret);
                    }
                    Err(e) if e.kind == ErrorKind::NotFound => drop(missing.insert(parameter.clone())),
                    Err(e) => return Err(e),
                }
            }
            if missing.contains(&parameter) {
                let message = format!("its overlay names `{parameter}`, which the account does not have");
                let finding = Finding::new(Weight::Block, Some(address), message);
                findings.push(finding.hint(parameter.command(&means.driver.pin().region)));
            }
        }
    }
    Ok((held, findings))
}

/// Returns the parameters that `patch` names.
fn parameters(patch: &Map<String, Value>) -> BTreeSet<Parameter> {
    let mut found = BTreeSet::new();
    each_text(patch, &mut |_, text| {
        let template: Option<Template> = text.parse().ok();
        for hole in template.iter().flat_map(Template::holes) {
            if let Placeholder::Parameter(parameter) = hole {
                found.insert(parameter.clone());
            }
        }
    });
    found
}

/// Returns where in `patch` secrets are wanted: whatever text stands there is one.
pub(super) fn wanted(
    driver: &dyn Driver,
    address: &Address,
    patch: &Map<String, Value>,
    values: &Values,
) -> BTreeSet<Path> {
    fn probe(value: &Value, text: &str) -> Value {
        match value {
            Value::String(_) => Value::String(text.to_string()),
            Value::Array(items) => items.iter().map(|item| probe(item, text)).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, member)| (name.clone(), probe(member, text))).collect()
            }
            other => other.clone(),
        }
    }
    let text = Placeholder::Sealed(values.seal.secret("").fingerprint()).to_string();
    let probed = patch.iter().map(|(name, value)| (name.clone(), probe(value, &text))).collect();
    secrets(&driver.place(address, &probed).portable)
}

/// Returns what `template`, which names nothing but values of the environment and `held` parameters, says.
pub(super) fn filled(template: &Template, resolver: &Resolver<'_>, held: &Held) -> Result<String> {
    template.fill(&mut |hole| match hole {
        Placeholder::Parameter(of) => held
            .get(of)
            .map(|secret| secret.reveal().to_string())
            .ok_or_else(|| Error::not_found(format!("there is no `{of}`"))),
        other => resolver.text(other).map_err(|u| Error::input(u.why)),
    })
}

/// Returns where the secrets that the moves of `plan` write came from, as far as overlays give them.
pub fn of_plan(means: &Means<'_>, inventory: &Inventory, plan: &Plan) -> Givens {
    let sent: BTreeSet<Fingerprint> = plan.moves.iter().flat_map(|m| fingerprints(&m.args)).collect();
    let mut givens = Givens::new();
    let steps: BTreeSet<&Address> = plan.steps.iter().map(|s| &s.address).collect();
    for address in steps {
        let Some(patch) = means.values.overlay.get(address) else { continue };
        let places = wanted(means.driver, address, patch, means.values);
        each_text(patch, &mut |path, text| {
            let Ok(template) = text.parse::<Template>() else { return };
            let named: Vec<String> = named(&template);
            if named.is_empty() && !places.contains(path) {
                return;
            }
            let resolver = resolver(means, inventory);
            let Ok(text) = filled(&template, &resolver, &means.values.parameters) else { return };
            let fingerprint = means.values.seal.secret(&text).fingerprint();
            if sent.contains(&fingerprint) {
                let given = Given { address: address.clone(), path: path.to_vec(), parameters: named };
                givens.entry(fingerprint.to_string()).or_insert(given);
            }
        });
    }
    givens
}

fn named(template: &Template) -> Vec<String> {
    let parameter = |hole: &Placeholder| match hole {
        Placeholder::Parameter(of) => Some(of.to_string()),
        _ => None,
    };
    template.holes().filter_map(parameter).collect()
}

fn resolver<'a>(means: &'a Means<'_>, inventory: &'a Inventory) -> Resolver<'a> {
    Resolver { inventory, accounts: &means.values.accounts, vars: &means.values.vars }
}

/// Finds again what overlays give to `plan`, which another process may have made, and holds it for this one. `Stale`
/// where it is not there any more, or is another value.
pub async fn again(means: &Means<'_>, plan: &Plan) -> Result<()> {
    for (fingerprint, given) in &plan.given {
        let known: Fingerprint = fingerprint.parse()?;
        if means.vault.has(&known).await? {
            continue;
        }
        let Given { address, path, parameters } = given;
        let from = match parameters.as_slice() {
            [] => "the overlay".to_string(),
            named => named.join(", "),
        };
        let stale = |why: String| {
            let what = format!("{address}: {} is given by {from}, and {why}", shown(path));
            Error::new(ErrorKind::Stale, what).hint("make the plan again")
        };
        let patch = means.values.overlay.get(address);
        let text = patch.and_then(|patch| at(patch, path)).and_then(Value::as_str);
        let template = text.and_then(|t| t.parse::<Template>().ok());
        let Some(template) = template.filter(|t| named(t) == *parameters) else {
            return Err(stale("the overlay says something else now".into()));
        };
        let (held, _) = read(means, [address]).await?;
        let inventory = Inventory::new(means.driver.pin().clone(), Vec::new());
        let text = filled(&template, &resolver(means, &inventory), &held);
        let secret = means.values.seal.secret(&text.map_err(|e| stale(e.message))?);
        if secret.fingerprint() != known {
            return Err(stale("what it holds has changed since the plan was made".into()));
        }
        means.vault.hold(secret);
    }
    Ok(())
}

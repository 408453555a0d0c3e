//! Scenarios: what is in the simulated accounts when a sandbox starts.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::clock;
use super::folder;
use super::ids::Kind;
use super::s3::{Bucket, Object};
use super::seed_account::AccountSeed;
use super::switch::{SwitchError, Switches};
use super::world::{Instance, World};

/// Why a scenario folder could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.why)
    }
}

impl std::error::Error for ScenarioError {}

/// The accounts that a sandbox starts with.
#[derive(Debug, Clone, Default)]
pub struct Scenario {
    accounts: Vec<AccountSeed>,
    switches: Switches,
}

impl Scenario {
    /// Reads a folder: `scenario.toml` and one folder for each account.
    pub fn load(dir: &Path) -> Result<Scenario, ScenarioError> {
        folder::load(dir)
    }

    /// A scenario without accounts.
    pub fn empty() -> Scenario {
        Scenario::default()
    }

    /// The account with this id, added if it is new. Credentials that name no account are the first one's.
    pub fn account(&mut self, id: &str) -> &mut AccountSeed {
        let at = self.accounts.iter().position(|seed| seed.account.id == id).unwrap_or_else(|| {
            self.accounts.push(AccountSeed::new(id));
            self.accounts.len() - 1
        });
        &mut self.accounts[at]
    }

    /// Sets a switch from the start (see [`super::SWITCHES`]).
    pub fn switch(&mut self, name: &str, value: &str) -> Result<(), SwitchError> {
        self.switches.set(name, value)
    }

    pub(crate) fn into_world(self) -> World {
        let first = self.accounts.first().map(|seed| seed.account.id.clone()).unwrap_or_default();
        let mut buckets = BTreeMap::new();
        let mut accounts = BTreeMap::new();
        for seed in self.accounts {
            let mut account = seed.account;
            for (name, region) in seed.buckets {
                buckets.insert(name, Bucket::new(&account.id, &region));
            }
            for (bucket, key, bytes, content_type) in seed.objects {
                if let Some(bucket) = buckets.get_mut(&bucket) {
                    let object = Object::of(bytes.into(), &content_type, clock::SEEDED);
                    bucket.objects.insert(key, object);
                }
            }
            for instance in seed.instances {
                for bot in instance.bots {
                    super::lex::add(&mut account.bots, bot);
                }
                for arn in functions(&instance.instance) {
                    super::seed_lambda::ensure(&mut account.functions, &arn);
                }
                account.instances.push(instance.instance);
            }
            accounts.insert(account.id.clone(), account);
        }
        World { accounts, first, buckets, switches: self.switches, ..World::default() }
    }
}

/// The functions of the account that an instance uses, without versions and aliases.
fn functions(instance: &Instance) -> Vec<String> {
    let own = format!("arn:aws:lambda:{}:{}:function:", instance.region, instance.account);
    let arns = instance.resources.values().filter(|resource| resource.kind == Kind::Lambda);
    arns.filter_map(|function| function.arn.strip_prefix(&own))
        .map(|name| format!("{own}{}", name.split(':').next().unwrap_or(name)))
        .collect()
}

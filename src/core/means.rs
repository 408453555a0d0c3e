//! What a run works with.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::address::Address;
use super::calendar::{Calendar, Hours};
use super::clock::Clock;
use super::driver::Driver;
use super::event::Events;
use super::gate::Gate;
use super::given::Held;
use super::hold::Holds;
use super::hook::Hook;
use super::lease::Stop;
use super::ledger::Ledger;
use super::loss::Accepted;
use super::naming::Naming;
use super::repository::Repository;
use super::rollout::Rollouts;
use super::run::{Actor, Process};
use super::schema::SchemaSource;
use super::secret::{Seal, Vault};
use super::select::Selection;
use super::session::Session;
use super::signature::Signer;
use super::site::Site;

/// Values that the configuration gives an environment.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// Accounts with names: (name, account).
    pub accounts: Vec<(String, String)>,
    /// The environment's own values.
    pub vars: BTreeMap<String, String>,
    /// What is called otherwise there.
    pub names: Naming,
    /// Members that documents get on their way into the environment, by address: merged as RFC 7396 says. Their
    /// strings are templates.
    pub overlay: BTreeMap<Address, Map<String, Value>>,
    /// What of it is ours: nothing else is planned, written or pruned. Everything, if nothing is said.
    pub owns: Selection,
    /// Whether what is beside the instance in its account is owned too, where `owns` picks it.
    pub beside: Beside,
    /// What is referred to only, since something else manages it; nothing, if nothing is said.
    pub managed_elsewhere: Option<Selection>,
    /// The environment in which a release has to have succeeded first.
    pub promote_from: Option<String>,
    /// Whose signature a package has to have to be deployed there; anybody's or nobody's, if nothing is said.
    pub signers: Vec<Signer>,
    /// Whether drafts beside published content are kept and put back.
    pub drafts: Drafts,
    /// Whether users are kept and written.
    pub users: Users,
    /// Where it is told, for a service, what its database is at.
    pub schema: BTreeMap<Address, SchemaSource>,
    /// The static sites.
    pub sites: BTreeMap<Address, Site>,
    /// On which ladders traffic is shifted.
    pub rollouts: Rollouts,
    /// The gates, by the order of their names.
    pub gates: Vec<Gate>,
    /// Those of them that are not asked this time, by name: nothing has to leave time for them.
    pub waived_gates: BTreeSet<String>,
    /// The hooks, by the order of their names.
    pub hooks: Vec<Hook>,
    /// How many other people have to approve a deployment's plan.
    pub approvals: usize,
    /// When deployments are taken.
    pub calendar: Calendar,
    /// What the sessions of its roles carry.
    pub session: Session,
    /// What secrets get their fingerprints from.
    pub seal: Seal,
    /// What parameters that overlays name hold, as far as a plan has read them.
    pub parameters: Held,
    /// `s3://BUCKET/PREFIX` in the environment's own account, from where the service takes files that are too large
    /// for a call.
    pub staging: Option<String>,
}

/// What becomes of functions and bots that are in the account and not used by the instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Beside {
    /// They are somebody else's: the configuration does not say what is owned.
    #[default]
    Left,
    /// Those that `owns` picks are owned.
    Owned,
}

/// What becomes of drafts that were saved beside published content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drafts {
    /// They are not looked at.
    #[default]
    Ignored,
    /// They are kept in snapshots, and put back by a rollback.
    Kept,
}

/// What becomes of users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Users {
    /// They are names: what refers to one finds it, and nothing of it is kept or written.
    #[default]
    ByName,
    /// They are kept in snapshots, and written.
    Kept,
}

/// What is not asked or run this time, by name, since somebody said so. It is recorded.
#[derive(Clone, Debug, Default)]
pub struct Waivers {
    /// Gates that are not asked.
    pub gates: BTreeSet<String>,
    /// Hooks that are not run, or that are taken for well where nobody knows how they ended.
    pub hooks: BTreeSet<String>,
    /// Hooks that are run again though nobody knows how they ended.
    pub repeated: BTreeSet<String>,
    /// Whether ladders are climbed.
    pub ladders: Ladders,
    /// Whether what was undone is held.
    pub holds: Holds,
    /// Whether the calendar is kept to.
    pub hours: Hours,
    /// Whether the ledger is the one that knows of all that was approved and done.
    pub glass: Glass,
}

/// Whether the ledger that is worked with is the one that everybody works with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Glass {
    /// It is.
    #[default]
    Whole,
    /// It cannot be reached, and somebody said why it cannot wait: approvals, and where a release has succeeded, are not
    /// seen, and a change goes without, which is recorded.
    Broken,
}

/// Whether ladders are climbed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ladders {
    /// Rung by rung.
    #[default]
    Climbed,
    /// All rungs at once: nothing is held or asked on them.
    AtOnce,
}

/// What a run works with: one environment, one store, one process.
#[derive(Clone)]
pub struct Means<'a> {
    /// The environment.
    pub driver: &'a dyn Driver,
    /// Where snapshots, packages and plans are kept.
    pub repository: Repository<'a>,
    /// Where secrets are kept, as far as they are.
    pub vault: &'a dyn Vault,
    /// Which secrets may be lost.
    pub losses: Accepted,
    /// What may be destroyed for good, by address.
    pub irreversible: Accepted,
    /// Where audit, journals and leases are kept.
    pub ledger: &'a dyn Ledger,
    /// The time.
    pub clock: &'a Clock,
    /// Where to tell what happens.
    pub events: &'a Events,
    /// Whether somebody wishes the work to stop.
    pub stop: Stop,
    /// Who runs it.
    pub actor: Actor,
    /// The process that runs it.
    pub process: Process,
    /// The configuration's values for the environment.
    pub values: &'a Values,
    /// How long what AWS goes on with by itself is followed.
    pub patience: std::time::Duration,
    /// What is not asked or run this time, since somebody said so.
    pub waivers: Waivers,
    /// The version of snapdeploy.
    pub tool: &'static str,
}

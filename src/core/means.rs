//! What a run works with.

use std::collections::BTreeMap;

use super::clock::Clock;
use super::driver::Driver;
use super::event::Events;
use super::lease::Stop;
use super::ledger::Ledger;
use super::repository::Repository;
use super::run::{Actor, Process};

/// Values that the configuration gives an environment.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// Accounts with names: (name, account).
    pub accounts: Vec<(String, String)>,
    /// The environment's own values.
    pub vars: BTreeMap<String, String>,
}

/// What a run works with: one environment, one store, one process.
#[derive(Clone)]
pub struct Means<'a> {
    /// The environment.
    pub driver: &'a dyn Driver,
    /// Where snapshots, packages and plans are kept.
    pub repository: Repository<'a>,
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
    /// The version of snapdeploy.
    pub tool: &'static str,
}

//! What of ECS an account holds, region by region, and how it is found.

use std::collections::BTreeMap;

use super::super::ids;
use super::cluster::Cluster;
use super::service::Service;
use super::task_definition::Families;

/// What of ECS is in an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {
    /// By name of the region.
    pub(crate) regions: BTreeMap<String, Region>,
}

/// What of ECS is in a region of an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Region {
    /// By name.
    pub(crate) clusters: BTreeMap<String, Cluster>,
    pub(crate) families: Families,
    /// What functions answer that are called as hooks, by ARN: one after the other, the last one from then on.
    pub(crate) hooks: BTreeMap<String, Vec<String>>,
    /// The time up to which everything has happened.
    pub(crate) settled: f64,
}

impl Held {
    /// The service with these names.
    pub(crate) fn service_mut(&mut self, region: &str, cluster: &str, service: &str) -> Option<&mut Service> {
        self.regions.get_mut(region)?.cluster_mut(cluster)?.services.get_mut(last(service))
    }
}

impl Region {
    /// The cluster with this name or ARN.
    pub(crate) fn cluster(&self, given: &str) -> Option<&Cluster> {
        self.clusters.get(last(given))
    }

    /// The same, to be changed.
    pub(crate) fn cluster_mut(&mut self, given: &str) -> Option<&mut Cluster> {
        self.clusters.get_mut(last(given))
    }
}

/// The last part of an ARN, or a name as it is.
pub(crate) fn last(given: &str) -> &str {
    given.rsplit('/').next().unwrap_or(given)
}

/// Nineteen digits, as ids of deployments, task sets and service revisions have them (examples of the ECS API
/// reference, DescribeServices and DescribeServiceRevisions).
pub(crate) fn nineteen(bytes: [u8; 16]) -> String {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[..8]);
    format!("{:019}", u64::from_be_bytes(eight) % 9_000_000_000_000_000_000 + 1_000_000_000_000_000_000)
}

/// A new id of a deployment or of a task set.
pub(crate) fn new_id() -> String {
    format!("ecs-svc/{}", nineteen(ids::random()))
}

/// The id of a task (32 hexadecimal digits) or of a service deployment (the same in capitals, cut).
pub(crate) fn new_hex() -> String {
    hex::encode(ids::random::<16>())
}

//! Clusters.

use std::collections::BTreeMap;

use super::service::Service;
use super::tags::Tags;
use super::task::Task;

/// A cluster, with its services and all of its tasks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cluster {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) tags: Tags,
    /// By name; deleted ones too, which are INACTIVE.
    pub(crate) services: BTreeMap<String, Service>,
    /// Those of services and those that RunTask started, in the order of their making.
    pub(crate) tasks: Vec<Task>,
}

//! Services by name.

use futures::future::try_join_all;

use super::calls::{Calls, parts};
use crate::core::address::Address;
use crate::core::inventory::Found;
use crate::core::{Pin, Result};

/// The kind.
pub const KIND: &str = "ecs/service";

/// Lists the services of all clusters of the account in the region.
pub async fn services(calls: &Calls, pin: &Pin) -> Result<Vec<Found>> {
    let clusters = calls.clusters().await?;
    let each = clusters.iter().map(|cluster| async move {
        let names = calls.services(cluster).await?;
        Ok::<_, crate::core::Error>(
            names.into_iter().map(move |name| service(pin, &format!("{cluster}/{name}"))),
        )
    });
    Ok(try_join_all(each).await?.into_iter().flatten().collect())
}

/// Returns the service whose id is `id`, `CLUSTER/SERVICE`, whether it is there or not.
///
/// Source: "Amazon Resource Names (ARNs) and IDs", Amazon ECS Developer Guide: the long form names the cluster.
pub fn service(pin: &Pin, id: &str) -> Found {
    let (cluster, name) = parts(id);
    let head = format!("arn:{}:ecs:{}:{}", pin.partition(), pin.region, pin.account);
    Found::new(Address::new(KIND, id), id, format!("{head}:service/{cluster}/{name}"))
}

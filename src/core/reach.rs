//! Reach: whether the service will find the bytes that a plan has it take.

use std::collections::BTreeSet;

use serde_json::Value;

use super::driver::BlobSource;
use super::error::Result;
use super::finding::{Finding, Weight};
use super::means::Means;
use super::moves::Move;
use super::plan::Plan;
use super::portable::blobs;

/// Blocks `plan` where a move names bytes and there is no place that the service could take them from: the environment
/// has no `staging`, and the store has no links of its own.
pub async fn reach(means: &Means<'_>, plan: &mut Plan) -> Result<()> {
    if means.values.staging.is_some() {
        return Ok(());
    }
    let named = |args: &Value| blobs(args).into_iter().next();
    let named = |m: &Move| named(&m.args).filter(|_| !means.driver.carries_bytes(m.address.kind()));
    let Some(digest) = plan.moves.iter().find_map(named) else { return Ok(()) };
    if BlobSource::link(&means.repository, &digest).await?.is_some() {
        return Ok(());
    }
    let whose: BTreeSet<String> =
        plan.moves.iter().filter(|m| named(m).is_some()).map(|m| m.address.to_string()).collect();
    let message = format!(
        "there is no place from which {} could take the bytes of {}",
        plan.environment,
        whose.into_iter().collect::<Vec<_>>().join(", ")
    );
    let hint = format!(
        "add this to snapdeploy.toml: a bucket in its own account\n[environments.{}]\nstaging = \"s3://BUCKET/PREFIX\"",
        plan.environment
    );
    plan.say(vec![Finding::new(Weight::Block, None, message).hint(hint)]);
    Ok(())
}

//! Policies: what IAM has to allow the roles of an environment.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{connect, ecs, gate, hook, lambda, lex, site};
use crate::aws::{Grant, Need, Words, policies};
use crate::core::Pin;
use crate::core::environment::{Access, Environment, Secrets};
use crate::core::signature::Signer;

const KEYS: &[&str] = &["arn:{partition}:kms:{region}:{account}:key/*"];
const PARAMETERS: &[&str] = &["arn:{partition}:ssm:{region}:{account}:parameter/*"];
const SECRETS: &[&str] = &["arn:{partition}:secretsmanager:{region}:{account}:secret:*"];

/// What overlays name. Source: as the others, for AWS Systems Manager and AWS Secrets Manager.
const GIVEN: &[Grant] = &[
    Grant::read(&["ssm:GetParameter"], PARAMETERS).only("overlays that name a parameter"),
    Grant::read(&["secretsmanager:GetSecretValue"], SECRETS).only("overlays that name a secret"),
];

/// What secrets that are kept need. Source: as the others, for AWS Key Management Service.
const KEPT: &[Grant] = &[
    Grant::read(&["kms:GenerateDataKey"], KEYS),
    Grant::write(&["kms:Decrypt"], KEYS).only("a rollback that puts a secret back"),
];

/// What tells whether a package was signed. Source: as the others, for AWS Key Management Service.
const SIGNED: &[Grant] = &[Grant::read(&["kms:GetPublicKey"], &["{signer}"])];

/// Returns the grants that the role for `access` in `environment` needs for what the environment looks after.
fn grants(environment: &Environment, access: Access) -> Vec<&'static Grant> {
    let values = &environment.values;
    let owns = |service: &str| {
        values.owns.patterns().iter().any(|p| p.starts_with(service) || p.starts_with(['*', '?', '[', '{']))
    };
    let instance = environment.instance.is_some();
    let parts: [(bool, &'static [Grant]); 10] = [
        (instance, connect::GRANTS),
        // What an instance refers to is looked up by name.
        (instance || owns("lambda/"), lambda::GRANTS),
        (instance || owns("lex/"), lex::GRANTS),
        (owns("ecs/"), ecs::GRANTS),
        (!values.sites.is_empty(), site::GRANTS),
        (!values.gates.is_empty(), gate::GRANTS),
        (!values.hooks.is_empty(), hook::GRANTS),
        (!values.overlay.is_empty(), GIVEN),
        (matches!(environment.secrets, Secrets::Encrypted { .. }), KEPT),
        (keys(environment).next().is_some(), SIGNED),
    ];
    let wanted = parts.into_iter().filter(|(wanted, _)| *wanted).flat_map(|(_, grants)| grants);
    wanted.filter(|g| access == Access::Write || g.need == Need::Read).collect()
}

/// Returns the policies of the role for `access` in `environment`: together the least that it needs, each no larger than IAM
/// takes.
pub fn role_policies(environment: &Environment, access: Access) -> Vec<Value> {
    policies(grants(environment, access), &words(environment))
}

/// Returns the ARNs of the KMS keys that sign for the environment.
fn keys(environment: &Environment) -> impl Iterator<Item = &String> {
    environment.values.signers.iter().filter_map(|signer| match signer {
        Signer::Kms(arn) => Some(arn),
        Signer::Ed25519(_) => None,
    })
}

/// Returns what the environment says of itself in ARNs.
fn words(environment: &Environment) -> Words<'static> {
    let pin = Pin::services(environment.account.clone(), environment.region.clone());
    // An alias is in no ARN.
    let instance = environment.instance.as_deref().and_then(|i| i.rsplit("instance/").next());
    let instance =
        instance.filter(|i| i.len() == 36 && !i.contains(|c: char| !c.is_ascii_hexdigit() && c != '-'));
    let staging = environment.values.staging.iter().filter_map(|s| s.strip_prefix("s3://"));
    let staging = staging.map(|s| s.trim_end_matches('/').to_string()).collect();
    let buckets: BTreeSet<String> = environment.values.sites.values().map(|s| s.bucket.clone()).collect();
    BTreeMap::from([
        ("partition", vec![pin.partition().to_string()]),
        ("region", vec![environment.region.clone()]),
        ("account", vec![environment.account.clone()]),
        ("instance", vec![instance.unwrap_or("*").to_string()]),
        ("staging", staging),
        ("signer", keys(environment).cloned().collect()),
        ("bucket", buckets.into_iter().collect()),
    ])
}

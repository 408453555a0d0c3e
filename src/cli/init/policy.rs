//! `init --policy`: prints the least that IAM has to allow.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::Value;

use crate::aws::{Grant, Need, Words, policies};
use crate::cli::config::{Config, Store};
use crate::cli::context::Face;
use crate::cli::exit::Exit;
use crate::cli::output::Report;
use crate::cli::ui::Ink;
use crate::core::environment::{Access, Environment};
use crate::core::{Error, Pin, Result};
use crate::kinds::role_policies;
use crate::store;

/// Of what policies are printed.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct PolicyArgs {
    /// Print the least IAM policies for this environment, as JSON, and write nothing; all that snapdeploy.toml says of it counts
    #[arg(long, value_name = "ENV")]
    #[arg(conflicts_with_all = ["project", "env", "account", "region", "instance", "role_arn", "read_role_arn"])]
    #[arg(conflicts_with_all = ["external_id", "protected", "store", "store_region", "yes"])]
    pub(super) policy: Option<String>,
    /// Only what this verb needs; what all need together if not given
    #[arg(long, value_name = "VERB", requires = "policy")]
    verb: Option<Verb>,
    /// Only those of this one, so that a policy can be given to `aws iam`
    #[arg(long, value_name = "WHOM", requires = "policy")]
    of: Option<Whom>,
}

/// A verb that calls AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Verb {
    Extract,
    Diff,
    Health,
    /// `deploy --dry-run` and `--save-plan`
    Plan,
    Approve,
    Deploy,
    Rollback,
    History,
    /// `store forget`, which alone may remove anything from the store: only where it is named
    StoreForget,
}

/// Whom a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
enum Whom {
    /// Who runs snapdeploy: the store, and the roles to assume
    Base,
    /// The role in which the environment is looked at
    Read,
    /// The role in which it is changed
    Write,
}

impl Verb {
    /// What all need together. Who may forget is asked for by name.
    const ALL: [Verb; 8] = [
        Verb::Extract,
        Verb::Diff,
        Verb::Health,
        Verb::Plan,
        Verb::Approve,
        Verb::Deploy,
        Verb::Rollback,
        Verb::History,
    ];

    /// Returns in which of the environment's roles it works.
    fn access(self) -> Access {
        match self {
            Verb::Deploy | Verb::Rollback => Access::Write,
            _ => Access::Read,
        }
    }

    /// Returns what it does in the store. Whatever reaches an environment may be the first to, and puts the key there that
    /// fingerprints are made with.
    fn store(self) -> Need {
        if self == Verb::History { Need::Read } else { Need::Write }
    }
}

/// Prints the policies.
pub(super) fn run(name: &str, args: &PolicyArgs, config: &Config, face: &Face) -> Result<Exit> {
    let environment = config.environment(name)?;
    let verbs: Vec<Verb> = args.verb.map_or_else(|| Verb::ALL.to_vec(), |verb| vec![verb]);
    let mut all = vec![Policies { of: Whom::Base, role: None, policies: base(environment, config, &verbs) }];
    for (of, access) in [(Whom::Read, Access::Read), (Whom::Write, Access::Write)] {
        // One role for both has what the larger one needs.
        let one = environment.role(Access::Read) == environment.role(Access::Write);
        let needed = match (one, access) {
            (true, Access::Read) => false,
            (true, Access::Write) => true,
            (false, access) => verbs.iter().any(|v| v.access() == access),
        };
        if needed {
            let most = if verbs.iter().any(|v| v.access() == Access::Write) { access } else { Access::Read };
            let role = environment.role(access).map(String::from);
            all.push(Policies { of, role, policies: role_policies(environment, most) });
        }
    }
    if let Some(of) = args.of {
        all.retain(|p| p.of == of);
        if all.is_empty() {
            return Err(Error::input(format!("nothing is done in that role of {name} by this verb")));
        }
    }
    face.ui.result(&PolicyReport { environment: name.to_string(), all })?;
    Ok(Exit::Done)
}

/// Returns the policies of who runs snapdeploy: to assume the roles, and to use the store.
fn base(environment: &Environment, config: &Config, verbs: &[Verb]) -> Vec<Value> {
    let roles: Vec<String> = [Access::Read, Access::Write]
        .into_iter()
        // Who signed is asked in the role that only looks.
        .filter(|access| {
            let signed = *access == Access::Read && !environment.values.signers.is_empty();
            signed || verbs.iter().any(|v| v.access() == *access)
        })
        .filter_map(|access| environment.role(access).map(String::from))
        .collect();
    let region = config.store_region.as_ref().unwrap_or(&environment.region);
    let pin = Pin::services(environment.account.clone(), region.clone());
    let mut words: Words<'_> = BTreeMap::from([
        ("role", roles),
        ("partition", vec![pin.partition().to_string()]),
        ("region", vec![region.clone()]),
    ]);
    let session = &environment.values.session;
    let mut grants = vec![&ASSUME];
    grants.extend(session.tags.is_some().then_some(&TAG));
    grants.extend(session.source_identity.then_some(&SOURCE));
    if let Store::Shared { bucket, prefix, audit, leases } = &config.store {
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        let said = [("bucket", bucket), ("prefix", &prefix), ("audit", audit), ("leases", leases)];
        words.extend(said.map(|(name, value)| (name, vec![value.clone()])));
        let most = verbs.iter().any(|v| v.store() == Need::Write);
        grants.extend(store::GRANTS.iter().filter(|g| most || g.need == Need::Read));
        if verbs.contains(&Verb::StoreForget) {
            grants.extend(store::FORGET_GRANTS);
        }
    }
    if let Some(group) = &config.log_group {
        let at = group.region.as_ref().unwrap_or(region);
        words.extend([("log_group", vec![group.name.clone()]), ("log_region", vec![at.clone()])]);
        grants.push(&LOGS);
    }
    policies(grants, &words)
}

/// Source: as the others, for Amazon CloudWatch Logs. The account is whoever's runs it.
const LOGS: Grant = Grant::write(
    &["logs:CreateLogStream", "logs:PutLogEvents"],
    &["arn:{partition}:logs:{log_region}:*:log-group:{log_group}:log-stream:*"],
);

/// Source: "Actions, resources, and condition keys for AWS Security Token Service", Service Authorization Reference.
/// GetCallerIdentity needs no permission.
const ASSUME: Grant = Grant::read(&["sts:AssumeRole"], &["{role}"]);
const TAG: Grant = Grant::read(&["sts:TagSession"], &["{role}"]);
const SOURCE: Grant = Grant::read(&["sts:SetSourceIdentity"], &["{role}"]);

#[derive(Serialize)]
struct PolicyReport {
    environment: String,
    #[serde(rename = "policies")]
    all: Vec<Policies>,
}

/// The policies of one identity: several, where one would be too large.
#[derive(Serialize)]
struct Policies {
    of: Whom,
    /// The role; nothing where it is whoever runs snapdeploy.
    role: Option<String>,
    policies: Vec<Value>,
}

impl Report for PolicyReport {
    const SCHEMA: &'static str = "snapdeploy.policy/1";

    fn human(&self, out: &mut dyn Write, _: Ink) -> io::Result<()> {
        // What is for one alone is to be taken as it is.
        let alone = self.all.len() == 1;
        for policies in &self.all {
            let whom = policies.role.as_deref().unwrap_or("whoever runs snapdeploy");
            for policy in &policies.policies {
                if !alone {
                    writeln!(out, "# {whom}")?;
                }
                writeln!(out, "{}", serde_json::to_string_pretty(policy).unwrap_or_default())?;
            }
        }
        Ok(())
    }
}

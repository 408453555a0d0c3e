//! Who has signed a package, and whether that is enough for an environment.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::aws::signing;
use crate::core::environment::Access;
use crate::core::plan::Plan;
use crate::core::restart::is_restart;
use crate::core::signature::{Signature, Signer, Statement};
use crate::core::signatures::Signatures;
use crate::core::{Digest, Error, ErrorKind, Result};

use super::bounded;
use super::context::{Context, Site};
use super::source::{Loaded, SourceName};

/// A file of signatures is not larger than this.
pub(super) const FILE: u64 = 1 << 20;

/// A signature, as far as it could be verified.
#[derive(Serialize)]
pub(super) struct Seen {
    /// The key.
    pub(super) key: String,
    /// Whether it was verified: `None` where the key's public half could not be asked for.
    pub(super) good: Option<bool>,
    /// What was signed, where it was verified.
    pub(super) statement: Option<Statement>,
    /// Why it is not good, or could not be verified.
    pub(super) why: Option<String>,
}

impl Seen {
    /// Returns what was taken for a signature, and is none.
    pub(super) fn none(why: String) -> Seen {
        Seen { key: String::new(), good: Some(false), statement: None, why: Some(why) }
    }
}

/// Returns where the signatures on the package in `file` are: `PACKAGE.sig`, one a line.
pub(super) fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_os_string();
    name.push(".sig");
    name.into()
}

/// Returns what lies beside the package in `file`; nothing where there is no such file.
pub(super) fn in_file(file: &Path) -> Signatures {
    let path = beside(file);
    let mut all = Signatures::default();
    match bounded::read(&path, FILE) {
        Ok(bytes) => {
            for line in bytes.split_inclusive(|b| *b == b'\n') {
                match Signature::from_bytes(line) {
                    Ok(signature) => all.found.push(signature),
                    Err(e) => all.unreadable.push(e.context(path.display()).message),
                }
            }
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => all.unreadable.push(format!("cannot read {}: {e}", path.display())),
    }
    all
}

/// Returns what lies beside a package, in the store and beside its file, each signature once.
pub(super) async fn all(
    context: Option<&Context>,
    file: Option<&Path>,
    package: &Digest,
) -> Result<Signatures> {
    let mut all = file.map(in_file).unwrap_or_default();
    if let Some(context) = context {
        let kept = context.repository().signatures(package).await?;
        for signature in kept.found {
            if !all.found.contains(&signature) {
                all.found.push(signature);
            }
        }
        all.unreadable.extend(kept.unreadable);
    }
    Ok(all)
}

/// Verifies a signature on `package`, as `environment` of the configuration where its key is one of KMS.
pub(super) async fn seen(signature: &Signature, package: &Digest, context: Option<(&Context, &str)>) -> Seen {
    let key = signature.key.clone();
    let verified = async {
        let public = match (signature.signer()?, context) {
            (Signer::Kms(arn), Some((context, environment))) => {
                let account = context.account(environment, Access::Read).await?;
                Some(signing::public_key(&account, &arn).await?)
            }
            _ => None,
        };
        signature.verify(package, public.as_deref())
    };
    match verified.await {
        Ok(statement) => Seen { key, good: Some(true), statement: Some(statement), why: None },
        Err(e) => {
            let is_open = e.kind != ErrorKind::Corrupt
                || context.is_none() && matches!(signature.signer(), Ok(Signer::Kms(_)));
            Seen { key, good: (!is_open).then_some(false), statement: None, why: Some(e.message) }
        }
    }
}

/// Fails with `Blocked` unless `package` has a good signature of one of the signers that `site` asks for. Keeps those in
/// `file` in the store, where a saved plan finds them.
pub(super) async fn permitted(
    context: &Context,
    site: &Site,
    package: &Digest,
    file: Option<&Path>,
) -> Result<()> {
    let wanted = &site.environment.values.signers;
    if wanted.is_empty() {
        return Ok(());
    }
    let name = &site.environment.name;
    let mut keys = BTreeSet::new();
    let all = all(Some(context), file, package).await?;
    let mut why = all.unreadable;
    for signature in all.found {
        let is_wanted = signature.signer().is_ok_and(|signer| wanted.contains(&signer));
        if !is_wanted {
            keys.insert(signature.key);
            continue;
        }
        let seen = seen(&signature, package, Some((context, name))).await;
        if seen.good == Some(true) {
            context.repository().put_signature(package, &signature).await?;
            return Ok(());
        }
        why.extend(seen.why);
    }
    why.extend(
        keys.into_iter().map(|key| format!("{key} has signed it, and {name} does not ask for that one")),
    );
    if why.is_empty() {
        why.push("nobody has signed it".to_string());
    }
    let wanted: Vec<String> = wanted.iter().map(Signer::to_string).collect();
    let shown = file.map_or_else(|| package.short(), |file| file.display().to_string());
    Err(Error::blocked(format!(
        "{name} takes packages that one of its signers has signed, and the package {} is not: {}",
        package.short(),
        why.join("; ")
    ))
    .hint(format!("snapdeploy package sign {shown} --key KEY, where KEY is that of {}", wanted.join(" or "))))
}

/// Fails with `Blocked` unless what is to be deployed into `site` may be: a package, as it was signed, with nothing put
/// into it, where the environment asks for signatures.
pub(super) async fn source(
    context: &Context,
    site: &Site,
    name: &SourceName,
    loaded: &Loaded,
    artifacts: usize,
) -> Result<()> {
    if site.environment.values.signers.is_empty() {
        return Ok(());
    }
    let environment = &site.environment.name;
    match loaded {
        Loaded::Package { digest, .. } if artifacts == 0 => {
            let file = if let SourceName::File(file) = name { Some(file.as_path()) } else { None };
            permitted(context, site, digest, file).await
        }
        Loaded::Package { .. } => Err(Error::blocked(format!(
            "{environment} takes signed packages, and nobody has signed what --artifact puts into {name}"
        ))
        .hint("deploy it where no signature is asked for, extract that, and package and sign it")),
        Loaded::Snapshot(_) => Err(Error::blocked(format!(
            "{environment} takes signed packages only, and {name} is none"
        ))
        .hint(format!(
            "snapdeploy package create {name} --out release.zip; snapdeploy package sign release.zip --key KEY"
        ))),
    }
}

/// Likewise for a plan that was saved: its package has to be signed still. A plan that only starts something again puts
/// nothing there, and needs nobody.
pub(super) async fn plan(context: &Context, site: &Site, plan: &Plan) -> Result<()> {
    if site.environment.values.signers.is_empty() || is_restart(plan) {
        return Ok(());
    }
    match plan.source_digest.parse::<Digest>() {
        Ok(package) => permitted(context, site, &package, None).await,
        Err(_) => Err(Error::blocked(format!(
            "{} takes signed packages only, and the plan is of {}",
            site.environment.name, plan.source
        ))
        .hint("make a package of it, sign that, and plan again")),
    }
}

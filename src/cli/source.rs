//! Sources: what is put somewhere or compared. Parsed once, at the edge.

use std::path::PathBuf;
use std::str::FromStr;

use jiff::Timestamp;

use crate::core::environment::Access;
use crate::core::event::Events;
use crate::core::extract::{Extraction, OnGaps, extract};
use crate::core::forgotten::{self, explained_package};
use crate::core::ledger::Forgone;
use crate::core::package::Package;
use crate::core::release::Source;
use crate::core::select::Selection;
use crate::core::snapshot::{Manifest, Snapshot};
use crate::core::{Digest, Error, Pin, Result};

use super::bounded;
use super::context::{Context, Site};
use super::time::{Day, time};

/// A source as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SourceName {
    /// A snapshot of an environment.
    Snapshot { environment: String, which: Which },
    /// A package in a file.
    File(PathBuf),
    /// A package in the store, by the first digits of its digest.
    Package(String),
}

/// Which snapshot of an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// What is there now.
    Live,
    /// The newest whole one, or so many before it.
    Latest(usize),
    /// The newest whole one in which all was well, or so many before it.
    Good(usize),
    /// The newest whole one at or before this time.
    At(Timestamp),
    /// By its name, or by the first characters of its id.
    Named(String),
}

/// What a source turned out to be.
pub(super) enum Loaded {
    Snapshot(Box<Snapshot>),
    Package { digest: Digest, package: Box<Package>, from_file: bool },
}

impl FromStr for SourceName {
    type Err = String;

    fn from_str(text: &str) -> Result<SourceName, String> {
        if text.ends_with(".zip") || text.contains(std::path::MAIN_SEPARATOR) && !text.contains('@') {
            return Ok(SourceName::File(text.into()));
        }
        if let Some((environment, which)) = text.split_once('@') {
            if environment.is_empty() || which.is_empty() {
                return Err("a snapshot is written ENV@latest, ENV@NAME or ENV@live".into());
            }
            return Ok(SourceName::Snapshot { environment: environment.into(), which: which_of(which)? });
        }
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if (8..=64).contains(&text.len()) && text.bytes().all(hex) {
            return Ok(SourceName::Package(text.into()));
        }
        Err(format!(
            "write {text}@latest for its newest snapshot, {text}@live for what is there now, the path of a package \
             (FILE.zip), or 8 digits or more of a package's digest"
        ))
    }
}

/// Returns which snapshot `text`, what stands behind the `@`, names.
pub(super) fn which_of(text: &str) -> Result<Which, String> {
    if text == "live" {
        return Ok(Which::Live);
    }
    for word in ["latest", "good"] {
        let which = if word == "good" { Which::Good } else { Which::Latest };
        if text == word {
            return Ok(which(0));
        }
        if let Some(back) = text.strip_prefix(word).and_then(|rest| rest.strip_prefix('~')) {
            let back = back.parse().map_err(|_| format!("`{back}` is not a number of snapshots"))?;
            return Ok(which(back));
        }
    }
    Ok(time(text, Day::Ends).map_or_else(|| Which::Named(text.into()), Which::At))
}

impl std::fmt::Display for SourceName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SourceName::Snapshot { environment, which } => match which {
                Which::Live => write!(f, "{environment}@live"),
                Which::Latest(0) => write!(f, "{environment}@latest"),
                Which::Latest(back) => write!(f, "{environment}@latest~{back}"),
                Which::Good(0) => write!(f, "{environment}@good"),
                Which::Good(back) => write!(f, "{environment}@good~{back}"),
                Which::At(at) => write!(f, "{environment}@{at}"),
                Which::Named(name) => write!(f, "{environment}@{name}"),
            },
            SourceName::File(path) => write!(f, "{}", path.display()),
            SourceName::Package(digest) => f.write_str(digest),
        }
    }
}

impl SourceName {
    /// Returns what it names. `select` is how much of an environment is read for `ENV@live`, which is committed.
    pub(super) async fn load(
        &self,
        context: &Context,
        select: &Selection,
        events: &Events,
    ) -> Result<Loaded> {
        match self {
            SourceName::Snapshot { environment, which: Which::Live } => {
                let site = context.site(environment, Access::Read).await?;
                live(context, &site, select, events).await
            }
            SourceName::Snapshot { environment, which } => {
                let pin = context.pin(environment).await?;
                let manifest = find(context, environment, &pin, which).await?;
                let snapshot = context.repository().snapshot(&pin, &manifest.id).await?;
                Ok(Loaded::Snapshot(Box::new(snapshot)))
            }
            SourceName::File(path) => {
                let (digest, package) = read_package(path)?;
                Ok(Loaded::Package { digest, package: Box::new(package), from_file: true })
            }
            SourceName::Package(prefix) => {
                let digest = package_digest(context, prefix).await?;
                let package = match context.repository().package(&digest).await {
                    Ok(package) => package,
                    Err(e) => {
                        let names = context.config.environments.keys();
                        let pins: Vec<Pin> = names.filter_map(|n| context.written_pin(n).ok()?).collect();
                        return Err(explained_package(context.ledger(), &pins, &digest, e).await);
                    }
                };
                Ok(Loaded::Package { digest, package: Box::new(package), from_file: false })
            }
        }
    }
}

/// Returns what is in `site` now, as far as `select` goes, which is committed.
pub(super) async fn live(
    context: &Context,
    site: &Site,
    select: &Selection,
    events: &Events,
) -> Result<Loaded> {
    let what = Extraction {
        environment: site.environment.name.clone(),
        select: select.clone(),
        name: None,
        note: None,
        on_gaps: OnGaps::Refuse,
    };
    let extracted = extract(&context.means(site, events), &what).await?;
    Ok(Loaded::Snapshot(Box::new(extracted.snapshot)))
}

impl Loaded {
    /// Keeps a package that came from a file in the store, beside the plan that uses it.
    pub(super) async fn keep(&self, context: &Context) -> Result<()> {
        match self {
            Loaded::Package { package, from_file: true, .. } => {
                context.repository().put_package(package).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Returns it as a source of documents, as the user named it.
    pub(super) fn source(&self, name: &SourceName) -> Source {
        match self {
            Loaded::Snapshot(snapshot) => Source::of_snapshot(&name.to_string(), snapshot),
            Loaded::Package { digest, package, .. } => {
                Source::of_package(&name.to_string(), &digest.to_string(), package)
            }
        }
    }
}

/// Reads the package in a file.
pub(super) fn read_package(path: &std::path::Path) -> Result<(Digest, Package)> {
    let shown = path.display();
    let bytes = bounded::read(path, bounded::PACKAGE).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => Error::not_found(format!("there is no file {shown}")),
        _ => Error::input(format!("cannot read {shown}: {e}")),
    })?;
    let package =
        Package::from_bytes(&bytes).map_err(|e| e.context(format!("{shown} is not a good package")))?;
    Ok((Digest::of(&bytes), package))
}

async fn package_digest(context: &Context, prefix: &str) -> Result<Digest> {
    if let Ok(digest) = prefix.parse::<Digest>() {
        return Ok(digest);
    }
    let repository = context.repository();
    let all = repository.packages().await?;
    let matching: Vec<&Digest> = all.iter().filter(|d| d.to_string().starts_with(prefix)).collect();
    match matching[..] {
        [digest] => Ok(*digest),
        [] => Err(Error::not_found(format!(
            "there is no package whose digest starts with {prefix} in {}",
            repository.place()
        ))
        .hint("snapdeploy package create ENV@latest makes one")),
        _ => Err(Error::input(format!("{} packages start with {prefix}: give more digits", matching.len()))),
    }
}

/// Returns the manifest of the snapshot of `environment` that `which` names.
pub(super) async fn find(context: &Context, environment: &str, pin: &Pin, which: &Which) -> Result<Manifest> {
    let repository = context.repository();
    let ids = repository.snapshots(pin).await?;
    if let Which::Named(text) = which {
        let matching: Vec<_> = ids.iter().filter(|id| id.as_str().starts_with(text.as_str())).collect();
        if text.len() >= 8 && matching.len() == 1 {
            return repository.manifest(pin, matching[0]).await;
        }
        if text.len() >= 8 && matching.len() > 1 {
            let message = format!("{} snapshots of {environment} start with {text}", matching.len());
            return Err(Error::input(message).hint(format!("snapdeploy show {environment} lists them")));
        }
    }
    let (mut passed, good) = (0, matches!(which, Which::Good(_)));
    for id in ids.iter().rev() {
        let Some(manifest) = repository.listed(pin, id).await? else { continue };
        let found = match which {
            Which::Live => false,
            Which::Latest(back) | Which::Good(back) => {
                let fits = manifest.is_whole() && (!good || manifest.healthy == Some(true));
                passed += usize::from(fits);
                fits && passed > *back
            }
            Which::At(at) => manifest.is_whole() && manifest.taken_at <= *at,
            Which::Named(name) => manifest.name.as_deref() == Some(name),
        };
        if found {
            return Ok(manifest);
        }
    }
    if let Which::Named(text) = which {
        let is_it = |one: &Forgone| {
            one.name.as_ref() == Some(text) || (text.len() >= 8 && one.id.as_str().starts_with(text.as_str()))
        };
        if let Some(told) = forgotten::of(context.ledger(), pin, is_it).await? {
            return Err(told.error(Some(environment)));
        }
    }
    let what = match which {
        Which::Live => "it".to_string(),
        Which::Latest(0) => "whole snapshot".into(),
        Which::Latest(back) => format!("whole snapshot {back} before the newest"),
        Which::Good(0) => "whole snapshot in which all was well".into(),
        Which::Good(back) => format!("whole snapshot in which all was well, {back} before the newest"),
        Which::At(at) => format!("whole snapshot at or before {at}"),
        Which::Named(name) => format!("snapshot `{name}`"),
    };
    let hint = if ids.is_empty() {
        format!("snapdeploy extract {environment} takes one")
    } else {
        format!("snapdeploy show {environment} lists the {} that there are", ids.len())
    };
    Err(Error::not_found(format!("there is no {what} of {environment}")).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(text: &str) -> Which {
        match text.parse::<SourceName>() {
            Ok(SourceName::Snapshot { which, .. }) => which,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn every_form_of_a_source_is_told_apart() {
        assert_eq!(snapshot("dev@live"), Which::Live);
        assert_eq!(snapshot("dev@latest"), Which::Latest(0));
        assert_eq!(snapshot("dev@latest~2"), Which::Latest(2));
        assert_eq!(snapshot("dev@good"), Which::Good(0));
        assert_eq!(snapshot("dev@good~1"), Which::Good(1));
        assert_eq!(snapshot("dev@goodbye"), Which::Named("goodbye".into()));
        assert!(matches!(snapshot("dev@3h ago"), Which::At(_)));
        assert_eq!(snapshot("dev@latest-release"), Which::Named("latest-release".into()));
        assert_eq!(snapshot("dev@before-easter"), Which::Named("before-easter".into()));
        assert!(matches!(snapshot("dev@yesterday"), Which::At(_)));
        assert!(matches!(snapshot("dev@20261119"), Which::Named(_)), "the beginning of an id");
        assert!(matches!(snapshot("dev@20261119t1800"), Which::Named(_)), "the beginning of an id");
        assert!(matches!(snapshot("dev@2026-11-19T18:00[Europe/Berlin]"), Which::At(_)));
        assert!(matches!(snapshot("dev@2026-11-19"), Which::At(_)));
        assert!(matches!(snapshot("dev@2026-11-19T18:00"), Which::At(_)));
        assert!(matches!(snapshot("dev@2026-11-19T18:00:00Z"), Which::At(_)));
        assert_eq!("a/b.zip".parse(), Ok(SourceName::File("a/b.zip".into())));
        assert_eq!("0123abcd".parse(), Ok(SourceName::Package("0123abcd".into())));
        assert!("dev".parse::<SourceName>().unwrap_err().contains("dev@latest"));
        assert!("dev@".parse::<SourceName>().is_err() && "@latest".parse::<SourceName>().is_err());
    }

    #[test]
    fn a_day_means_its_end_and_a_time_means_itself() {
        let (Which::At(day), Which::At(time)) = (snapshot("d@2026-11-19"), snapshot("d@2026-11-19T18:00"))
        else {
            panic!("not times")
        };
        assert!(day > time);
    }
}

//! What the configuration says, once it is read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::aws::Share;
use crate::core::environment::Environment;
use crate::core::{Error, Result};

/// Where things are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Store {
    /// A directory, as `file://DIR`, relative to the configuration.
    Embedded(String),
    /// A bucket and two tables.
    Shared {
        /// The bucket.
        bucket: String,
        /// What every key starts with; may be empty.
        prefix: String,
        /// The table of audit and journals.
        audit: String,
        /// The table of leases and heads.
        leases: String,
    },
}

/// A log group of CloudWatch Logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct NamedGroup {
    /// Its name.
    pub(in crate::cli) name: String,
    /// Its region, where that is not the store's.
    pub(in crate::cli) region: Option<String>,
}

/// `snapdeploy.toml`.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Config {
    /// The file.
    pub(in crate::cli) file: PathBuf,
    /// The project's name.
    pub(in crate::cli) project: String,
    /// Where things are kept.
    pub(in crate::cli) store: Store,
    /// The region of the shared store.
    pub(in crate::cli) store_region: Option<String>,
    /// The endpoint in place of AWS's own, where no environment says otherwise.
    pub(in crate::cli) endpoint: Option<String>,
    /// The share of the services' quotas that is used.
    pub(in crate::cli) share: Share,
    /// Where failures and runs that need a person are told.
    pub(in crate::cli) webhook: Option<String>,
    /// Where every entry of the audit is told.
    pub(in crate::cli) log_group: Option<NamedGroup>,
    /// What is no mistake, and yet a person ought to know; each with its place.
    pub(in crate::cli) notes: Vec<String>,
    /// The environments, by name. Their endpoints are what holds in the end.
    pub(in crate::cli) environments: BTreeMap<String, Environment>,
}

impl Config {
    /// Returns the environment `name`.
    pub(in crate::cli) fn environment(&self, name: &str) -> Result<&Environment> {
        self.environments.get(name).ok_or_else(|| {
            let error =
                Error::not_found(format!("there is no environment `{name}` in {}", self.file.display()));
            match nearest(name, self.environments.keys().map(String::as_str)) {
                Some(known) => error.hint(format!("did you mean `{known}`?")),
                None => error.hint(format!(
                    "it has {}",
                    self.environments.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
                )),
            }
        })
    }

    /// Has all traffic be shifted at once this time in the environment `name`, where it is there.
    pub(in crate::cli) fn shift_at_once(&mut self, name: &str) {
        if let Some(environment) = self.environments.get_mut(name) {
            environment.values.rollouts.shift_at_once();
        }
    }

    /// Has these gates not be asked this time in the environment `name`, where it is there.
    pub(in crate::cli) fn skip_gates(&mut self, name: &str, gates: BTreeSet<String>) {
        if let Some(environment) = self.environments.get_mut(name) {
            environment.values.waived_gates = gates;
        }
    }

    /// Returns the phrase that a change of a protected environment asks for.
    pub(in crate::cli) fn phrase(&self, environment: &str) -> String {
        format!("{}/{environment}", self.project)
    }

    /// Returns every endpoint that is in use, with what it is used for; `None` where it is AWS's own.
    pub(in crate::cli) fn endpoints(&self) -> Vec<(String, Option<&str>)> {
        let mut all: Vec<(String, Option<&str>)> = self
            .environments
            .values()
            .map(|e| (format!("the environment {}", e.name), e.endpoint.as_deref()))
            .collect();
        if matches!(self.store, Store::Shared { .. }) {
            all.push(("the store".into(), self.endpoint.as_deref()));
        }
        all
    }
}

/// Returns whether an endpoint is on this machine.
pub(in crate::cli) fn loopback(endpoint: &str) -> bool {
    let rest = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // What stands before an `@` is not the host.
    let host_port = authority.rsplit('@').next().unwrap_or_default();
    let host = match host_port.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host_port.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Returns the name that was probably meant.
pub(in crate::cli) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|k| (strsim::damerau_levenshtein(word, k), k))
        .filter(|(distance, k)| *distance <= (k.len() / 3).max(2).min(k.len().saturating_sub(1)))
        .min()
        .map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for yes in ["http://127.0.0.1:4566", "http://localhost/x", "http://[::1]:80", "http://127.9.9.9"] {
            assert!(loopback(yes), "{yes}");
        }
        for no in [
            "https://connect.eu-central-1.amazonaws.com",
            "http://127.0.0.1@evil.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://evil.example/127.0.0.1",
            "http://evil.example#@127.0.0.1",
            "",
        ] {
            assert!(!loopback(no), "{no}");
        }
    }
}

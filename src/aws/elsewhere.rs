//! Elsewhere: the accounts of the other environments, opened when something is needed from there.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::session::{Account, Sessions};
use crate::core::environment::{Access, Environment};
use crate::core::{Error, Result};

/// The environments of the configuration, to be looked into. Clones share what is open.
#[derive(Clone, Default)]
pub struct Elsewhere {
    known: Option<Arc<Known>>,
}

struct Known {
    sessions: Arc<Sessions>,
    environments: Vec<Environment>,
    /// By account and region. What could not be opened is not tried again.
    open: Mutex<BTreeMap<(String, String), Result<Account, String>>>,
}

impl Elsewhere {
    /// Returns the accounts of `environments`. None is opened yet.
    pub fn new(sessions: Arc<Sessions>, environments: Vec<Environment>) -> Elsewhere {
        Elsewhere { known: Some(Arc::new(Known { sessions, environments, open: Mutex::default() })) }
    }

    /// Returns the clients for `account` in `region`, in the role in which an environment there is read; `None` where there
    /// is no such environment.
    pub async fn account(&self, account: &str, region: &str) -> Result<Option<Account>> {
        let Some(known) = &self.known else { return Ok(None) };
        let there = || known.environments.iter().filter(|e| e.account == account);
        let Some(environment) = there().find(|e| e.region == region).or_else(|| there().next()) else {
            return Ok(None);
        };
        let mut open = known.open.lock().await;
        let place = (account.to_string(), region.to_string());
        if !open.contains_key(&place) {
            let opened = known.sessions.account(environment, Access::Read).await;
            open.insert(place.clone(), opened.map_err(|e| e.message));
        }
        match open.get(&place) {
            Some(Ok(found)) => Ok(Some(found.in_region(region))),
            Some(Err(why)) => Err(Error::failed(why.clone())),
            None => Ok(None),
        }
    }
}

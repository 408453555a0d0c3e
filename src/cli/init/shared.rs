//! Setting the shared store of a configuration up.

use crate::aws::Sessions;
use crate::cli::config::{Config, Store};
use crate::cli::context::Face;
use crate::core::{Clock, Error, ErrorKind, Result};
use crate::store::setup::{Outlook, Setup, Step};

/// A shared store, and what it lacks.
pub(super) struct Shared {
    setup: Setup,
    /// What was found.
    pub(super) outlook: Outlook,
}

impl Shared {
    /// Looks at the store of `config`; `None` if it is a directory, which needs nothing. Fails with all reasons at once
    /// where it cannot become a store.
    pub(super) async fn look(config: &Config, clock: &Clock) -> Result<Option<Shared>> {
        let Store::Shared { bucket, prefix, audit, leases } = &config.store else { return Ok(None) };
        let (region, endpoint) = (config.store_region.clone(), config.endpoint.clone());
        let sessions = Sessions::load(clock, region, endpoint).await;
        let region = sessions.region().ok_or_else(|| {
            Error::input("nothing says in which region the store is").hint("store_region = \"eu-central-1\"")
        })?;
        let (account, _) = sessions.caller().await?;
        let setup = Setup {
            s3: sessions.s3(),
            dynamodb: sessions.dynamodb(),
            clock: clock.clone(),
            account,
            region,
            bucket: bucket.clone(),
            prefix: prefix.clone(),
            tables: [audit.clone(), leases.clone()],
        };
        let outlook = setup.look().await?;
        if outlook.obstacles.is_empty() {
            return Ok(Some(Shared { setup, outlook }));
        }
        let message =
            format!("this cannot become the store, and nothing was made: {}", outlook.obstacles.join("; "));
        Err(Error::blocked(message)
            .hint("name other tables by audit and leases of [ledger] in snapdeploy.toml"))
    }

    /// Says what is missing, and asks whether it is to be made, unless that was said.
    pub(super) fn consent(&self, face: &Face, consent: Consent) -> Result<()> {
        if self.outlook.steps.is_empty() {
            return Ok(());
        }
        for step in &self.outlook.steps {
            face.ui.say(format!("missing  {step}"));
        }
        if consent == Consent::Given {
            return Ok(());
        }
        let Setup { account, region, .. } = &self.setup;
        face.ui.ask(&format!("This makes what is missing, in account {account}, {region}"), "--yes")
    }

    /// Makes what is missing, and returns what was made. On the way it tells `made`, so that a failure says how far it
    /// came.
    pub(super) async fn make(&self, face: &Face, made: &mut Vec<Step>) -> Result<()> {
        for step in &self.outlook.steps {
            if let Some(why) = face.signals.stop().asked() {
                return Err(Error::new(ErrorKind::Interrupted, format!("{why} before `{step}`")));
            }
            face.ui.say(format!("make     {step}"));
            self.setup.perform(step).await?;
            made.push(step.clone());
        }
        Ok(())
    }
}

/// Whether the question was answered beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consent {
    Given,
    Asked,
}

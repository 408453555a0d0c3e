//! From arguments to what a verb works with: configuration, store, environments, who asks.

use std::path::PathBuf;
use std::sync::Arc;

use crate::aws::{Account, Elsewhere, Keys, Sessions, StoredParameters};
use crate::core::driver::Driver;
use crate::core::environment::{Access, Environment, Secrets};
use crate::core::event::Events;
use crate::core::following::PATIENCE;
use crate::core::ledger::Ledger;
use crate::core::loss::Accepted;
use crate::core::means::Means;
use crate::core::objects::Objects;
use crate::core::repository::Repository;
use crate::core::run::{Actor, Process};
use crate::core::secret::{Seal, Unkept, Vault};
use crate::core::vault::Holding;
use crate::core::witness::{Listener, Seen, Witnessed};
use crate::core::{Clock, Error, ErrorKind, Pin, Result, process, redact, seal_key};
use crate::kinds;
use crate::store::{DynamoLedger, KnownObjects, LogGroup, S3Objects, SealedVault, open_embedded};

use super::asked::Asked;
use super::break_glass::{self, Purpose};
use super::change::ChangeArgs;
use super::ci;
use super::config::{self, Config, Store};
use super::notify::Notice;
use super::signals::Signals;
use super::ui::Ui;

/// What every verb is given: how to speak, where the configuration is, who may interrupt.
pub(super) struct Face {
    pub(super) ui: Ui,
    pub(super) config: Option<PathBuf>,
    pub(super) signals: Signals,
    pub(super) notice: Notice,
    pub(super) asked: Asked,
    pub(super) seen: Seen,
}

/// The configuration and the store: what a verb works with before it looks at any environment.
pub(super) struct Context {
    pub(super) config: Config,
    pub(super) clock: Clock,
    objects: Arc<dyn Objects>,
    ledger: Arc<dyn Ledger>,
    sessions: Arc<Sessions>,
    elsewhere: Elsewhere,
    signals: Signals,
    notice: Notice,
    asked: Asked,
    process: Process,
}

/// An environment that was looked at: its driver, and who is at work there.
pub(super) struct Site {
    pub(super) environment: Environment,
    pub(super) driver: Box<dyn Driver>,
    vault: Box<dyn Vault>,
    actor: Actor,
    access: Access,
}

/// Whether the ledger that the configuration names is the one that is written to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Glass {
    /// It is.
    Whole,
    /// It cannot be reached, and one on this machine stands in its place.
    Broken(Purpose),
}

/// How far the way to an environment led.
pub(super) enum Reach {
    /// To its instance.
    Site(Box<Site>),
    /// Not into its account.
    NoAccount(Error),
    /// Into its account, as this identity, but not to its instance.
    NoInstance(String, Error),
}

/// Returns what the process's environment says under `name`, if it says anything.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

impl Context {
    /// Reads the configuration and opens the store.
    pub(super) async fn open(face: &Face) -> Result<Context> {
        Context::open_with(face, Glass::Whole).await
    }

    /// Reads the configuration and opens the store for a change: with the ledger in the place of the shared one where the
    /// glass is broken.
    pub(super) async fn open_for(face: &Face, change: &ChangeArgs) -> Result<Context> {
        let glass = if change.break_glass.is_some() { Glass::Broken(Purpose::Begin) } else { Glass::Whole };
        Context::open_with(face, glass).await
    }

    /// Opens as [`Context::open_for`] does, to bring to an end what was begun: that may be in the ledger in the place of the
    /// shared one, also when that answers again.
    pub(super) async fn open_to_end(face: &Face, change: &ChangeArgs) -> Result<Context> {
        let glass = if change.break_glass.is_some() { Glass::Broken(Purpose::GoOn) } else { Glass::Whole };
        Context::open_with(face, glass).await
    }

    async fn open_with(face: &Face, glass: Glass) -> Result<Context> {
        let config = config::load(face.config.as_deref(), variable("AWS_ENDPOINT_URL"))?;
        face.notice.configured(&config.project, config.webhook.as_deref());
        let clock = clock(&config)?;
        banner(&config, &face.ui);
        let (region, endpoint) = base(&config);
        let sessions = Sessions::load(&clock, region, endpoint).await.sharing(config.share);
        for (service, url) in sessions.sent_elsewhere() {
            // Of variables the banner speaks.
            if variable(&format!("AWS_ENDPOINT_URL_{service}")).is_none() {
                face.ui.say(format!("Not AWS: the profile sends the calls of {service} to {url}"));
            }
        }
        let (objects, ledger) = open_store(&config, &sessions, &clock).await?;
        let objects: Arc<dyn Objects> = Arc::new(KnownObjects::new(objects, clock.clone()));
        let group = log_group(&config, &sessions);
        // Of the ledger in its place checkpoints are kept beside it: its entries have numbers of their own.
        let (ledger, checkpoints) = match glass {
            Glass::Whole => (ledger, objects.clone()),
            Glass::Broken(purpose) => {
                let opened = break_glass::open(&config, &*ledger, purpose, &clock, &face.ui).await?;
                (opened.ledger, opened.objects)
            }
        };
        let ledger = Witnessed::new(ledger, checkpoints, face.seen.clone()).heard_by(group);
        let ledger: Arc<dyn Ledger> = Arc::new(ledger);
        face.asked.ledger(ledger.clone(), clock.clone());
        let sessions = Arc::new(sessions);
        let elsewhere = Elsewhere::new(sessions.clone(), config.environments.values().cloned().collect());
        let (signals, notice, asked) = (face.signals.clone(), face.notice.clone(), face.asked.clone());
        let process = process::this();
        Ok(Context { config, clock, objects, ledger, sessions, elsewhere, signals, notice, asked, process })
    }

    /// Returns the store of snapshots, packages and plans.
    pub(super) fn repository(&self) -> Repository<'_> {
        Repository::new(&*self.objects)
    }

    /// Returns the store's objects.
    pub(super) fn objects(&self) -> &dyn Objects {
        &*self.objects
    }

    /// Returns the ledger.
    pub(super) fn ledger(&self) -> &dyn Ledger {
        &*self.ledger
    }

    /// Assumes the role of the environment `name` for `access`, and checks the account.
    pub(super) async fn account(&self, name: &str, access: Access) -> Result<Account> {
        self.sessions.account(self.config.environment(name)?, access).await
    }

    /// Returns as whom calls are made before any role is assumed; `None` where there are no credentials.
    pub(super) async fn identity_of_base(&self) -> Option<String> {
        self.sessions.identity().await.ok()
    }

    /// Looks at the environment `name`: assumes its role for `access`, checks the account, finds its instance.
    pub(super) async fn site(&self, name: &str, access: Access) -> Result<Site> {
        match self.reach(name, access).await? {
            Reach::Site(site) => Ok(*site),
            Reach::NoAccount(e) | Reach::NoInstance(_, e) => Err(e),
        }
    }

    /// Returns who runs this.
    pub(super) async fn actor(&self) -> Result<Actor> {
        let identity = match self.sessions.identity().await {
            Ok(identity) => identity,
            Err(e) if e.kind == ErrorKind::Denied => "local".into(),
            Err(e) => return Err(e),
        };
        Ok(Actor { identity, host: host(), ci: ci::link(), job: ci::job() })
    }

    /// Looks at the environment `name`, as far as the way leads. Fails only if there is no such environment.
    pub(super) async fn reach(&self, name: &str, access: Access) -> Result<Reach> {
        let mut environment = self.config.environment(name)?.clone();
        if let Some(pin) = self.written_pin(name)? {
            self.asked.at(name, &pin);
        }
        // First, so that it is known who was refused.
        let actor = match self.actor().await {
            Ok(actor) => actor,
            Err(e) => return Ok(Reach::NoAccount(e)),
        };
        self.notice.actor(&actor);
        self.asked.actor(&actor);
        let account = match self.sessions.account(&environment, access).await {
            Ok(account) => account,
            Err(e) => return Ok(Reach::NoAccount(e)),
        };
        let seal = match seal_key::seal(&*self.objects).await {
            Ok(seal) => seal,
            Err(e) => return Ok(Reach::NoInstance(Self::acting(&environment, &actor, access), e)),
        };
        environment.values.seal = seal.clone();
        for name in [&environment.name, &environment.region, &environment.account, &actor.identity] {
            redact::public(name);
        }
        Ok(match kinds::bind_among(account.clone(), &environment, self.elsewhere.clone()).await {
            Ok(driver) => {
                self.asked.at(&environment.name, driver.pin());
                let vault = self.vault(&environment, account, seal, driver.pin());
                Reach::Site(Box::new(Site { environment, driver, vault, actor, access }))
            }
            Err(e) => Reach::NoInstance(Self::acting(&environment, &actor, access), e),
        })
    }

    /// Returns the vault of `environment`, which points at `pin`.
    fn vault(&self, environment: &Environment, account: Account, seal: Seal, pin: &Pin) -> Box<dyn Vault> {
        let kept: Box<dyn Vault> = match &environment.secrets {
            Secrets::Referenced => Box::new(Unkept),
            Secrets::Encrypted { kms_key } => Box::new(SealedVault::new(
                self.objects.clone(),
                Keys::new(account.clone(), kms_key),
                seal,
                &self.config.project,
                pin.clone(),
            )),
        };
        Box::new(Holding::new(kept, Box::new(StoredParameters::new(account))))
    }

    /// Returns as whom the calls in `site` are made.
    pub(super) fn identity(site: &Site) -> String {
        Self::acting(&site.environment, &site.actor, site.access)
    }

    fn acting(environment: &Environment, actor: &Actor, access: Access) -> String {
        let who = environment.role(access).unwrap_or(&actor.identity);
        format!("account {}, as {who}", environment.account)
    }

    /// Returns what the environment `name` points at; asks AWS only if the configuration has an alias.
    pub(super) async fn pin(&self, name: &str) -> Result<Pin> {
        match self.written_pin(name)? {
            Some(pin) => Ok(pin),
            None => Ok(self.site(name, Access::Read).await?.driver.pin().clone()),
        }
    }

    /// Returns what the environment `name` points at, if the configuration has no alias.
    pub(super) fn written_pin(&self, name: &str) -> Result<Option<Pin>> {
        let environment = self.config.environment(name)?;
        let (account, region) = (environment.account.clone(), environment.region.clone());
        let Some(instance) = &environment.instance else { return Ok(Some(Pin::services(account, region))) };
        let id = instance.rsplit("instance/").next().unwrap_or_default();
        Ok(is_uuid(id).then(|| Pin { account, region, instance: id.to_string() }))
    }

    /// Returns what a run in `site` works with.
    pub(super) fn means<'a>(&'a self, site: &'a Site, events: &'a Events) -> Means<'a> {
        Means {
            driver: &*site.driver,
            repository: self.repository(),
            vault: &*site.vault,
            losses: Accepted::default(),
            irreversible: Accepted::default(),
            ledger: &*self.ledger,
            clock: &self.clock,
            events,
            stop: self.signals.stop(),
            actor: site.actor.clone(),
            process: self.process.clone(),
            values: &site.environment.values,
            patience: PATIENCE,
            waivers: Default::default(),
            tool: env!("CARGO_PKG_VERSION"),
        }
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit() && !b.is_ascii_uppercase(),
        })
}

/// Returns region and endpoint for the calls that are made before any environment is looked at. Where only STS is
/// asked, whatever the environments have does.
fn base(config: &Config) -> (Option<String>, Option<String>) {
    let (region, endpoint) = (config.store_region.clone(), config.endpoint.clone());
    if let Store::Shared { .. } = config.store {
        return (region, endpoint);
    }
    let mut environments = config.environments.values();
    let first = environments.next();
    let shared = first
        .and_then(|f| f.endpoint.clone())
        .filter(|e| environments.all(|o| o.endpoint.as_ref() == Some(e)));
    (region.or_else(|| first.map(|e| e.region.clone())), endpoint.or(shared))
}

/// Returns the log group that is told what is written into the audit, if the configuration names one.
fn log_group(config: &Config, sessions: &Sessions) -> Option<Arc<dyn Listener>> {
    let named = config.log_group.as_ref()?;
    let rpc = sessions.rpc(named.region.as_deref());
    Some(Arc::new(LogGroup::new(rpc, &named.name, &config.project)))
}

async fn open_store(
    config: &Config,
    sessions: &Sessions,
    clock: &Clock,
) -> Result<(Arc<dyn Objects>, Arc<dyn Ledger>)> {
    match &config.store {
        Store::Embedded(store) => {
            let base = config.file.parent().unwrap_or(&config.file);
            let opened = open_embedded(store, base, clock.clone()).await?;
            let opened = opened.ok_or_else(|| Error::bug(format!("`{store}` is not a directory's name")))?;
            Ok((opened.objects, opened.ledger))
        }
        Store::Shared { bucket, prefix, audit, leases } => {
            let objects = S3Objects::new(sessions.s3(), bucket, prefix, None, clock.clone());
            let ledger = DynamoLedger::new(sessions.dynamodb(), audit, leases, clock.clone());
            Ok((Arc::new(objects), Arc::new(ledger)))
        }
    }
}

/// Returns the clock. A faster one is for simulated environments only: on AWS it would make leases run out early.
pub(super) fn clock(config: &Config) -> Result<Clock> {
    let Some(scale) = variable("SNAPDEPLOY_CLOCK_SCALE") else { return Ok(Clock::system()) };
    let scale: u32 = scale.parse().ok().filter(|s| *s > 0).ok_or_else(|| {
        Error::input(format!("SNAPDEPLOY_CLOCK_SCALE has to be a whole number above 0, not `{scale}`"))
    })?;
    let endpoints = config.endpoints();
    match endpoints.into_iter().find(|(_, e)| !e.is_some_and(config::loopback)) {
        None => Ok(Clock::scaled(scale)),
        Some((what, endpoint)) => Err(Error::input(format!(
            "SNAPDEPLOY_CLOCK_SCALE is for simulated environments, and {what} is at {}",
            endpoint.unwrap_or("AWS")
        ))
        .hint("unset SNAPDEPLOY_CLOCK_SCALE")),
    }
}

/// Says whenever an endpoint is not AWS, and what in the configuration a person ought to know.
pub(super) fn banner(config: &Config, ui: &Ui) {
    for note in &config.notes {
        ui.say(format!("warning: {note}"));
    }
    let mut endpoints: Vec<&str> = config.endpoints().into_iter().filter_map(|(_, e)| e).collect();
    endpoints.sort_unstable();
    endpoints.dedup();
    for endpoint in endpoints {
        ui.say(format!("Not AWS: calls go to {endpoint}"));
    }
    let mut others: Vec<String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, value)| name.starts_with("AWS_ENDPOINT_URL_") && !value.is_empty())
        .map(|(name, _)| name)
        .collect();
    others.sort_unstable();
    for name in others {
        ui.say(format!("Not AWS: {name} is set, and sends the calls of its service elsewhere"));
    }
}

fn host() -> String {
    let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(variable);
    let read = |file: &str| std::fs::read_to_string(file).ok().map(|text| text.trim().to_string());
    let host = read("/proc/sys/kernel/hostname")
        .or_else(|| read("/etc/hostname"))
        .or_else(|| variable("HOSTNAME"))
        .or_else(|| variable("COMPUTERNAME"));
    format!("{}@{}", user.as_deref().unwrap_or("unknown"), host.as_deref().unwrap_or("unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_is_no_id() {
        assert!(is_uuid("0f8e4e1c-1a2b-4c3d-8e9f-001122334455"));
        assert!(!is_uuid("acme-prod") && !is_uuid("0f8e4e1c-1a2b-4c3d-8e9f-00112233445Z"));
    }
}

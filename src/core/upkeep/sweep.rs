//! Forgetting, performed: the audit is told first, then manifests go, and bytes last and later.
//!
//! The order is the reverse of writing, so that from a kill anywhere the store is whole: a manifest that is there names bytes
//! that are there, and one that is gone was told. What was left undone the next `store forget` finds, and does.

use std::collections::BTreeSet;

use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use serde::Serialize;

use super::forgetting::{Forgetting, Line, Sweeping};
use super::stock::{package_name, snapshot_name};
use crate::core::clock::Clock;
use crate::core::condemned::{self, About, Condemned};
use crate::core::digest::Digest;
use crate::core::error::{Error, ErrorKind, Result};
use crate::core::id::{SnapshotId, SweepId};
use crate::core::lease::Stop;
use crate::core::ledger::{Act, Forgone, Ledger, Notice};
use crate::core::objects::{Key, Objects};
use crate::core::pin::Pin;
use crate::core::redact::redact;
use crate::core::run::Actor;

/// How many objects are removed at the same time.
const AT_ONCE: usize = 8;
/// How many snapshots or packages one entry of the audit tells of: an item of DynamoDB has 400 KB at most ("Service, account,
/// and table quotas in Amazon DynamoDB", Amazon DynamoDB Developer Guide).
const IN_ENTRY: usize = 500;

/// Who forgets, why, and what may stop it.
pub struct Forget<'a> {
    /// Where.
    pub objects: &'a dyn Objects,
    /// Where it is told.
    pub ledger: &'a dyn Ledger,
    /// The time.
    pub clock: &'a Clock,
    /// Somebody's wish that it stop.
    pub stop: Stop,
    /// Who.
    pub actor: Actor,
    /// Why, in their words.
    pub reason: Option<String>,
}

/// What was done, also where it was not all.
#[derive(Debug, Default, Serialize)]
pub struct Done {
    /// How many snapshots were forgotten.
    pub snapshots: usize,
    /// How many packages.
    pub packages: usize,
    /// How many objects were condemned.
    pub condemned: usize,
    /// How many that had been condemned were removed.
    pub swept: usize,
    /// How many bytes they had.
    pub bytes: u64,
    /// Whether anything in the store or the audit is not as it was before.
    pub changed: bool,
    /// Why the rest was left.
    #[serde(skip)]
    pub why: Option<Error>,
}

/// Forgets what `plan` says. `Stale`, and nothing is changed, if an audit has gone on since the plan was made: a run may need
/// what was to go.
pub async fn forget(with: &Forget<'_>, plan: &Forgetting) -> Done {
    let mut done = Done::default();
    if let Err(e) = with.all(plan, &mut done).await {
        done.why = Some(e);
    }
    done
}

impl Forget<'_> {
    async fn all(&self, plan: &Forgetting, done: &mut Done) -> Result<()> {
        for (pin, head) in &plan.heads {
            if self.ledger.head(pin).await? != *head {
                let message = format!("the audit of {pin} has gone on since this was planned");
                return Err(Error::new(ErrorKind::Stale, message).hint("the same command again"));
            }
        }
        let pins: BTreeSet<&Pin> =
            plan.forgotten.iter().chain(&plan.forgotten_packages).map(|line| &line.pin).collect();
        for pin in &pins {
            self.tell(pin, plan, done).await?;
        }
        let manifests = plan.forgotten.iter().map(|line| {
            let id: SnapshotId = line.what.parse()?;
            Key::new(snapshot_name(&line.pin, &id))
        });
        self.remove(manifests.collect::<Result<_>>()?, done, |done| done.snapshots += 1).await?;
        let packages = plan.forgotten_packages.iter().map(|line| Key::new(package_name(&line.what.parse()?)));
        self.remove(packages.collect::<Result<_>>()?, done, |done| done.packages += 1).await?;
        for sweeping in &plan.sweeps {
            self.sweep(sweeping, done).await?;
        }
        self.go_on()?;
        if !plan.condemned.is_empty() {
            done.changed = true;
            condemned::condemn(self.objects, self.clock.now(), plan.condemned.clone()).await?;
            done.condemned = plan.condemned.len();
        }
        for list in &plan.remains {
            self.tidy(list).await?;
        }
        Ok(())
    }

    fn go_on(&self) -> Result<()> {
        self.stop.asked().map_or(Ok(()), |why| Err(Error::new(ErrorKind::Interrupted, why)))
    }

    /// Tells the audit of `pin` what of it is forgotten, unless it was told before somebody was killed.
    async fn tell(&self, pin: &Pin, plan: &Forgetting, done: &mut Done) -> Result<()> {
        self.go_on()?;
        let forgone = |line: &Line| -> Result<Forgone> {
            Ok(Forgone { id: line.what.parse()?, name: line.name.clone(), taken_at: line.taken_at })
        };
        let own = |lines: &[Line]| lines.iter().filter(|l| l.pin == *pin).cloned().collect::<Vec<_>>();
        let snapshots: Vec<Forgone> = own(&plan.forgotten).iter().map(forgone).collect::<Result<_>>()?;
        let snapshots: Vec<Forgone> = snapshots.into_iter().filter(|f| !plan.told.contains(&f.id)).collect();
        let packages: Vec<Digest> =
            own(&plan.forgotten_packages).iter().map(|line| line.what.parse()).collect::<Result<_>>()?;
        let (mut snapshots, mut packages) = (snapshots.chunks(IN_ENTRY), packages.chunks(IN_ENTRY));
        loop {
            let (some, others) = (snapshots.next(), packages.next());
            if some.is_none() && others.is_none() {
                return Ok(());
            }
            let what = Act::Forgotten {
                snapshots: some.unwrap_or_default().to_vec(),
                packages: others.unwrap_or_default().to_vec(),
                policy: plan.policy.clone(),
                actor: self.actor.clone(),
                reason: self.reason.as_deref().map(|text| redact(text).into_owned()),
            };
            done.changed = true;
            self.ledger.tell(&Notice { pin: pin.clone(), at: self.clock.now(), run: None, what }).await?;
        }
    }

    /// Removes `keys`, as far as nobody wishes it to stop.
    async fn remove(&self, keys: Vec<Key>, done: &mut Done, count: impl Fn(&mut Done)) -> Result<()> {
        let deletes = keys.into_iter().map(|key| async move {
            self.go_on()?;
            self.objects.delete(&key).await
        });
        let mut deletes = futures::stream::iter(deletes).buffer_unordered(AT_ONCE);
        while let Some(deleted) = deletes.next().await {
            // One that failed may have had its effect.
            done.changed |= deleted.as_ref().err().is_none_or(|e| e.kind != ErrorKind::Interrupted);
            deleted?;
            count(done);
        }
        Ok(())
    }

    /// Removes what is left of a list that is due, and the list after it.
    async fn sweep(&self, sweeping: &Sweeping, done: &mut Done) -> Result<()> {
        self.go_on()?;
        let (objects, list) = (self.objects, &sweeping.list);
        let began = self.clock.now();
        let own = condemned::begin(objects, list, began).await?;
        done.changed = true;
        // After the mark: whoever spares something from now on sees it, and whoever did before is seen.
        let about = condemned::about(objects).await?.0.remove(list).unwrap_or_default();
        let others = about.sweeps.iter().filter(|mark| **mark != own);
        if !about.listed || !condemned::alive(objects, others, began).await?.is_empty() {
            // Somebody else is about it, or was a moment ago.
            return objects.delete(&own).await;
        }
        let is_spared = |key: &&String| about.spared.contains_key(&condemned::digest(key));
        let keys = sweeping.keys.iter().filter(|key| !is_spared(key)).map(|key| Key::new(key.clone()));
        let keys: Vec<Key> = keys.collect::<Result<_>>()?;
        let deletes = keys.into_iter().map(|key| async move {
            self.go_on()?;
            self.in_time(began)?;
            objects.delete(&key).await
        });
        let mut deletes = futures::stream::iter(deletes).buffer_unordered(AT_ONCE);
        while deletes.try_next().await?.is_some() {
            done.swept += 1;
        }
        done.bytes += sweeping.amount.bytes;
        objects.delete(&Condemned::key(list)?).await?;
        self.tidy_up(about).await?;
        objects.delete(&own).await
    }

    /// Fails once a sweep that began at `began` is over: others do not take it for alive much longer.
    fn in_time(&self, began: Timestamp) -> Result<()> {
        match self.clock.now().duration_since(began) < condemned::SWEEP {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Unavailable, "removing what was condemned took too long")
                .hint("the same command again, in two hours, goes on with it")),
        }
    }

    /// Removes what lies about a list that is gone.
    async fn tidy(&self, list: &SweepId) -> Result<()> {
        let about = condemned::about(self.objects).await?.0.remove(list).unwrap_or_default();
        let alive = condemned::alive(self.objects, &about.sweeps, self.clock.now()).await?;
        if about.listed || !alive.is_empty() {
            return Ok(());
        }
        self.tidy_up(about).await
    }

    async fn tidy_up(&self, about: About) -> Result<()> {
        let marks: Vec<Key> = about.spared.into_values().chain(about.sweeps).collect();
        let deletes = marks.iter().map(|mark| self.objects.delete(mark));
        futures::stream::iter(deletes).buffer_unordered(AT_ONCE).try_collect().await
    }
}

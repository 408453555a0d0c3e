//! The steps of a ledger, each one transaction.
//!
//! Every step has the same shape: look at what is there (consistently), decide, send a transaction whose conditions
//! say that it still is so. If that is refused or its answer is lost, look again: the step may have been taken after
//! all.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::core::ledger::{Beat, BeginError, Claim, Entry, Head, Held, Kept, Ledger, Notice};
use crate::core::objects::Page;
use crate::core::run::{Finish, Row, RunRecord, RunStart};
use crate::core::{Clock, Error, ErrorKind, Pin, Result, RunId};

use super::super::lease::{
    Lease, begun_before, check_heir, check_rows, ended, fenced, finished, gone, no_run, other_row, resumed,
    started, undone,
};
use super::super::patience::{Patience, unique};
use super::items::{
    BEAT, FINISH, Item, LEASE, META, PinState, UNDONE, document, documents, get_text, key, lease_items,
    number, pin_pk, pin_state, row_sk, run_pk, text,
};
use super::query::Query;
use super::transact::{Persistence, Sent, When, Writes, update};

/// A ledger in DynamoDB.
#[derive(Clone, Debug)]
pub struct DynamoLedger {
    pub(super) client: Client,
    pub(super) audit: String,
    pub(super) leases: String,
    pub(super) clock: Clock,
}

impl DynamoLedger {
    /// Returns the ledger in the tables `audit_table` (audit and journals, which only grows) and `leases_table` (leases
    /// and heads). Both have the keys `pk` and `sk`, texts.
    pub fn new(
        client: Client,
        audit_table: impl Into<String>,
        leases_table: impl Into<String>,
        clock: Clock,
    ) -> DynamoLedger {
        DynamoLedger { client, audit: audit_table.into(), leases: leases_table.into(), clock }
    }

    /// Returns the lease and the head of `pin`.
    pub(super) async fn state(&self, pin: &Pin) -> Result<PinState> {
        let doing = format!("read the lease of {pin}");
        let query = Query::all(&self.leases, pin_pk(pin));
        let mut patience = Patience::new(&self.clock, 20);
        loop {
            if let Some(state) = pin_state(&query.send(&self.client, &doing).await?)? {
                return Ok(state);
            }
            // A transaction went by between the items.
            if !patience.wait().await {
                return Err(Error::corrupt(format!("the lease of {pin} does not fit its heartbeat")));
            }
        }
    }

    async fn find_run(&self, run: &RunId) -> Result<Option<RunRecord>> {
        let query = Query::all(&self.leases, run_pk(run));
        let items = query.send(&self.client, &format!("read run {run}")).await?;
        let mut found = documents::<serde_json::Value>(&items)?;
        let mut take = |sk| found.remove(sk).unwrap_or(serde_json::Value::Null);
        let (start, finish, undone_by) = (take(META), take(FINISH), take(UNDONE));
        if start.is_null() {
            return Ok(None);
        }
        let record = serde_json::json!({ "start": start, "finish": finish, "undone_by": undone_by });
        serde_json::from_value(record)
            .map(Some)
            .map_err(|e| Error::corrupt(format!("run {run} cannot be read: {e}")).source(e))
    }

    async fn find_rows(&self, run: &RunId, first: u32, last: u32) -> Result<Vec<Row>> {
        let between = Some((row_sk(first), format!("{}~", row_sk(last))));
        let query = Query { between, ..Query::all(&self.audit, run_pk(run)) };
        let items = query.send(&self.client, &format!("read the journal of run {run}")).await?;
        Ok(documents(&items)?.into_values().collect())
    }

    /// Adds to `writes` that `pin`'s lease becomes `to`, if it still is as in `state` (with that heartbeat, if
    /// `beating`).
    fn set_lease(
        &self,
        writes: &mut Writes,
        pin: &Pin,
        state: &PinState,
        to: &Lease,
        beating: bool,
    ) -> Result<()> {
        let from = &state.lease;
        let holds = |when: When| match &from.owner {
            None => when.lacks("holder"),
            Some(owner) => when.is("holder", text(owner.start.run.as_str())),
        };
        let (was, beat) = match (from.epoch, &from.owner) {
            (0, _) => (When::absent(), When::any()),
            (epoch, Some(owner)) if beating => {
                let beat = When::any().is("epoch", number(epoch)).is("beat", text(&owner.beat));
                (holds(When::any().is("epoch", number(epoch))), beat)
            }
            (epoch, _) => (holds(When::any().is("epoch", number(epoch))), When::any()),
        };
        let [lease, heartbeat] = lease_items(pin, to)?;
        writes.put(&self.leases, lease, was)?;
        writes.put(&self.leases, heartbeat, beat)
    }

    fn add_run(&self, writes: &mut Writes, start: &RunStart) -> Result<()> {
        writes.add(&self.leases, document(&run_pk(&start.run), META, start)?)
    }

    /// Adds to `writes` that the run of `record` ends with `finish`.
    async fn finish_run(&self, writes: &mut Writes, record: &RunRecord, finish: &Finish) -> Result<()> {
        let run = &record.start.run;
        writes.add(&self.leases, document(&run_pk(run), FINISH, finish)?)?;
        if let Some(undone) = undone(record, finish)
            && self.find_run(undone).await?.is_some()
        {
            for item in document(&run_pk(undone), UNDONE, run)? {
                writes.put(&self.leases, item, When::any())?;
            }
        }
        Ok(())
    }

    /// Sets attributes of the heartbeat of `claim`; `None` if the claim is not the newest.
    async fn set_beat(
        &self,
        claim: &Claim,
        set: &[(&'static str, AttributeValue)],
        doing: &str,
    ) -> Result<Option<Item>> {
        let when = When::any().is("epoch", number(claim.epoch)).is("holder", text(claim.run.as_str()));
        let beat = key(&pin_pk(&claim.pin), BEAT);
        let mut persistence = Persistence::new(&self.clock);
        loop {
            match update(&self.client, &self.leases, beat.clone(), set, &when, doing).await? {
                Sent::Taken(item) => return Ok(Some(item)),
                Sent::Refused => return Ok(None),
                sent => persistence.wait(sent, doing).await?,
            }
        }
    }
}

#[async_trait]
impl Ledger for DynamoLedger {
    async fn begin(&self, start: &RunStart, lease: Duration) -> Result<Claim, BeginError> {
        let (pin, doing) = (&start.pin, format!("begin run {}", start.run));
        let mut persistence = Persistence::new(&self.clock);
        loop {
            let state = self.state(pin).await?;
            if let Some(claim) = state.lease.begun(start)? {
                return Ok(claim);
            }
            let (taken, claim) = state.lease.taken(start, lease);
            let mut writes = Writes::default();
            self.set_lease(&mut writes, pin, &state, &taken, false)?;
            self.add_run(&mut writes, start)?;
            self.add_entries(&mut writes, pin, state.head.as_ref(), [started(start)])?;
            match writes.send(&self.client, &doing).await? {
                Sent::Taken(()) => return Ok(claim),
                sent => {
                    // In this order: a run that was there before the lease was seen free is not this attempt's.
                    if matches!(sent, Sent::Refused)
                        && self.find_run(&start.run).await?.is_some()
                        && self.state(pin).await?.lease.owner.is_none()
                    {
                        return Err(begun_before(&start.run).into());
                    }
                    persistence.wait(sent, &doing).await?;
                }
            }
        }
    }

    async fn beat(&self, claim: &Claim) -> Result<Beat> {
        let set = [("beat", text(unique())), ("parked", AttributeValue::Bool(false))];
        let doing = format!("say that run {} is alive", claim.run);
        let item = self.set_beat(claim, &set, &doing).await?.ok_or_else(|| fenced(claim))?;
        match item.contains_key("stop_asked_by") {
            true => Ok(Beat::StopAsked(get_text(&item, "stop_asked_by")?.to_string())),
            false => Ok(Beat::Go),
        }
    }

    async fn record(&self, claim: &Claim, rows: &[Row]) -> Result<()> {
        check_rows(rows)?;
        let doing = format!("write to the journal of run {}", claim.run);
        let mut missing: Vec<&Row> = rows.iter().collect();
        let mut persistence = Persistence::new(&self.clock);
        loop {
            let mut writes = Writes::default();
            let ours = When::any().is("epoch", number(claim.epoch)).is("holder", text(claim.run.as_str()));
            writes.check(&self.leases, &pin_pk(&claim.pin), LEASE, ours)?;
            for row in &missing {
                writes.add(&self.audit, document(&run_pk(&claim.run), &row_sk(row.seq), row)?)?;
            }
            let sent = writes.send(&self.client, &doing).await?;
            if let Sent::Taken(()) = sent {
                return Ok(());
            }
            self.state(&claim.pin).await?.lease.of(claim)?;
            let first = rows.iter().map(|row| row.seq).min().unwrap_or(0);
            let last = rows.iter().map(|row| row.seq).max().unwrap_or(0);
            let there = self.find_rows(&claim.run, first, last).await?;
            missing.clear();
            for row in rows {
                match there.iter().find(|other| other.seq == row.seq) {
                    None => missing.push(row),
                    Some(same) if same == row => {}
                    Some(_) => return Err(other_row(claim, row.seq)),
                }
            }
            if missing.is_empty() {
                return Ok(());
            }
            persistence.wait(sent, &doing).await?;
        }
    }

    async fn end(&self, claim: &Claim, finish: &Finish) -> Result<()> {
        let (pin, doing) = (&claim.pin, format!("end run {}", claim.run));
        let mut persistence = Persistence::new(&self.clock);
        loop {
            let mut state = self.state(pin).await?;
            let record = self.find_run(&claim.run).await?;
            if ended(record.as_ref(), &claim.run, finish)? {
                return Ok(());
            }
            state.lease.of(claim)?;
            let record = record.ok_or_else(|| no_run(&claim.run))?;
            let mut writes = Writes::default();
            self.set_lease(&mut writes, pin, &state, &state.lease.freed(), false)?;
            self.finish_run(&mut writes, &record, finish).await?;
            let rows = self.find_rows(&claim.run, 0, u32::MAX).await?;
            let end = finished(pin, &claim.run, finish, &rows)?;
            self.add_entries(&mut writes, pin, state.head.as_ref(), [end])?;
            match writes.send(&self.client, &doing).await? {
                Sent::Taken(()) => return Ok(()),
                sent => persistence.wait(sent, &doing).await?,
            }
        }
    }

    async fn succeed(
        &self,
        claim: &Claim,
        finish: &Finish,
        start: &RunStart,
        lease: Duration,
    ) -> Result<Claim> {
        check_heir(claim, start)?;
        let (pin, doing) = (&claim.pin, format!("end run {} and begin run {}", claim.run, start.run));
        let mut persistence = Persistence::new(&self.clock);
        loop {
            // In this order: a heir that was there before the lease was seen with `claim` is not this attempt's.
            let heir = self.find_run(&start.run).await?;
            let mut state = self.state(pin).await?;
            let record = self.find_run(&claim.run).await?;
            let done = ended(record.as_ref(), &claim.run, finish)?;
            if done && let Some(claim) = state.lease.claim_of(start) {
                return Ok(claim);
            }
            state.lease.of(claim)?;
            if done {
                // An attempt whose answer was lost was taken between the two looks.
                persistence.wait(Sent::<()>::Refused, &doing).await?;
                continue;
            }
            if heir.is_some() {
                return Err(begun_before(&start.run));
            }
            let record = record.ok_or_else(|| no_run(&claim.run))?;
            let (taken, next) = state.lease.taken(start, lease);
            let mut writes = Writes::default();
            self.set_lease(&mut writes, pin, &state, &taken, false)?;
            self.finish_run(&mut writes, &record, finish).await?;
            self.add_run(&mut writes, start)?;
            let rows = self.find_rows(&claim.run, 0, u32::MAX).await?;
            let end = finished(pin, &claim.run, finish, &rows)?;
            self.add_entries(&mut writes, pin, state.head.as_ref(), [end, started(start)])?;
            match writes.send(&self.client, &doing).await? {
                Sent::Taken(()) => return Ok(next),
                sent => persistence.wait(sent, &doing).await?,
            }
        }
    }

    async fn take_over(&self, held: &Held, start: &RunStart, lease: Duration) -> Result<Claim> {
        let (pin, doing) = (&held.pin, format!("take over run {}", start.run));
        let mut persistence = Persistence::new(&self.clock);
        loop {
            let state = self.state(pin).await?;
            if let Some(claim) = state.lease.taken_over(held, start)? {
                return Ok(claim);
            }
            let (taken, claim) = state.lease.taken(start, lease);
            let mut writes = Writes::default();
            self.set_lease(&mut writes, pin, &state, &taken, true)?;
            self.add_entries(&mut writes, pin, state.head.as_ref(), [resumed(self.clock.now(), start)])?;
            match writes.send(&self.client, &doing).await? {
                Sent::Taken(()) => return Ok(claim),
                sent => persistence.wait(sent, &doing).await?,
            }
        }
    }

    async fn park(&self, claim: &Claim) -> Result<()> {
        let set = [("parked", AttributeValue::Bool(true))];
        let done = self.set_beat(claim, &set, &format!("park run {}", claim.run)).await?;
        done.map(drop).ok_or_else(|| fenced(claim))
    }

    async fn ask_to_stop(&self, held: &Held, who: &str) -> Result<()> {
        let claim = Claim { pin: held.pin.clone(), run: held.start.run.clone(), epoch: held.epoch };
        let doing = format!("ask run {} to stop", claim.run);
        let done = self.set_beat(&claim, &[("stop_asked_by", text(who))], &doing).await?;
        done.map(drop).ok_or_else(|| gone(held))
    }

    async fn held(&self, pin: &Pin) -> Result<Option<Held>> {
        Ok(self.state(pin).await?.lease.held())
    }

    async fn run(&self, run: &RunId) -> Result<RunRecord> {
        self.find_run(run).await?.ok_or_else(|| no_run(run))
    }

    async fn rows(&self, run: &RunId) -> Result<Vec<Row>> {
        self.find_rows(run, 0, u32::MAX).await
    }

    async fn tell(&self, notice: &Notice) -> Result<Entry> {
        self.add_notice(notice).await
    }

    async fn head(&self, pin: &Pin) -> Result<Option<Head>> {
        Ok(self.state(pin).await?.head)
    }

    async fn entries(&self, pin: &Pin, before: Option<u64>, limit: usize) -> Result<Page<Entry>> {
        self.newest_entries(pin, before, limit).await
    }

    async fn kept(&self, pin: &Pin, before: Option<u64>, limit: usize) -> Result<Vec<Kept>> {
        self.newest_kept(pin, before, limit).await
    }

    async fn check(&self) -> Result<()> {
        for table in [&self.audit, &self.leases] {
            let between = Some(("A".to_string(), "A".to_string()));
            let query = Query { between, enough: 1, ..Query::all(table, "CHECK".to_string()) };
            query.send(&self.client, &format!("use the DynamoDB table {table}")).await.map_err(
                |e| match e {
                    e if e.kind == ErrorKind::Failed => {
                        e.hint("the table needs the keys `pk` and `sk`, both texts")
                    }
                    e => e,
                },
            )?;
        }
        Ok(())
    }

    async fn takes_writes(&self) -> Result<()> {
        self.refuses_a_write().await
    }

    fn place(&self) -> String {
        format!("dynamodb tables {} and {}", self.audit, self.leases)
    }
}

//! A table of a shared store: looked at, made, and given what it lacks.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, PointInTimeRecoverySpecification,
    PointInTimeRecoveryStatus, ScalarAttributeType, TableDescription, TableStatus,
};

use super::step::{Outlook, Step};
use crate::core::{Clock, Error, ErrorKind, Result};
use crate::store::answers::classify;

/// The keys of both tables, and which sort of key each is.
const KEYS: [(&str, KeyType); 2] = [("pk", KeyType::Hash), ("sk", KeyType::Range)];
/// How often a table that is being made or changed is looked at, and how often in all.
const EVERY: Duration = Duration::from_secs(2);
const LOOKS: u32 = 150;

/// A table that is to keep audit or leases.
pub(super) struct Table<'a> {
    pub(super) client: &'a Client,
    pub(super) name: &'a str,
    pub(super) clock: &'a Clock,
}

impl Table<'_> {
    /// Adds what is missing of it to `outlook`, what is not as it would be made, and what the ledger cannot work with.
    pub(super) async fn look(&self, outlook: &mut Outlook) -> Result<()> {
        let name = || self.name.to_string();
        let Some(table) = self.describe().await? else {
            outlook.steps.extend([Step::CreateTable(name()), Step::Recover(name())]);
            return Ok(());
        };
        if !has_keys(&table) {
            let message = format!("table {}: its keys are not `pk` and `sk`, both texts", self.name);
            outlook.obstacles.push(message);
            return Ok(());
        }
        if matches!(table.table_status, Some(TableStatus::Deleting | TableStatus::Archived)) {
            outlook.obstacles.push(format!("table {}: it is being deleted", self.name));
            return Ok(());
        }
        let billing = table.billing_mode_summary.and_then(|s| s.billing_mode);
        if billing != Some(BillingMode::PayPerRequest) {
            let message = format!("table {}: its capacity is provisioned, not on demand", self.name);
            outlook.differs.push(message);
        }
        if !self.recovers().await? {
            outlook.steps.push(Step::Recover(name()));
        }
        if table.deletion_protection_enabled != Some(true) {
            outlook.steps.push(Step::Protect(name()));
        }
        Ok(())
    }

    async fn describe(&self) -> Result<Option<TableDescription>> {
        match self.client.describe_table().table_name(self.name).send().await {
            Ok(found) => Ok(found.table),
            Err(e) if e.code() == Some("ResourceNotFoundException") => Ok(None),
            Err(e) => Err(classify(e, &format!("look at the table {}", self.name))),
        }
    }

    async fn recovers(&self) -> Result<bool> {
        let sent = self.client.describe_continuous_backups().table_name(self.name).send().await;
        let found = sent.map_err(|e| classify(e, &format!("look at the backups of {}", self.name)))?;
        let recovery =
            found.continuous_backups_description.and_then(|d| d.point_in_time_recovery_description);
        let status = recovery.and_then(|r| r.point_in_time_recovery_status);
        Ok(status == Some(PointInTimeRecoveryStatus::Enabled))
    }

    /// Makes the table, and waits until it can be used. That it is there by now is fine.
    pub(super) async fn create(&self) -> Result<()> {
        let doing = format!("create the table {}", self.name);
        let bug = |e| Error::bug(format!("cannot {doing}: {e}"));
        let mut create = self
            .client
            .create_table()
            .table_name(self.name)
            .billing_mode(BillingMode::PayPerRequest)
            .deletion_protection_enabled(true);
        for (name, sort) in KEYS {
            let attribute =
                AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
            let key = KeySchemaElement::builder().attribute_name(name).key_type(sort);
            create = create
                .attribute_definitions(attribute.build().map_err(bug)?)
                .key_schema(key.build().map_err(bug)?);
        }
        match create.send().await {
            Ok(_) => {}
            Err(e) if e.code() == Some("ResourceInUseException") => {}
            Err(e) => return Err(classify(e, &doing)),
        }
        self.active().await
    }

    /// Waits until the table can be used or changed.
    async fn active(&self) -> Result<()> {
        for _ in 0..LOOKS {
            let table = self.describe().await?;
            if table.is_some_and(|t| t.table_status == Some(TableStatus::Active)) {
                return Ok(());
            }
            self.clock.sleep(EVERY).await;
        }
        let message = format!("the table {} does not become active", self.name);
        Err(Error::new(ErrorKind::Unavailable, message))
    }

    /// Turns point-in-time recovery on.
    ///
    /// Source: DynamoDB API reference, UpdateContinuousBackups: it is not there yet for a table that was just made.
    pub(super) async fn recover(&self) -> Result<()> {
        let doing = format!("turn point-in-time recovery of {} on", self.name);
        let on = PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true).build();
        let on = on.map_err(|e| Error::bug(format!("cannot {doing}: {e}")))?;
        let mut looks = 0;
        loop {
            let update = self.client.update_continuous_backups().table_name(self.name);
            match update.point_in_time_recovery_specification(on.clone()).send().await {
                Ok(_) => return Ok(()),
                Err(e) if e.code() == Some("ContinuousBackupsUnavailableException") && looks < LOOKS => {
                    looks += 1;
                    self.clock.sleep(EVERY).await;
                }
                Err(e) => return Err(classify(e, &doing)),
            }
        }
    }

    /// Protects the table from deletion, and waits until that is so.
    pub(super) async fn protect(&self) -> Result<()> {
        self.active().await?;
        let update = self.client.update_table().table_name(self.name).deletion_protection_enabled(true);
        let sent = update.send().await;
        sent.map_err(|e| classify(e, &format!("protect the table {} from deletion", self.name)))?;
        self.active().await
    }
}

fn has_keys(table: &TableDescription) -> bool {
    let text = |name: &str| {
        let mut all = table.attribute_definitions().iter();
        all.any(|a| a.attribute_name() == name && *a.attribute_type() == ScalarAttributeType::S)
    };
    let keys: Vec<_> =
        table.key_schema().iter().map(|k| (k.attribute_name(), k.key_type().clone())).collect();
    keys == KEYS && KEYS.iter().all(|(name, _)| text(name))
}

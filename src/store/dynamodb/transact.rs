//! Conditional writes: what they are, sending them, and what their answers mean.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Put, ReturnValue, TransactWriteItem};

use crate::core::{Clock, Error, ErrorKind, Result};

use super::super::answers::classify;
use super::super::patience::{Patience, unique};
use super::items::{Item, key};

/// What an item has to be for a write to be taken.
#[derive(Clone, Debug, Default)]
pub(super) struct When {
    equal: Vec<(&'static str, AttributeValue)>,
    absent: Vec<&'static str>,
}

impl When {
    /// Anything.
    pub(super) fn any() -> When {
        When::default()
    }

    /// Not there.
    pub(super) fn absent() -> When {
        When::any().lacks("pk")
    }

    /// ... and with this attribute.
    pub(super) fn is(mut self, name: &'static str, value: AttributeValue) -> When {
        self.equal.push((name, value));
        self
    }

    /// ... and without this attribute.
    pub(super) fn lacks(mut self, name: &'static str) -> When {
        self.absent.push(name);
        self
    }

    fn expression(&self) -> Option<String> {
        let equal = self.equal.iter().map(|(name, _)| format!("{name} = :{name}"));
        let absent = self.absent.iter().map(|name| format!("attribute_not_exists({name})"));
        let all: Vec<String> = equal.chain(absent).collect();
        (!all.is_empty()).then(|| all.join(" AND "))
    }

    fn values(&self) -> Option<Item> {
        let all: Item = self.equal.iter().map(|(name, value)| (format!(":{name}"), value.clone())).collect();
        (!all.is_empty()).then_some(all)
    }
}

/// What became of a write.
#[derive(Debug)]
pub(super) enum Sent<T> {
    /// It was taken.
    Taken(T),
    /// A condition did not hold. With an answer lost before, that can be its own doing.
    Refused,
    /// Another write was in the way, or nobody knows whether it was taken.
    Unsettled(Error),
}

/// The writes of one transaction.
#[derive(Clone, Debug, Default)]
pub(super) struct Writes(Vec<TransactWriteItem>);

impl Writes {
    /// Adds that `item` is put in the place of what `when` describes.
    pub(super) fn put(&mut self, table: &str, item: Item, when: When) -> Result<()> {
        let put = Put::builder()
            .table_name(table)
            .set_item(Some(item))
            .set_condition_expression(when.expression())
            .set_expression_attribute_values(when.values())
            .build()
            .map_err(|e| Error::bug("a write of the ledger is not whole").source(e))?;
        self.0.push(TransactWriteItem::builder().put(put).build());
        Ok(())
    }

    /// Adds items that must not be there yet.
    pub(super) fn add(&mut self, table: &str, items: Vec<Item>) -> Result<()> {
        items.into_iter().try_for_each(|item| self.put(table, item, When::absent()))
    }

    /// Adds that the item under the key has to be as `when` describes.
    pub(super) fn check(&mut self, table: &str, pk: &str, sk: &str, when: When) -> Result<()> {
        let check = ConditionCheck::builder()
            .table_name(table)
            .set_key(Some(key(pk, sk)))
            .set_condition_expression(when.expression())
            .set_expression_attribute_values(when.values())
            .build()
            .map_err(|e| Error::bug("a check of the ledger is not whole").source(e))?;
        self.0.push(TransactWriteItem::builder().condition_check(check).build());
        Ok(())
    }

    /// Sends the transaction, with a token of its own: the SDK's own attempts count as one.
    pub(super) async fn send(self, client: &Client, doing: &str) -> Result<Sent<()>> {
        let sent = client
            .transact_write_items()
            .set_transact_items(Some(self.0))
            // At most 36 characters.
            .client_request_token(unique())
            .send()
            .await;
        let Err(error) = sent else { return Ok(Sent::Taken(())) };
        let mut worst = None;
        if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
            error.as_service_error()
        {
            let reasons = cancelled.cancellation_reasons();
            let codes = reasons
                .iter()
                .filter_map(|r| r.code().map(|code| (code, r.message())))
                .filter(|r| r.0 != "None");
            for (code, message) in codes {
                match code {
                    "ConditionalCheckFailed" => return Ok(Sent::Refused),
                    "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded" => {
                        worst.get_or_insert((
                            ErrorKind::Unavailable,
                            code.to_string(),
                            message.map(str::to_string),
                        ));
                    }
                    _ => worst = Some((ErrorKind::Failed, code.to_string(), message.map(str::to_string))),
                }
            }
        }
        let error = match worst {
            None => classify(error, doing),
            Some((kind, code, message)) => {
                let message = message.unwrap_or_default();
                Error::new(kind, format!("cannot {doing}: {code}: {message}")).code(code).source(error)
            }
        };
        unsettled(error)
    }
}

fn unsettled<T>(error: Error) -> Result<Sent<T>> {
    match error.kind {
        ErrorKind::Unavailable => Ok(Sent::Unsettled(error)),
        _ => Err(error),
    }
}

/// Sets attributes of the item under the key if it is as `when` describes, and returns the item as it is then.
pub(super) async fn update(
    client: &Client,
    table: &str,
    item: Item,
    set: &[(&'static str, AttributeValue)],
    when: &When,
    doing: &str,
) -> Result<Sent<Item>> {
    let mut values = when.values().unwrap_or_default();
    values.extend(set.iter().map(|(name, value)| (format!(":new_{name}"), value.clone())));
    let assignments: Vec<String> = set.iter().map(|(name, _)| format!("{name} = :new_{name}")).collect();
    let sent = client
        .update_item()
        .table_name(table)
        .set_key(Some(item))
        .update_expression(format!("SET {}", assignments.join(", ")))
        .set_condition_expression(when.expression())
        .set_expression_attribute_values(Some(values))
        .return_values(ReturnValue::AllNew)
        .send()
        .await;
    let error = match sent {
        Ok(done) => return Ok(Sent::Taken(done.attributes.unwrap_or_default())),
        Err(error) => error,
    };
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(Sent::Refused),
        Some(UpdateItemError::TransactionConflictException(_)) => {
            Ok(Sent::Unsettled(Error { kind: ErrorKind::Unavailable, ..classify(error, doing) }))
        }
        _ => unsettled(classify(error, doing)),
    }
}

/// How often a write is tried again, after the SDK's own attempts: rivals are quick, a service that is down is not.
const REFUSALS: u32 = 40;
const LOSSES: u32 = 8;

/// Says when to give up on a write.
pub(super) struct Persistence<'a> {
    refusals: Patience<'a>,
    losses: Patience<'a>,
}

impl Persistence<'_> {
    pub(super) fn new(clock: &Clock) -> Persistence<'_> {
        Persistence { refusals: Patience::new(clock, REFUSALS), losses: Patience::new(clock, LOSSES) }
    }

    /// Waits before the caller looks again at what is there; fails if it has looked often enough.
    pub(super) async fn wait<T>(&mut self, sent: Sent<T>, doing: &str) -> Result<()> {
        let conflict =
            |e: &Error| e.code.as_deref().is_some_and(|code| code.starts_with("TransactionConflict"));
        match sent {
            Sent::Unsettled(e) if !conflict(&e) => match self.losses.wait().await {
                true => Ok(()),
                false => Err(e),
            },
            sent => match (self.refusals.wait().await, sent) {
                (true, _) => Ok(()),
                (false, Sent::Unsettled(e)) => Err(e),
                (false, _) => {
                    let message = format!("cannot {doing}: others write there all the time");
                    Err(Error::new(ErrorKind::Unavailable, message))
                }
            },
        }
    }
}

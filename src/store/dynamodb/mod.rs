//! DynamoDB: a ledger in two tables, one that only grows (audit and journal) and one of what changes (leases, heads).

mod audit;
mod items;
mod ledger;
mod query;
mod transact;

pub use ledger::DynamoLedger;

//! `store`: care of the store.

mod check;
mod forget;
mod forget_report;
mod verb;

pub(super) use verb::{StoreArgs, run};

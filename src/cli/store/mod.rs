//! `store`: care of the store.

mod check;
mod verb;

pub(super) use verb::{StoreArgs, run};

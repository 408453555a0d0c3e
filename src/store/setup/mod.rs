//! Setting the shared store up: its bucket and its two tables, made or adopted.

mod bucket;
mod rules;
mod step;
mod table;
mod whole;

pub use step::{Outlook, Step};
pub use whole::Setup;

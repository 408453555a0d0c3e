//! Care of the store: whether everything in it is as it was written, and what need not be kept any longer.

mod audit;
mod check;
mod named;
mod wrong;

pub use audit::{Audited, audited};
pub use check::{Checked, Reading, check};
pub use wrong::Wrong;

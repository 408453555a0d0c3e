//! Care of the store: whether everything in it is as it was written, and what need not be kept any longer.

mod audit;
mod check;
mod forgetting;
mod named;
mod needed;
mod retention;
mod stock;
mod sweep;
mod wrong;

pub use audit::{Audited, audited};
pub use check::{Checked, Reading, check};
pub use forgetting::{Amount, Forgetting, Line, Sweeping, Why};
pub use needed::LEAST;
pub use retention::Policy;
pub use sweep::{Done, Forget, forget};
pub use wrong::Wrong;

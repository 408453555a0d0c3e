//! What every kind needs from AWS: sessions, the wire, errors.

mod error;
mod session;
pub mod wire;

pub use error::{Failure, Fate, classify};
pub use session::{Account, Sessions};

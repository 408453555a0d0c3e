//! What every kind needs from AWS: sessions, pace, the wire, errors.

mod error;
mod guard;
pub mod http;
mod pace;
mod sending;
mod session;
pub mod wire;

pub use error::{Failure, Fate, classify};
pub use guard::Guard;
pub use pace::{Pace, Patience, Share};
pub use session::{Account, Sessions};

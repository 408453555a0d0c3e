//! What every kind needs from AWS: sessions, the wire, errors.

mod session;

pub use session::{Account, Sessions};

//! The configuration: `snapdeploy.toml`.

mod find;
mod model;
mod read;
mod table;

pub(super) use find::load;
pub(super) use model::{Config, Store, loopback};

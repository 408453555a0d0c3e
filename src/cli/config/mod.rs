//! The configuration: `snapdeploy.toml`.

mod addresses;
mod environment;
mod find;
mod model;
mod names;
mod overlay;
mod ownership;
mod promotion;
mod read;
mod store;
mod table;
mod values;

pub(super) use find::load;
pub(super) use model::{Config, Store, loopback};
